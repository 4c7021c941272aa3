"""Accounting (RFC 2866): what an application says of its sessions, recorded before it is answered."""

from typing import Final

from secondgate.accounting import causes
from secondgate.events import names
from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow, Ledger, Question
from secondgate.ledger.sessions import Reboot, Said, SessionRow
from secondgate.ledger.snapshot import Client
from secondgate.people.login_names import candidates, masked
from secondgate.radius import attributes as a
from secondgate.radius.attributes import readable
from secondgate.radius.dictionary import describe, standard
from secondgate.radius.packet import Code, Packet

START, STOP, INTERIM = 1, 2, 3  # Acct-Status-Type
EVENT_OF: Final = {START: names.SESSION_STARTED, STOP: names.SESSION_STOPPED, INTERIM: names.SESSION_UPDATED}
ON_AND_OFF: Final = {7, 8}
# What says who it was is told apart, and the rest of these is for machines only.
LEFT_OUT: Final = {
    a.USER_NAME,
    a.USER_PASSWORD,
    a.CHAP_PASSWORD,
    a.MESSAGE_AUTHENTICATOR,
    a.PROXY_STATE,
    a.STATE,
}
TEXT_MOST: Final = 255  # characters of a column; octets that are no UTF-8 take four each
LONGEST: Final = 10 * 365 * 86_400  # seconds; nothing runs for longer without a break
LARGEST: Final = 2**63 - 1  # of a column
# To choose an address is left to one of the two sides (RFC 2865 section 5.8): these are no addresses.
NO_ADDRESS: Final = {"255.255.255.255", "255.255.255.254", "0.0.0.0"}  # noqa: S104


async def record(request: Packet, client: Client, address: str, ledger: Ledger, at: float) -> Packet:
    """Write what the request says, and return the answer to it. Raises LedgerError: then none is due.

    RFC 2866 section 4.2: a server that cannot record the request must not answer it.
    """
    status = _number(request, a.ACCT_STATUS_TYPE)
    login = readable(request.first(a.USER_NAME)) or ""
    user = await _user(login, ledger)
    shown = login if user or not login else masked(login)
    said = _said(request, client, address, user, shown, at)
    event = None
    if status != INTERIM or said is None:  # updates come by the thousand, and the session's row has them
        name = EVENT_OF.get(status, names.ACCOUNTING_CHANGED)
        facts = as_json({"login": shown, "client": address, "said": _described(request)})
        event = EventRow(at, name, "", client.application.id, user, "", facts)
    await ledger.commit(Entry(event, said=said))
    return request.answer(Code.ACCOUNTING_RESPONSE, request.all(a.PROXY_STATE))


async def _user(login: str, ledger: Ledger) -> str | None:
    """Return whose name it is, where it is one person's."""
    names_of_it = tuple(candidate.name for candidate in candidates(login))
    people = {person.id for person in (await ledger.open(Question(names_of_it))).people}
    return people.pop() if len(people) == 1 else None


def _said(
    request: Packet, client: Client, address: str, user: str | None, login: str, came_at: float
) -> Said | None:
    """Return what the request says of one session, or of all of its NAS; None where it is of neither."""
    status = _number(request, a.ACCT_STATUS_TYPE)
    at = came_at - _seconds(request, a.ACCT_DELAY_TIME)
    nas = _text(request, a.NAS_IDENTIFIER) or _address(request, a.NAS_IP_ADDRESS)
    nas = nas or _address(request, a.NAS_IPV6_ADDRESS) or client.certificate or address
    session = _text(request, a.ACCT_SESSION_ID)
    if status in ON_AND_OFF:
        return Reboot(client.application.id, nas, at)
    if status not in EVENT_OF or not session:
        return None
    seconds = 0 if status == START else _seconds(request, a.ACCT_SESSION_TIME)
    return SessionRow(
        application=client.application.id,
        nas=nas,
        session=session,
        user=user,
        login=_fitting(login),
        client=address,
        calling=_text(request, a.CALLING_STATION_ID),
        framed_ip=_address(request, a.FRAMED_IP_ADDRESS),
        framed_ipv6=_address(request, a.FRAMED_IPV6_ADDRESS) or _address(request, a.FRAMED_IPV6_PREFIX),
        at=at,
        began=at - seconds if status == START or seconds else None,
        ended=at if status == STOP else None,
        cause=_cause(request) if status == STOP else "",
        seconds=seconds,
        octets_in=_octets(request, a.ACCT_INPUT_OCTETS, a.ACCT_INPUT_GIGAWORDS),
        octets_out=_octets(request, a.ACCT_OUTPUT_OCTETS, a.ACCT_OUTPUT_GIGAWORDS),
        packets_in=_number(request, a.ACCT_INPUT_PACKETS),
        packets_out=_number(request, a.ACCT_OUTPUT_PACKETS),
        interim=_seconds(request, a.ACCT_INTERIM_INTERVAL),
    )


def _number(request: Packet, kind: int) -> int:
    """Return a number; 0 where it is missing, or none."""
    value = request.first(kind) or b""
    return int.from_bytes(value, "big") if len(value) == 4 else 0


def _seconds(request: Packet, kind: int) -> int:
    """Return a span of time; 0 for one that cannot be."""
    seconds = _number(request, kind)
    return seconds if seconds <= LONGEST else 0


def _octets(request: Packet, low: int, high: int) -> int:
    """Return a count of octets: each Gigaword is 2^32 of them (RFC 2869 section 5.1)."""
    return min((_number(request, high) << 32) + _number(request, low), LARGEST)


def _cause(request: Packet) -> str:
    return causes.name_of(_number(request, a.ACCT_TERMINATE_CAUSE) or None)


def _text(request: Packet, kind: int) -> str:
    return _fitting(readable(request.first(kind)) or "")


def _fitting(text: str) -> str:
    """Return as much of a text as a column takes; PostgreSQL's text has no NUL."""
    return text.replace("\0", "\ufffd")[:TEXT_MOST]


def _address(request: Packet, kind: int) -> str:
    """Return an address, or a prefix; "" where it is missing, or none."""
    value = request.first(kind)
    shown = "" if value is None else describe((kind, value))[1]
    return "" if shown.startswith("0x") or shown in NO_ADDRESS else shown


def _described(request: Packet) -> list[tuple[str, str]]:
    """Return the attributes that the dictionary knows; of others nobody can tell what they hold."""
    known = standard()
    return [describe(one) for one in request.attributes if one[0] in known and one[0] not in LEFT_OUT]
