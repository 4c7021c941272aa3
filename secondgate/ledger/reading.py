"""What a login asks of the database, and what it gets: one query set for all that ask together."""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar

from secondgate.frozen import frozen
from secondgate.json_text import from_json
from secondgate.ledger import statements
from secondgate.ledger.store import Store
from secondgate.methods.method import Enrolled
from secondgate.vault.keyring import Keyring


@frozen
class Question:
    """Login names (normalised), throttle keys, and the hash of a State, as far as there are any."""

    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    state_hash: str | None = None

    writes: ClassVar[bool] = False
    contended: ClassVar[tuple[str, ...]] = ()  # to ask takes nothing from anybody


@frozen
class Failures:
    """Failures in a row of one key, and when the last one was (Unix time)."""

    count: int
    last: float


@frozen
class Held:
    """An authenticator as it stands in the database, its secret still sealed."""

    keyring: Keyring
    id: str
    method: str
    name: str
    settings: str
    position: int
    spent_by: str
    spent_at: float
    sealed: str  # hexadecimal

    @property
    def shown(self) -> Mapping[str, Any]:
        """What is known of it without its secret."""
        return _settings(self.settings)

    def opened(self) -> Enrolled:
        """Return it for its method to check. Raises VaultError."""
        secret = self.keyring.open(bytes.fromhex(self.sealed), "methods_authenticator", self.id, "secret")
        return Enrolled(self.id, self.name, secret, self.shown, self.position)


@lru_cache(maxsize=1024)
def _settings(text: str) -> Mapping[str, Any]:
    """Return an authenticator's settings; nearly all of one method have the same."""
    settings: dict[str, Any] = from_json(text)
    return MappingProxyType(settings)


@frozen
class Person:
    """A user whom one of the names finds; `realm` and `name` are the login name that did."""

    realm: str
    name: str
    id: str
    login: str
    full_name: str
    email: str
    enabled: bool
    password_hash: str
    directory: str | None
    external_id: str
    groups: frozenset[str]
    authenticators: tuple[Held, ...]


@frozen
class Asked:
    """A challenge that was asked. `passed_on` says whose question it is, where it is not our own."""

    state_hash: str
    application: str
    user: str
    policy: str
    asked_at: float
    answered_by: str
    passed_on: str = ""


@frozen
class Reading:
    """What the database said to one Question, at one revision of the configuration."""

    revision: int
    people: tuple[Person, ...]
    challenge: Asked | None
    failures: Mapping[str, Failures]


class Factor(StrEnum):
    """What was wrong, where a user fails: each is counted by itself."""

    PASSWORD = "password"  # noqa: S105  the name of a factor
    SECOND = "second-factor"


def user_key(user: str, factor: Factor) -> str:
    """Return the throttle's key of a user's failures by one factor."""
    return f"{factor}:{user}"


def read_all(store: Store, keyring: Keyring, questions: list[Question]) -> list[Reading]:
    """Return a reading for each question, all from one consistent view. Raises StoreError."""
    names = {name for question in questions for name in question.names}
    keys = {key for question in questions for key in question.keys}
    states = {question.state_hash for question in questions if question.state_hash}
    [(revision, *arrays)] = store.select(statements.READING, list(names), list(keys), list(states))
    found, counted, asked = (from_json(array or "[]") for array in arrays)  # PostgreSQL: NULL for no rows
    failures = {key: Failures(count, last) for key, count, last in counted}
    challenges = {row[0]: Asked(*row) for row in asked}
    people: dict[str, list[Person]] = defaultdict(list)
    for *row, by_password, by_second_factor in found:
        person = _person(keyring, *row)
        people[person.name].append(person)
        if by_password:
            failures[user_key(person.id, Factor.PASSWORD)] = Failures(*by_password)
        if by_second_factor:
            failures[user_key(person.id, Factor.SECOND)] = Failures(*by_second_factor)
    return [
        Reading(
            revision,
            tuple(person for name in question.names for person in people.get(name, ())),
            challenges.get(question.state_hash or ""),
            failures,
        )
        for question in questions
    ]


def _person(
    keyring: Keyring,
    realm: str,
    name: str,
    id_: str,
    login: str,
    full_name: str,
    email: str,
    enabled: int,
    password: str,
    directory: str | None,
    external_id: str | None,
    groups: list[str] | None,
    authenticators: list[list[Any]] | None,
) -> Person:
    return Person(
        realm, name, id_, login, full_name, email, bool(enabled), password, directory, external_id or "",
        frozenset(groups or ()), _in_order(keyring, authenticators or []),
    )  # fmt: skip


def _in_order(keyring: Keyring, rows: list[list[Any]]) -> tuple[Held, ...]:
    """Return the authenticators, the oldest first. Most people have one, so the database sorts none."""
    if len(rows) > 1:
        rows.sort(key=lambda row: (row[0], row[3]))
    return tuple(Held(keyring, *row) for _made_at, *row in rows)
