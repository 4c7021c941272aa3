"""An outcome as a packet."""

from collections.abc import Callable, Iterable
from typing import Final

from secondgate.ledger.snapshot import Application
from secondgate.listener.protocols import Spoken
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.radius.attributes import PROXY_STATE, REPLY_MESSAGE, STATE, Attribute, octets, text
from secondgate.radius.packet import Code, Packet
from secondgate.radius.signing import Secret

Carried = Callable[[Packet, Outcome, Secret, Spoken], Iterable[Attribute]]


def _with_grants(request: Packet, outcome: Outcome, secret: Secret, spoken: Spoken) -> Iterable[Attribute]:
    assert isinstance(outcome, Accept)
    return (*outcome.granted, *spoken.accepted(request, secret))


def _with_nothing(
    _request: Packet, _outcome: Outcome, _secret: Secret, _spoken: Spoken
) -> Iterable[Attribute]:
    return ()


def _with_the_fault(
    _request: Packet, _outcome: Outcome, _secret: Secret, spoken: Spoken
) -> Iterable[Attribute]:
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
    attributes = [*carried(request, outcome, application.secret, spoken)]
    if outcome.message and spoken.eap is None:  # EAP has its own (RFC 3579 section 2.6.5)
        attributes += text(REPLY_MESSAGE, outcome.message)
    if outcome.state:
        attributes += octets(STATE, outcome.state)
    attributes += request.all(PROXY_STATE)  # unmodified and in order (RFC 2865 section 5.33)
    return request.answer(code, attributes)
