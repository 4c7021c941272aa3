"""`secondgate owner-link`: a new link, where the first was lost."""

from secondgate.cli.start import Data, Failed, ready


def owner_link(data: Data = None) -> None:
    """Print a one-time link that makes the owner account; the links before it are void."""
    ready(data)
    from secondgate.setup.owner_link import has_owner, new_link

    if has_owner():
        raise Failed("There is an owner account already.")
    print(new_link())
