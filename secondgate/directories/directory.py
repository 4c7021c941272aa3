"""What a directory is, and what it can say.

DirectoryError          it could not say: unreachable, refused us, is set up wrongly
Verdict                 what it said of a password
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Protocol, runtime_checkable

from secondgate.people.login_names import normalise
from secondgate.vault.setting import setting

__all__ = [
    "ATTRIBUTE_NAME", "Account", "Asking", "Browsable", "Checked", "Describing", "Directory",
    "DirectoryError", "Finding", "Found", "Kind", "Question", "Step", "Verdict", "failed", "probe",
    "realms_of", "setting",
]  # fmt: skip

# A short name, as schemas give it (RFC 4512 section 1.4, keystring).
ATTRIBUTE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class DirectoryError(Exception):
    """The directory could not answer. `remedy` tells an administrator what to do about it.

    `silent` tells that it did not answer at all (down, unreachable, too slow), as opposed to an
    answer that we cannot use.
    """

    def __init__(self, message: str, *, remedy: str = "", silent: bool = False) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.silent = silent


class Verdict(Enum):
    """What a directory says of a login name and a password."""

    FITS = "fits"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  a verdict, not a password
    UNKNOWN_USER = "unknown-user"
    DISABLED = "disabled"
    LOCKED = "locked"
    ACCOUNT_EXPIRED = "account-expired"
    PASSWORD_EXPIRED = "password-expired"  # noqa: S105
    MUST_CHANGE = "must-change"
    NOT_NOW = "not-now"  # outside of the hours in which it lets this user in
    ASKS = "asks"  # it wants to know more: its question is passed on


@dataclass(frozen=True, slots=True)
class Found:
    """A person as a directory has them. `external_id` is its own, lasting identity of them.

    `where` is the entry that was found, to be shown to an administrator. `attributes` are those that it
    was set up to read beside, by their names in lower case, with all their values.
    """

    login: str
    external_id: str
    name: str = ""
    email: str = ""
    where: str = field(default="", compare=False)
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """A user whose password is to be checked: what we know, the directory looks up the rest."""

    login: str
    password_hash: str = field(default="", repr=False)  # only the built-in directory has one


@dataclass(frozen=True, slots=True)
class Question:
    """What a directory asks a person. `key` is text by which it finds its question again."""

    prompt: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict; whom it is about, where the directory has found somebody; what it asks, where it does."""

    verdict: Verdict
    found: Found | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one step of a probe found. `raw` is what the other side said, in its own words."""

    title: str
    ok: bool
    says: str
    remedy: str = ""
    raw: str = ""


Step = Callable[[], Awaitable[str]]


class Directory(Protocol):
    """A directory in use. It keeps its connections, and each call ends by its deadline.

    Every method raises DirectoryError where the directory gives no usable answer.
    """

    async def find(self, login: str) -> Found | None:
        """Return the person whom this login name finds, or None."""
        ...

    async def check_password(self, account: Account, password: str) -> Checked:
        """Return what the directory says; an unknown user takes as long as a wrong password."""
        ...

    def probe(self) -> Mapping[str, Step]:
        """Return the steps of a login, in order, for `probe` to try one by one."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


@runtime_checkable
class Asking(Protocol):
    """A directory that may answer a password with a question, and that checks codes, too.

    Every method raises DirectoryError where the directory gives no usable answer.
    """

    @property
    def rings(self) -> bool:
        """Tell whether it can be made to ask by itself: to send a text message, to ring a phone."""
        ...

    async def check_code(self, account: Account, code: str) -> Checked:
        """Return what the directory says of a code."""
        ...

    async def ring(self, account: Account) -> Checked:
        """Return what the directory asks, or that it is content, once it has been made to ask by itself."""
        ...

    async def answer(self, account: Account, key: str, text: str) -> Checked:
        """Return what the directory says to an answer to its question."""
        ...


@runtime_checkable
class Describing(Protocol):
    """A directory that tells more of a person than who they are: `Found.attributes`."""

    @property
    def described(self) -> frozenset[str]:
        """Return the names of what it was set up to tell, in lower case."""
        ...


@runtime_checkable
class Browsable(Protocol):
    """A directory that can be looked through for the value of a setting."""

    async def branches(self, below: str) -> list[str]:
        """Return what lies below; below "", its roots. Raises DirectoryError."""
        ...


class Kind(Protocol):
    """One kind of directory. `settings` is a frozen dataclass, its fields made by `setting`."""

    name: str  # the word in YAML, URLs and events
    title: str
    settings: type[Any]
    finds: bool  # whether it can be asked who there is; the people of one that cannot are made here

    def open(self, name: str, settings: Any) -> Directory:
        """Return a directory for use; connects when first asked, not here."""
        ...


def realms_of(name: str, realms: Iterable[str]) -> tuple[str, ...]:
    """Return the realms of a directory, normalised; without any, its own name is its realm.

    So two directories without realms can both have an `ann`, and each of her login names is unique.
    """
    return tuple(normalise(realm) for realm in realms) or (normalise(name),)


def spelled(realms: Sequence[str], name: str) -> str:
    """Return a login name that means this name of the directory with these realms, and no other's."""
    return f"{realms[0]}\\{name}"


async def probe(steps: Mapping[str, Step]) -> AsyncIterator[Finding]:
    """Yield one finding a step, up to the first that fails: the rest could not be judged."""
    for title, step in steps.items():
        try:
            yield Finding(title, ok=True, says=await step())
        except DirectoryError as error:
            yield failed(title, error)
            return


def failed(title: str, error: DirectoryError) -> Finding:
    """Return what a step that failed found."""
    cause = error.__cause__
    raw = f"{type(cause).__name__}: {cause}" if cause else ""
    return Finding(title, ok=False, says=str(error), remedy=error.remedy, raw=raw)
