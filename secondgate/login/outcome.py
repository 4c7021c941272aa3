"""How a login ends, as data. What a door does with it stands in a table at the door."""

from secondgate.frozen import frozen
from secondgate.ledger.ledger import Person
from secondgate.ledger.reading import Factor
from secondgate.login.reasons import Reason
from secondgate.methods.method import Fits
from secondgate.radius.attributes import Attribute


@frozen
class Proof:
    """The second factor that was shown. `spend` is the authenticator that it uses up, and how far.

    What a server of the company's has checked uses up nothing of ours.
    """

    method: str
    spend: tuple[str, Fits] | None = None


@frozen
class Accept:
    """Let in. `proof` is None where the policy asks for no second factor.

    `granted` are the attributes that the application is told beside.
    """

    user: Person
    proof: Proof | None = None
    granted: tuple[Attribute, ...] = ()
    message: str = ""
    state: bytes = b""


@frozen
class Challenge:
    """Asked for more. `state` comes back with the answer; `policy` is the mark of the one that asks.

    `passed_on` says whose question it is, where it is not our own. `counts` is as with a Reason: a question
    that anybody gets who knows a name may ring somebody's phone, and may not do so for ever.
    """

    user: Person
    policy: str
    message: str
    state: bytes
    passed_on: str = ""
    counts: Factor | None = None


@frozen
class Refuse:
    """Not let in."""

    reason: Reason
    state: bytes = b""

    @property
    def message(self) -> str:
        """What the person is told."""
        return self.reason.reply


Outcome = Accept | Challenge | Refuse


class Ended(Exception):
    """Raised by a step that ends the login."""

    def __init__(self, outcome: Outcome | Reason) -> None:
        super().__init__()
        self.outcome: Outcome = Refuse(outcome) if isinstance(outcome, Reason) else outcome
