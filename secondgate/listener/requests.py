"""An Access-Request as an attempt: what the packet says, in the login's words."""

from typing import Any, Final
from unicodedata import category

from secondgate.ledger.clients import Learned
from secondgate.ledger.snapshot import Client, Snapshot
from secondgate.listener.protocols import Spoken, read_spoken, unusable
from secondgate.login.attempt import Attempt
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.attributes import readable
from secondgate.radius.drops import Dropped
from secondgate.radius.packet import MAX_LENGTH, Packet
from secondgate.radius.signing import Secret

PLACE_MOST: Final = 64  # characters of an event's source; an IPv6 address has 39 at the most
PROXY_STATE_MOST: Final = MAX_LENGTH - 1024  # octets; what else is in a reply fits into the rest
RESERVED: Final = 512  # octets of a reply for its header, signature, message, MS-CHAP's proof and keys


def read_request(request: Packet, secret: Secret, *, is_authentic: bool) -> Spoken:
    """Return what was typed. Raises Dropped for a request that cannot be decided.

    Where it is authentic its `fault` says so instead, for the login to refuse: a client that hears nothing
    takes the server for dead, and a proxy that does goes on to do so for all others.
    """
    try:
        if not request.first(a.USER_NAME):
            raise Dropped(drops.NO_USER_NAME)
        return read_spoken(request, secret)
    except Dropped as dropped:
        if not is_authentic:
            raise
        return unusable(request, dropped.drop)


def to_attempt(
    request: Packet, client: Client, address: str, spoken: Spoken,
    *, snapshot: Snapshot, digest: str, at: float, learned: Learned | None,
) -> Attempt:  # fmt: skip
    """Return the attempt that an Access-Request makes. Raises Dropped where no answer has room.

    `spoken` is what was typed; `at` is Unix time; `digest` marks this very datagram; `learned` is what it
    teaches of the client.
    """
    proxied = sum([len(state) + 2 for state in request.values(a.PROXY_STATE)])
    if proxied > PROXY_STATE_MOST:
        raise Dropped(drops.TOO_MUCH_PROXY_STATE)
    facts: dict[str, Any] = {}
    nas = readable(request.first(a.NAS_IDENTIFIER))
    if nas:
        facts["nas"] = nas
    return Attempt(
        snapshot=snapshot,
        application=client.application,
        client=address,
        login_name=(request.first(a.USER_NAME) or b"").decode("utf-8", "replace"),
        typed=spoken.typed,
        digest=digest,
        at=at,
        protocol=spoken.protocol,
        hashed=spoken.hashed,
        fault=spoken.fault,
        source=_place(request.first(a.CALLING_STATION_ID)),
        state=b"".join(request.values(a.STATE)),
        certificate=client.certificate,
        learned=learned,
        room=MAX_LENGTH - RESERVED - proxied,
        facts=facts,
    )


def _place(station: bytes | None) -> str:
    """Return where the person is, as it is kept: no control characters, and what its column holds."""
    text = readable(station)
    if not text:
        return ""
    return "".join(sign for sign in text if category(sign) != "Cc")[:PLACE_MOST]
