"""One login under way: what came, what the ledger said, and what the steps have noted."""

import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.db import DatabaseError

from secondgate.addresses import neighbourhood
from secondgate.directories.directory import Found
from secondgate.ledger.ledger import Ledger, LedgerError, Person, Question, Reading
from secondgate.ledger.reading import Factor
from secondgate.login.attempt import Attempt
from secondgate.login.trail import Trail
from secondgate.people.login_names import Candidate, candidates, masked, normalise

Answer = TypeVar("Answer")


class SnapshotChanged(Exception):
    """The configuration moved on since the door read it: the door must look again."""


@dataclass(slots=True)
class Login:
    """An attempt, and what is known so far. `keys` are what a failure counts against, beside the user."""

    attempt: Attempt
    ledger: Ledger
    reading: Reading
    candidates: tuple[Candidate, ...]
    user: str | None = None
    home: str | None = None  # the user's directory
    keys: tuple[str, ...] = ()
    has_searched: bool = False  # the directories were asked whose name it is
    asked: set[Factor] = field(default_factory=set)  # a directory was asked about, or the server for codes
    further_name: tuple[str, str] | None = None  # a directory, and the name by which only it knew the user
    proven: set[Factor] = field(default_factory=set)  # what was right, now or when the question was asked
    found: Found | None = None  # what their directory has said of the user in this login
    trail: Trail = field(init=False)  # what the steps have noted

    def __post_init__(self) -> None:
        """Take the attempt's trail: the door has it too."""
        self.trail = self.attempt.trail

    @property
    def shown_name(self) -> str:
        """The login name as it may be stored: whole only once it is somebody's."""
        return self.attempt.login_name if self.user else masked(self.attempt.login_name)

    def __enter__(self) -> None:
        """Do nothing yet: it counts as under way from `is_of` on, when the user is known."""

    def __exit__(self, *_: object) -> None:
        """Count no more, however it ended."""
        if self.user:
            under_way = self.ledger.under_way
            under_way[self.user] -= 1
            if not under_way[self.user]:
                del under_way[self.user]

    def counts_as(self, factor: Factor) -> Factor | None:
        """Return what a question about `factor` counts as: a failure, where nothing was shown before it.

        A directory's question about the password is its own answer to one, and counts nothing.
        """
        return factor if factor is Factor.SECOND and not self.proven else None

    def is_of(self, user: Person) -> None:
        """Take down whose login it is."""
        self.user, self.home = user.id, user.directory
        self.ledger.under_way[user.id] += 1

    async def read_again(self, *, names: tuple[str, ...] = (), keys: tuple[str, ...] = ()) -> None:
        """Ask the ledger once more, and about these names and throttle's keys, too."""
        asked = _question(self.attempt, self.candidates, self.ledger)
        more = replace(asked, names=(*asked.names, *names), keys=(*asked.keys, *keys))
        self.reading = await self.ledger.open(more)


async def open_login(attempt: Attempt, ledger: Ledger) -> Login:
    """Return the login with all that the ledger knows of it.

    Raises SnapshotChanged when the configuration is newer than the attempt's, and LedgerError.
    """
    names = candidates(attempt.login_name)
    reading = await ledger.open(_question(attempt, names, ledger))
    if reading.revision != attempt.snapshot.revision:
        raise SnapshotChanged
    login = Login(attempt, ledger, reading, names)
    login.trail.note("packet.read", client=attempt.client, protocol=attempt.protocol, **attempt.facts)
    if attempt.typed is None and attempt.protocol == "PAP" and not attempt.fault:
        login.trail.note("packet.unreadable")  # told whoever it is: the secret may be wrong
    if attempt.certificate:
        named = {"application": attempt.application.id, "certificate": attempt.certificate}
        login.trail.note("application.named", **named)
    else:
        login.trail.note("application.found", application=attempt.application.id)
    return login


async def written(change: Awaitable[Answer]) -> Answer:
    """Return what a change by the ORM returns; raise LedgerError where the database does not take it."""
    try:
        return await change
    except DatabaseError as cause:
        raise LedgerError(f"The database says: {cause}.") from cause


def _question(attempt: Attempt, names: tuple[Candidate, ...], ledger: Ledger) -> Question:
    state_hash = hash_state(attempt.state) if attempt.state else None
    # Of two readings of one text no two are of one name.
    called = tuple([candidate.name for candidate in names])
    return Question(called, source_keys(attempt, ledger), state_hash)


def source_keys(attempt: Attempt, ledger: Ledger) -> tuple[str, ...]:
    """Return the throttle's key of where the person is; none where the door cannot know."""
    return (source_key(attempt.source, ledger),) if attempt.source else ()


def source_key(source: str, ledger: Ledger) -> str:
    """Return the throttle's key of a place: one subscriber is one, whatever address they speak from."""
    return f"source:{ledger.mark(neighbourhood(source).encode())}"


def name_key(attempt: Attempt, ledger: Ledger) -> str:
    """Return the throttle's key of a name that belongs to nobody: the same however it is spelt."""
    return f"name:{ledger.mark(normalise(attempt.login_name).encode())}"


def hash_state(state: bytes) -> str:
    """Return what is kept of a State: it is random, so a plain hash tells nothing of it."""
    return hashlib.sha256(state).hexdigest()
