"""An outcome as a packet."""

from collections.abc import Callable, Iterable
from typing import Final

from secondgate.ledger.snapshot import Application
from secondgate.listener.protocols import Spoken
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.radius.attributes import PROXY_STATE, REPLY_MESSAGE, STATE, Attribute, octets, text
from secondgate.radius.packet import Code, Packet

Carried = Callable[[Packet, Application, Spoken], Iterable[Attribute]]


def _with_grants(request: Packet, application: Application, spoken: Spoken) -> Iterable[Attribute]:
    return (*application.granted, *spoken.accepted(request, application.secret))


def _with_nothing(_request: Packet, _application: Application, _spoken: Spoken) -> Iterable[Attribute]:
    return ()


def _with_the_fault(_request: Packet, _application: Application, spoken: Spoken) -> Iterable[Attribute]:
    return spoken.refused()


REPLIES: Final[dict[type[Outcome], tuple[Code, Carried]]] = {
    # outcome: (packet code, what it carries beside message and State)
    Accept: (Code.ACCESS_ACCEPT, _with_grants),
    Challenge: (Code.ACCESS_CHALLENGE, _with_nothing),
    Refuse: (Code.ACCESS_REJECT, _with_the_fault),
}


def reply(request: Packet, outcome: Outcome, application: Application, spoken: Spoken) -> Packet:
    """Return the answer to `request`, unsigned: the listener signs with the client's secret."""
    code, carried = REPLIES[type(outcome)]
    return request.answer(
        code,
        [
            *carried(request, application, spoken),
            *text(REPLY_MESSAGE, outcome.message),  # none when empty; split at 253 octets
            *octets(STATE, outcome.state),  # only a Challenge has one
            *request.all(PROXY_STATE),  # unmodified and in order (RFC 2865 section 5.33)
        ],
    )
