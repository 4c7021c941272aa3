"""`secondgate export`: the configuration as a file."""

from secondgate.cli.start import Data, existing


def export(data: Data = None) -> None:
    """Print the configuration as YAML that `apply` takes; secrets are references to what is kept."""
    existing(data)
    from secondgate.setup.export import export as text

    print(text(), end="")
