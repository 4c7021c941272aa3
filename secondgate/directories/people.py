"""Whom a login name means: a login's own readings of it, for everything that is no login.

`login/user.py` asks the ledger the same for one name, within an application's directories.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secondgate.directories.directory import realms_of, spelled
from secondgate.directories.models import Directory
from secondgate.people.login_names import candidates, normalise
from secondgate.people.models import LoginName, User

AT_ONCE: Final = 500  # names a query: every database takes that many


@dataclass(frozen=True, slots=True)
class Known:
    """A login name that finds somebody. `directory` is the name of theirs; empty for nobody's."""

    realm: str
    name: str
    user: User
    directory: str


Book = dict[str, list[Known]]  # by normalised name
Realms = Mapping[str, Sequence[str]]  # of each directory, by its name; normalised


def people_called(login: str) -> list[User]:
    """Return the users whom a login name can mean, by its realm where it has one."""
    return called(login, known_as(names_in([login])), realms())


def called(login: str, book: Book, realms: Realms) -> list[User]:
    """Return the users in `book` whom a login name can mean."""
    return list(_meant(login, book, realms))


def spellings(login: str, book: Book, realms: Realms) -> str:
    """Return what to type in place of a login name that means several people."""
    meant = _meant(login, book, realms).values()
    return " or ".join(spelled(realms[known.directory], known.name) for known in meant if known.directory)


def _meant(login: str, book: Book, realms: Realms) -> dict[User, Known]:
    found: dict[User, Known] = {}
    for candidate in candidates(login):
        for known in book.get(candidate.name, ()):
            if candidate.realm is None or candidate.realm in realms.get(known.directory, ()):
                found[known.user] = known
    return found


def names_in(logins: Iterable[str]) -> set[str]:
    """Return the normalised names that these login names can be read as."""
    return {candidate.name for login in logins for candidate in candidates(login)}


def known_as(names: Collection[str]) -> Book:
    """Return who has one of these normalised names."""
    book: Book = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), AT_ONCE):
        found = LoginName.objects.filter(name__in=ordered[start : start + AT_ONCE])
        for one in found.select_related("user__entry__directory"):
            directory = one.user.entry.directory.name if hasattr(one.user, "entry") else ""
            book.setdefault(one.name, []).append(Known(one.realm, one.name, one.user, directory))
    return book


def is_taken(directory: Directory, name: str, *, but: User | None = None) -> bool:
    """Tell whether a login name finds somebody of this directory, `but` for one of them.

    Under whichever realm it is kept: each realm of a directory finds all of its people, so that two who are
    called so would be found by none of them, and nobody could tell them apart.
    """
    found = LoginName.objects.filter(name=normalise(name), user__entry__directory=directory)
    return (found.exclude(user=but) if but else found).exists()


def realms() -> dict[str, Sequence[str]]:
    """Return the realms of each directory, by its name."""
    return {one.name: realms_of(one.name, one.realms) for one in Directory.objects.all()}
