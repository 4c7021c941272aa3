"""Accounting (RFC 2866): what an application says of its sessions, recorded before it is answered."""

from typing import Final

from secondgate.events import names
from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow, Ledger, Question
from secondgate.ledger.snapshot import Client
from secondgate.people.login_names import candidates, masked
from secondgate.radius import attributes as a
from secondgate.radius.attributes import readable
from secondgate.radius.dictionary import describe, standard
from secondgate.radius.packet import Code, Packet

EVENT_OF: Final = {1: names.SESSION_STARTED, 2: names.SESSION_STOPPED, 3: names.SESSION_UPDATED}
# What says who it was is told apart, and the rest of these is for machines only.
LEFT_OUT: Final = {
    a.USER_NAME,
    a.USER_PASSWORD,
    a.CHAP_PASSWORD,
    a.MESSAGE_AUTHENTICATOR,
    a.PROXY_STATE,
    a.STATE,
}


async def record(request: Packet, client: Client, address: str, ledger: Ledger, at: float) -> Packet:
    """Write what the request says, and return the answer to it. Raises LedgerError: then none is due.

    RFC 2866 section 4.2: a server that cannot record the request must not answer it.
    """
    status = int.from_bytes(request.first(a.ACCT_STATUS_TYPE) or b"", "big")
    name = EVENT_OF.get(status, names.ACCOUNTING_CHANGED)
    login = readable(request.first(a.USER_NAME)) or ""
    user = await _user(login, ledger)
    shown = login if user else masked(login)
    facts = as_json({"login": shown, "client": address, "said": _said(request)})
    await ledger.commit(Entry(EventRow(at, name, "", client.application.id, user, "", facts)))
    return request.answer(Code.ACCOUNTING_RESPONSE, request.all(a.PROXY_STATE))


async def _user(login: str, ledger: Ledger) -> str | None:
    """Return whose name it is, where it is one person's."""
    names_of_it = tuple(candidate.name for candidate in candidates(login))
    people = {person.id for person in (await ledger.open(Question(names_of_it))).people}
    return people.pop() if len(people) == 1 else None


def _said(request: Packet) -> list[tuple[str, str]]:
    """Return the attributes that the dictionary knows; of others nobody can tell what they hold."""
    known = standard()
    return [describe(one) for one in request.attributes if one[0] in known and one[0] not in LEFT_OUT]
