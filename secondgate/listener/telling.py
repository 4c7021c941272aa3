"""What is written down about packets that get no answer: silence on the wire, one event a minute here."""

import time
from collections.abc import Iterable
from typing import Any, Final

import structlog

from secondgate.addresses import plain_address
from secondgate.events import names
from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow, Ledger
from secondgate.ledger.snapshot import Application, Client, Snapshot
from secondgate.limits import Seldom
from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.hiding import reveal
from secondgate.radius.packet import Packet
from secondgate.radius.signing import check_request

log = structlog.get_logger()

EVERY: Final = 60.0  # seconds between two events about one address and one reason
AT_MOST: Final = 100  # of them within that time: a flood of forged addresses must not fill the disk

# What somebody who sets up an application must learn of, or waits for a first login that never comes.
TOLD: Final[dict[Drop, str]] = {
    drops.UNKNOWN_CLIENT: names.CLIENT_UNKNOWN,
    drops.WRONG_CERTIFICATE: names.PACKET_DROPPED,
    drops.NO_MESSAGE_AUTHENTICATOR: names.PACKET_DROPPED,
    drops.UNSIGNED_PROXY_STATE: names.PACKET_DROPPED,
    drops.BAD_MESSAGE_AUTHENTICATOR: names.PACKET_DROPPED,
    drops.BAD_REQUEST_AUTHENTICATOR: names.PACKET_DROPPED,
}


class Telling:
    """Writes the events, and remembers which ones it has just written."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told = Seldom(1, EVERY, keys=AT_MOST)

    async def tell(
        self, drop: Drop, address: str, datagram: bytes, request: Packet, client: Client | None,
        certificate: ShownCertificate | None,
    ) -> None:  # fmt: skip
        """Write that a packet was dropped, unless that was just said. Raises LedgerError."""
        if drop not in TOLD or not self._told.may((address, drop)):
            return
        facts: dict[str, Any] = {"client": str(plain_address(address))}
        if certificate:
            facts["certificate"] = certificate.told
        if client is None:
            facts["fits"] = [one.id for one in fitting(datagram, request, self._ledger.snapshot)]
        reason = "" if client is None else drop.name
        application = None if client is None else client.application.id
        if drop is drops.WRONG_CERTIFICATE:  # beside what else is wrong with TLS
            log.warning("radsec-wrong-certificate", **facts, application=client and client.application.name)
        row = EventRow(time.time(), TOLD[drop], reason, application, None, "", as_json(facts))
        await self._ledger.commit(Entry(row))


def fitting(datagram: bytes, request: Packet, snapshot: Snapshot) -> Iterable[Application]:
    """Yield the applications whose secret this packet was made with: it may be a new address of theirs."""
    return (one for one in snapshot.applications.values() if _fits(datagram, request, one))


def _fits(datagram: bytes, request: Packet, application: Application) -> bool:
    """Tell it by the Message-Authenticator; without one, by a password that reads as text.

    By chance 16 octets read so once in ten million.
    """
    hidden = request.first(a.USER_PASSWORD)
    try:
        if check_request(datagram, request, application.secret, required=False):
            return True
        typed = reveal(hidden, request.authenticator, application.secret).decode() if hidden else ""
    except (Dropped, UnicodeDecodeError):
        return False
    return bool(typed) and typed.isprintable()
