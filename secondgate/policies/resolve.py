"""Which policy holds for a login. Pure: the console's "what if" asks the same function."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from secondgate.policies.grants import Grant


class LoginMethod(StrEnum):
    """What a person gives at the login screen."""

    PASSWORD_ONLY = "password-only"  # noqa: S105  the name of a login method
    PASSWORD_AND_SECOND_FACTOR = "password-and-second-factor"  # noqa: S105
    SECOND_FACTOR_ONLY = "second-factor-only"


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy as the login path holds it. No `groups` means everyone.

    `enrols`: who has no authenticator at all is let in by password alone, to make the first one.
    """

    id: str
    name: str
    groups: frozenset[str]
    login: LoginMethod
    methods: tuple[str, ...]
    challenge: bool
    enrols: bool = False
    grants: tuple[Grant, ...] = ()

    @property
    def mark(self) -> str:
        """What stands for the policy as it is now, 32 hex digits: a changed one has another."""
        said = (self.id, sorted(self.groups), self.login.value, self.methods, self.challenge, self.enrols)
        return blake2b(repr(said).encode(), digest_size=16).hexdigest()


def resolve(rules: Iterable[Rule], groups: frozenset[str]) -> Rule | None:
    """Return the first of `rules` that holds for a user in these groups (ids), or None.

    `rules` are those of one application, in their order.
    """
    for rule in rules:
        if not rule.groups or not rule.groups.isdisjoint(groups):
            return rule
    return None
