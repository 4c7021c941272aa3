"""An outcome as a packet."""

from secondgate.ledger.snapshot import Application
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.radius.attributes import PROXY_STATE, REPLY_MESSAGE, STATE, octets, text
from secondgate.radius.packet import Code, Packet

REPLIES: dict[type[Outcome], tuple[Code, bool]] = {
    # outcome: (packet code, does it carry what the application grants?)
    Accept: (Code.ACCESS_ACCEPT, True),
    Challenge: (Code.ACCESS_CHALLENGE, False),
    Refuse: (Code.ACCESS_REJECT, False),
}


def reply(request: Packet, outcome: Outcome, application: Application) -> Packet:
    """Return the answer to `request`, unsigned: the listener signs with the client's secret."""
    code, grants = REPLIES[type(outcome)]
    return request.answer(
        code,
        [
            *(application.granted if grants else ()),
            *text(REPLY_MESSAGE, outcome.message),  # none when empty; split at 253 octets
            *octets(STATE, outcome.state),  # only a Challenge has one
            *request.all(PROXY_STATE),  # unmodified and in order (RFC 2865 section 5.33)
        ],
    )
