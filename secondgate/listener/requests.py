"""An Access-Request as an attempt: what the packet says, in the login's words."""

from typing import Any, Final
from unicodedata import category

from secondgate.ledger.snapshot import Client, Snapshot
from secondgate.login.attempt import Attempt
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.attributes import readable, vendor_attributes
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import reveal
from secondgate.radius.packet import MAX_LENGTH, Packet

MICROSOFT: Final = 311  # RFC 2548: MS-CHAP-Response is 1, MS-CHAP2-Response 25
PLACE_MOST: Final = 64  # characters of an event's source; an IPv6 address has 39 at the most
PROXY_STATE_MOST: Final = MAX_LENGTH - 1024  # octets; what else is in a reply fits into the rest
MS_CHAP: Final = {1: "MS-CHAP", 25: "MS-CHAPv2"}


def to_attempt(
    request: Packet, client: Client, address: str, *, snapshot: Snapshot, digest: str, at: float, signed: bool
) -> Attempt:
    """Return the attempt that an Access-Request makes. Raises Dropped.

    `at` is Unix time; `digest` marks this very datagram; `signed` says that it carried a
    Message-Authenticator.
    """
    name = request.first(a.USER_NAME)
    if not name:
        raise Dropped(drops.NO_USER_NAME)
    if sum(len(state) + 2 for state in request.values(a.PROXY_STATE)) > PROXY_STATE_MOST:
        raise Dropped(drops.TOO_MUCH_PROXY_STATE)
    protocol = protocol_of(request)
    facts: dict[str, Any] = {}
    nas = readable(request.first(a.NAS_IDENTIFIER))
    if nas:
        facts["nas"] = nas
    return Attempt(
        snapshot=snapshot,
        application=client.application,
        client=address,
        login_name=name.decode("utf-8", "replace"),
        typed=_typed(request, client) if protocol == "PAP" else None,
        digest=digest,
        at=at,
        protocol=protocol,
        source=_place(request.first(a.CALLING_STATION_ID)),
        state=b"".join(request.values(a.STATE)),
        signs=client.id if signed and not client.signs else None,
        facts=facts,
    )


def protocol_of(request: Packet) -> str:
    """Return how the password travels: PAP also where there is none. Raises Dropped for two."""
    found = ["PAP"] * len(request.values(a.USER_PASSWORD)) + ["CHAP"] * len(request.values(a.CHAP_PASSWORD))
    if request.first(a.EAP_MESSAGE) is not None:
        found.append("EAP")  # one message may fill several attributes
    for value in request.values(a.VENDOR_SPECIFIC):
        parts = (part for part in vendor_attributes(value) if part.vendor == MICROSOFT)
        found.extend(MS_CHAP[part.kind] for part in parts if part.kind in MS_CHAP)
    if len(found) > 1:
        raise Dropped(drops.TWO_PASSWORDS)
    return found[0] if found else "PAP"


def _typed(request: Packet, client: Client) -> str | None:
    """Return what was typed; None where the octets are no text, as a wrong secret makes them."""
    hidden = request.first(a.USER_PASSWORD)
    if hidden is None:
        return ""
    octets = reveal(hidden, request.authenticator, client.application.secret)
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return None
    if text.isprintable():  # nearly all are, and the look at each character is slow
        return text
    return None if any(category(sign) == "Cc" for sign in text) else text


def _place(station: bytes | None) -> str:
    """Return where the person is, as it is kept: no control characters, and what its column holds."""
    text = readable(station) or ""
    return "".join(sign for sign in text if category(sign) != "Cc")[:PLACE_MOST]
