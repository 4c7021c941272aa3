"""`secondgate unlock`: who failed too often need not wait."""

from typing import Annotated

import typer

from secondgate.cli.start import Data, Failed, existing, shown


def unlock(
    user: Annotated[str | None, typer.Argument(help="The login name, with its realm if need be.")] = None,
    source: Annotated[
        str | None, typer.Option(help="A place, as events have it in `source`.", metavar="PLACE")
    ] = None,
    data: Data = None,
) -> None:
    """Forgive the failures in a row of a user, or of a place: the next login is checked at once."""
    if (user is None) == (source is None):
        raise typer.BadParameter("Name a user, or a place by --source.")
    existing(data)
    who, lifted = _lift_source(source) if source is not None else _lift_user(user or "")
    says = "need not wait any more." if lifted else "had no failures: there is nothing to lift."
    print(shown(f"{who} {says}"))


def _lift_source(source: str) -> tuple[str, bool]:
    from secondgate.login.waits import lift_source

    return source, lift_source(source, by="unlock")


def _lift_user(typed: str) -> tuple[str, bool]:
    from secondgate.directories.people import known_as, names_in, people_called, realms, spellings
    from secondgate.login.waits import lift

    people = people_called(typed)
    if not people:
        raise Failed(f"Nobody is called “{typed}”.")
    if len(people) > 1:
        wanted = spellings(typed, known_as(names_in([typed])), realms())
        raise Failed(f"{len(people)} people are called “{typed}”: type the realm too, {wanted}.")
    return people[0].login, lift(people[0], by="unlock")
