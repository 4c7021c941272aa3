"""Any octets into the RADIUS ports: each datagram is answered or dropped, and never a fault of ours."""

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from secondgate.radius import attributes as a
from secondgate.radius.attributes import Attribute, VendorAttribute, vendor_specific
from secondgate.radius.drops import DROPS
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Code, Packet, decode, encode
from secondgate.radius.signing import is_reply_to, is_signed_reply_to, sign_request
from tests.fuzz.paper import AUTO, LAX, STRANGER, STRICT, PaperServer
from tests.radius.packets import AUTHENTICATOR, SECRET, header, octets, packet, signed_accounting

SEED: Final = 2865
ROUNDS: Final = 5000

NAME: Final[Attribute] = (a.USER_NAME, b"ann@corp.example.com")
PASSWORD: Final[Attribute] = (a.USER_PASSWORD, hide(b"secret,123456", AUTHENTICATOR, SECRET))
AROUND: Final[list[Attribute]] = [
    (a.NAS_IP_ADDRESS, bytes(4)), (a.NAS_IDENTIFIER, "tür".encode()), (a.CALLING_STATION_ID, b"192.0.2.7"),
    (a.STATE, bytes(16)), (a.PROXY_STATE, b"1"), (a.PROXY_STATE, b""),
]  # fmt: skip
MS_CHAP: Final = vendor_specific(VendorAttribute(311, 25, bytes(50)))
MS_CHALLENGE: Final = vendor_specific(VendorAttribute(311, 11, bytes(16)))
CISCO: Final = vendor_specific(VendorAttribute(9, 1, b"profile=staff"))
START: Final[list[Attribute]] = [
    NAME,
    (a.ACCT_STATUS_TYPE, bytes((0, 0, 0, 1))),
    (a.ACCT_SESSION_ID, b"00000001"),
]

REQUESTS: Final = [
    packet(NAME, PASSWORD, *AROUND), packet(NAME, (a.CHAP_PASSWORD, bytes(17)), *AROUND), packet(NAME, MS_CHALLENGE, MS_CHAP, CISCO),
    packet(NAME, (a.EAP_MESSAGE, bytes(5))), packet(NAME), packet(*AROUND, code=Code.STATUS_SERVER),
]  # fmt: skip
VALID: Final = [
    *(sign_request(request, SECRET) for request in REQUESTS), *(encode(request) for request in REQUESTS),
    signed_accounting(*START, *AROUND, CISCO), octets(code=Code.ACCESS_ACCEPT),
]  # fmt: skip


def random_octets(chance: Random) -> bytes:
    """Return noise, short more often than long."""
    return chance.randbytes(int(chance.paretovariate(0.6)) % 4200)


def random_attributes(chance: Random) -> bytes:
    """Return noise behind a header that fits it."""
    body = chance.randbytes(chance.randrange(80))
    return header(20 + len(body), chance.choice(list(Code))) + body


def mutated(chance: Random) -> bytes:
    """Return a valid packet with up to four wounds."""
    return wounded(chance, chance.choice(VALID))


def wounded(chance: Random, sound: bytes) -> bytes:
    """Return octets with up to four wounds."""
    datagram = bytearray(sound)
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(datagram) + 1), chance.randrange(20)
        match chance.randrange(6):
            case 0 if at < len(datagram):
                datagram[at] = chance.randrange(256)
            case 1:
                del datagram[at : at + size]
            case 2:
                datagram[at:at] = chance.randbytes(size)
            case 3:
                datagram[at:at] = datagram[at : at + size]
            case 4 if len(datagram) > 4:
                datagram[2:4] = chance.randrange(len(datagram) + 20).to_bytes(2, "big")
            case 5 if len(datagram) > 4:
                datagram[2:4] = len(datagram).to_bytes(2, "big")
    return bytes(datagram)


def rearranged(chance: Random) -> bytes:
    """Return a packet of sound attributes in unsound numbers, order and sizes, rightly signed."""
    request = chance.choice(REQUESTS)
    attributes = list(request.attributes)
    for _ in range(chance.randint(1, 6)):
        kind = chance.choice([*(one for one, _ in attributes), chance.randrange(256)])
        value = chance.choice(
            [b"", chance.randbytes(16), chance.randbytes(chance.randrange(200)), bytes(253)]
        )
        attributes.insert(chance.randrange(len(attributes) + 1), (kind, value))
    chance.shuffle(attributes)
    if chance.random() < 0.2:
        return signed_accounting(*attributes)
    return sign_request(Packet(request.code, 7, AUTHENTICATOR, attributes), SECRET)


@pytest.mark.parametrize("make", [random_octets, random_attributes, mutated, rearranged])
async def test_any_datagram_is_answered_or_dropped(make: Callable[[Random], bytes]) -> None:
    paper, chance = PaperServer(), Random(SEED)
    for _ in range(ROUNDS):
        datagram = make(chance)
        address = chance.choice([LAX, STRICT, AUTO, STRANGER])
        for accounting in (False, True):
            outcome = await paper.deliver(datagram, address, accounting=accounting)
            assert outcome != "internal-error", f"from {address}: {datagram.hex()}"
            if isinstance(outcome, bytes):
                is_ours = is_reply_to if accounting else is_signed_reply_to
                assert is_ours(outcome, decode(datagram), SECRET)
            else:
                assert outcome in DROPS


async def test_the_fuzz_reaches_what_lies_behind_the_checks() -> None:
    """Else the test above would prove little."""
    paper, chance = PaperServer(), Random(SEED)
    outcomes = [await paper.deliver(rearranged(chance), LAX) for _ in range(ROUNDS)]
    protocols = {attempt.protocol for attempt in paper.attempts if attempt.fault is None}
    assert protocols == {"PAP", "CHAP", "EAP", "MS-CHAPv2"}
    assert len(paper.attempts) > ROUNDS / 10
    assert sum(isinstance(outcome, bytes) for outcome in outcomes) > len(paper.attempts)  # pings, too


@pytest.mark.parametrize("valid", VALID[:6], ids=range(6))
async def test_every_valid_packet_is_answered(valid: bytes) -> None:
    assert isinstance(await PaperServer().deliver(valid, STRICT), bytes)
