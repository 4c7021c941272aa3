"""Accounting (RFC 2866): what an application says of its sessions, recorded before it is answered."""

from typing import Final

from secondgate.events import names
from secondgate.ledger.ledger import Entry, EventRow, Ledger
from secondgate.ledger.snapshot import Client
from secondgate.login.facts import as_json
from secondgate.radius import attributes as a
from secondgate.radius.attributes import readable
from secondgate.radius.dictionary import describe
from secondgate.radius.packet import Code, Packet

EVENT_OF: Final = {1: names.SESSION_STARTED, 2: names.SESSION_STOPPED, 3: names.SESSION_UPDATED}
HIDDEN: Final = {a.USER_PASSWORD, a.CHAP_PASSWORD, a.MESSAGE_AUTHENTICATOR, a.PROXY_STATE, a.STATE}


async def record(request: Packet, client: Client, address: str, ledger: Ledger, at: float) -> Packet:
    """Write what the request says, and return the answer to it. Raises LedgerError: then none is due.

    RFC 2866 section 4.2: a server that cannot record the request must not answer it.
    """
    status = int.from_bytes(request.first(a.ACCT_STATUS_TYPE) or b"", "big")
    said = [describe(attribute) for attribute in request.attributes if attribute[0] not in HIDDEN]
    facts = {"login": readable(request.first(a.USER_NAME)) or "", "client": address, "said": said}
    name = EVENT_OF.get(status, names.ACCOUNTING_CHANGED)
    await ledger.commit(Entry(EventRow(at, name, "", client.application.id, None, "", as_json(facts))))
    return request.answer(Code.ACCOUNTING_RESPONSE, request.all(a.PROXY_STATE))
