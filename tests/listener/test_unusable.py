"""Requests by which nothing can be decided: who is known to have sent one hears so, and nobody else does."""

from typing import Final

import pytest

from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.radius import attributes as a
from secondgate.radius import drops, microsoft
from secondgate.radius.attributes import Attribute
from secondgate.radius.drops import Drop
from secondgate.radius.packet import Code, decode, encode
from secondgate.radius.signing import Secret, is_signed_reply_to, sign_request
from secondgate.radius.version11 import RADSEC
from tests.fuzz.paper import LAX, PaperServer
from tests.radius.packets import SECRET, packet

NAME: Final = (a.USER_NAME, b"ann")
PAP: Final = (a.USER_PASSWORD, bytes(16))
CHAP: Final = (a.CHAP_PASSWORD, bytes(17))
EAP: Final = (a.EAP_MESSAGE, b"\2\x2a\0\5\1")
MS_CHALLENGE: Final = microsoft.attribute(microsoft.CHAP_CHALLENGE, bytes(8))
LAN_MANAGER: Final = microsoft.attribute(microsoft.CHAP_RESPONSE, b"\7\0" + bytes(48))
MS_CHAP_2: Final = microsoft.attribute(microsoft.CHAP2_RESPONSE, b"\7\0" + bytes(48))

UNUSABLE: Final[dict[str, tuple[list[Attribute], Drop, str]]] = {
    # what it is: its attributes, the fault, and how what was typed came
    "no name": ([PAP], drops.NO_USER_NAME, "PAP"),
    "no name, nothing typed": ([], drops.NO_USER_NAME, "PAP"),
    "no name by CHAP": ([CHAP], drops.NO_USER_NAME, "CHAP"),
    "an empty name": ([(a.USER_NAME, b""), PAP], drops.NO_USER_NAME, "PAP"),
    "a short password": ([NAME, (a.USER_PASSWORD, b"123")], drops.BAD_PASSWORD_LENGTH, "PAP"),
    "a long password": ([NAME, (a.USER_PASSWORD, bytes(144))], drops.BAD_PASSWORD_LENGTH, "PAP"),
    "LAN Manager only": ([NAME, MS_CHALLENGE, LAN_MANAGER], drops.LAN_MANAGER_ONLY, "MS-CHAP"),
    "no challenge": ([NAME, MS_CHAP_2], drops.BAD_CHAP_LENGTH, "MS-CHAPv2"),
    "an empty MS-CHAP": ([NAME, microsoft.attribute(1, b"")], drops.BAD_CHAP_LENGTH, "MS-CHAP"),
    "a short CHAP": ([NAME, (a.CHAP_PASSWORD, bytes(16))], drops.BAD_CHAP_LENGTH, "CHAP"),
    "two of a kind": ([NAME, PAP, PAP], drops.TWO_PASSWORDS, "PAP"),
    "two kinds": ([NAME, PAP, CHAP], drops.TWO_PASSWORDS, "PAP and CHAP"),
    "CHAP and EAP": ([NAME, CHAP, EAP], drops.TWO_PASSWORDS, "CHAP and EAP"),
    "MS-CHAP and EAP": ([NAME, LAN_MANAGER, EAP], drops.TWO_PASSWORDS, "MS-CHAP and EAP"),
    "both of MS-CHAP": ([NAME, LAN_MANAGER, MS_CHAP_2], drops.TWO_PASSWORDS, "MS-CHAP and MS-CHAPv2"),
}
IDENTIFIERS: Final = {"MS-CHAP": 7, "MS-CHAPv2": 7, "MS-CHAP and EAP": 7, "MS-CHAP and MS-CHAPv2": 7}


@pytest.fixture
def server() -> PaperServer:
    return PaperServer()


async def refused(server: PaperServer, what: str, datagram: bytes, secret: Secret) -> None:
    """Check that it was refused, in the words of the protocol that it came by."""
    attributes, fault, protocol = UNUSABLE[what]
    answer = await server.deliver(datagram)
    assert isinstance(answer, bytes), answer
    assert is_signed_reply_to(answer, packet(*attributes), secret)
    reply = decode(answer)
    assert reply.code == Code.ACCESS_REJECT
    (attempt,) = server.attempts
    assert (attempt.fault, attempt.protocol) == (fault, protocol)
    assert (attempt.typed, attempt.hashed) == (None, None), "there is nothing that could let anybody in"
    errors = [value for kind, value in microsoft.values(reply) if kind == microsoft.CHAP_ERROR]
    assert [error[1:6] for error in errors] == ([b"E=691"] if "MS-CHAP" in protocol else [])
    if errors and what != "an empty MS-CHAP":
        assert errors[0][0] == IDENTIFIERS[protocol]
    failure = [bytes((4, 0x2A, 0, 4))] if "EAP" in protocol else []
    assert reply.values(a.EAP_MESSAGE) == failure
    assert bool(reply.values(a.REPLY_MESSAGE)) is not bool(failure)


@pytest.mark.parametrize("what", UNUSABLE)
async def test_one_that_is_signed_is_refused(server: PaperServer, what: str) -> None:
    await refused(server, what, sign_request(packet(*UNUSABLE[what][0]), SECRET), SECRET)


@pytest.mark.parametrize("what", UNUSABLE)
async def test_one_that_came_by_tls_is_refused(server: PaperServer, what: str) -> None:
    server._endpoint.certificate = ShownCertificate(frozenset(), "client.test", 0, b"")  # type: ignore[assignment]
    attributes = UNUSABLE[what][0]
    must_sign = EAP in attributes  # in TLS, too (RFC 3579 section 3.2)
    datagram = sign_request(packet(*attributes), RADSEC) if must_sign else encode(packet(*attributes))
    await refused(server, what, datagram, RADSEC)


@pytest.mark.parametrize("what", UNUSABLE)
async def test_one_that_anybody_may_have_sent_is_met_with_silence(server: PaperServer, what: str) -> None:
    attributes, fault, _protocol = UNUSABLE[what]
    expected = drops.NO_MESSAGE_AUTHENTICATOR if EAP in attributes else fault
    assert await server.deliver(encode(packet(*attributes)), LAX) == expected.name
    assert server.attempts == []


async def test_one_whose_answer_has_no_room_is_dropped_all_the_same(server: PaperServer) -> None:
    request = packet(*[(a.PROXY_STATE, bytes(251))] * 13)
    assert await server.deliver(sign_request(request, SECRET)) == drops.TOO_MUCH_PROXY_STATE.name
