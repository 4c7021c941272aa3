"""What a method is: it is handed what it needs and says what follows. Stateless and pure."""

from collections.abc import Mapping
from typing import Any, Protocol

from secondgate.frozen import frozen
from secondgate.methods.answer import Answer


@frozen
class Enrolled:
    """An authenticator as a method sees it: its secret opened, its settings, how far it was used."""

    id: str
    name: str
    secret: bytes
    settings: Mapping[str, Any]
    position: int


@frozen
class Fits:
    """The answer is right, and to take it moves `position`.

    The ledger moves it in one conditional write, if it still lies between `at_least` and `at_most`:
    that is what makes a code count once, whatever number of workers and nodes.
    """

    position: int
    at_least: int
    at_most: int


@frozen
class Replayed:
    """The answer was right once and has been used: it moved `position` here, or beyond."""

    position: int


@frozen
class Expired:
    """The answer was right until a while ago."""


Verdict = Fits | Replayed | Expired | None


class StandsIn:
    """Base of a method that is taken wherever a second factor is asked, whatever the policy names.

    It ends by itself, and is no second factor of its own: who has nothing else has none.
    """

    def is_over(self, settings: Mapping[str, Any], position: int, now: float) -> bool:
        """Tell whether it has ended at `now` (Unix time), by time or by use."""
        raise NotImplementedError


class Method(Protocol):
    """One kind of second factor.

    `settings` is a frozen dataclass whose fields are the YAML keys; `setting()` gives each its help
    and says which are secret.
    """

    name: str  # the word in policies, YAML, URLs and events: "totp"
    title: str  # what people call it
    settings: type[Any]

    def store(self, settings: Any) -> tuple[bytes, dict[str, Any], int]:
        """Return what to keep of new settings: the secret, the open settings, the first position.

        Raises ValueError, in words, for a secret that cannot be one.
        """
        ...

    def restore(self, secret: bytes) -> Any:
        """Return the secret setting that `store` made `secret` of: the others can change beside it."""
        ...

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return where new settings begin so that what `known` has used stays used: `position` or beyond.

        Asked for each authenticator of this method that the person has when one is made or changed.
        """
        ...

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return what `answer` is worth at `now` (Unix time). It is not consumed by this."""
        ...
