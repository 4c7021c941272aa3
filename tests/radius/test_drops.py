"""Why a packet is dropped: the smallest bad datagram of each reason, through the server's own steps."""

import re
from pathlib import Path

import pytest

from secondgate.ledger.ledger import LedgerError
from secondgate.login.attempt import Attempt
from secondgate.login.outcome import Outcome
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.microsoft import CHAP_CHALLENGE, CHAP_RESPONSE, attribute
from secondgate.radius.packet import Code
from tests.fuzz.paper import AUTO, LAX, NO_PROXY, STRANGER, STRICT, PaperServer
from tests.radius.packets import header, octets

NAME = (a.USER_NAME, b"a")

# drop: the datagram, where it comes from, and whether to the accounting port
SMALLEST: list[tuple[str, bytes, str, bool]] = [
    ("too-much-proxy-state", octets((1, b"ann"), *[(33, bytes(251))] * 13), LAX, False),
    ("too-short", b"", LAX, False),
    ("too-short", header(20)[:19], LAX, False),
    ("bad-length", header(0), LAX, False),
    ("bad-length", header(19), LAX, False),
    ("cut-off", header(21), LAX, False),
    ("cut-off", header(4096), LAX, False),
    ("too-long", header(4097), LAX, False),
    ("too-long", header(65535), LAX, False),
    ("bad-attribute", header(21) + b"\x01", LAX, False),
    ("bad-attribute", header(22) + b"\x01\x00", LAX, False),
    ("bad-attribute", header(22) + b"\x01\x01", LAX, False),
    ("bad-attribute", header(24) + b"\x01\x01\x03a", LAX, False),  # sound if read from its own length on
    ("bad-attribute", header(22) + b"\x01\x03a", LAX, False),  # the octet is there, but behind the Length
    ("unknown-client", header(20), STRANGER, False),
    ("unexpected-code", header(20, Code.ACCESS_ACCEPT), LAX, False),
    ("unexpected-code", header(20, Code.ACCOUNTING_REQUEST), LAX, False),
    ("unexpected-code", header(20, 0), LAX, False),
    ("unexpected-code", header(20, Code.ACCESS_REQUEST), LAX, True),
    ("no-message-authenticator", header(20), STRICT, False),
    ("no-message-authenticator", header(20, Code.STATUS_SERVER), LAX, False),
    ("no-message-authenticator", header(20, Code.STATUS_SERVER), LAX, True),
    ("no-message-authenticator", octets((a.EAP_MESSAGE, b"")), LAX, False),
    ("unsigned-proxy-state", octets((a.PROXY_STATE, b"")), NO_PROXY, False),
    ("bad-message-authenticator", octets((a.MESSAGE_AUTHENTICATOR, b"")), LAX, False),
    ("bad-message-authenticator", octets((a.MESSAGE_AUTHENTICATOR, bytes(16))), AUTO, False),
    ("bad-request-authenticator", header(20, Code.ACCOUNTING_REQUEST), LAX, True),
    ("no-user-name", header(20), LAX, False),
    ("no-user-name", octets((a.USER_NAME, b"")), LAX, False),
    ("two-passwords", octets(NAME, (a.CHAP_PASSWORD, b""), (a.CHAP_PASSWORD, b"")), LAX, False),
    ("two-passwords", octets(NAME, (a.USER_PASSWORD, bytes(16)), (a.USER_PASSWORD, bytes(16))), LAX, False),
    ("bad-chap-length", octets(NAME, (a.CHAP_PASSWORD, bytes(16))), LAX, False),
    ("bad-chap-length", octets(NAME, attribute(CHAP_RESPONSE, bytes(50))), LAX, False),
    ("lan-manager-only", octets(NAME, attribute(CHAP_CHALLENGE, bytes(8)), attribute(CHAP_RESPONSE, bytes(50))), LAX, False),
    ("bad-password-length", octets(NAME, (a.USER_PASSWORD, b"")), LAX, False),
    ("bad-password-length", octets(NAME, (a.USER_PASSWORD, bytes(144))), LAX, False),
]  # fmt: skip

# What the listener itself runs into; the datagram has no part in it.
LISTENERS_OWN = {"wrong-certificate", "overloaded", "ledger-unavailable", "internal-error"}


@pytest.mark.parametrize(
    ("name", "datagram", "address", "accounting"), SMALLEST, ids=[name for name, *_ in SMALLEST]
)
async def test_the_smallest_bad_datagram(name: str, datagram: bytes, address: str, accounting: bool) -> None:
    paper = PaperServer()
    assert await paper.deliver(datagram, address, accounting=accounting) == name
    assert paper.attempts == [], "nothing was decided"


def test_every_drop_is_reached() -> None:
    assert {name for name, *_ in SMALLEST} | LISTENERS_OWN == set(drops.DROPS)


async def test_a_fault_of_the_database_is_a_drop() -> None:
    assert await refused_by(LedgerError("the disk is full")).deliver(octets(NAME)) == "ledger-unavailable"


async def test_a_fault_of_our_own_is_a_drop() -> None:
    assert await refused_by(ZeroDivisionError()).deliver(octets(NAME)) == "internal-error"


@pytest.mark.parametrize("drop", drops.DROPS.values(), ids=drops.DROPS.keys())
def test_every_drop_is_a_sentence(drop: drops.Drop) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", drop.name)
    assert re.fullmatch(r"[A-Z].*\.", drop.says)


def test_every_drop_is_raised_somewhere() -> None:
    code = "".join(file.read_text() for file in Path(drops.__file__).parents[1].rglob("*.py"))
    names = [name for name, drop in vars(drops).items() if isinstance(drop, drops.Drop)]
    assert [name for name in names if f"drops.{name}" not in code] == []


def refused_by(error: Exception) -> PaperServer:
    """Return a server whose decision raises."""

    async def decide(attempt: Attempt) -> Outcome:
        raise error

    paper = PaperServer()
    paper.decide = decide  # type: ignore[method-assign]
    return paper
