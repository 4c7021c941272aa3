"""RADIUS/1.1: what is hidden in the process is whole again on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import attributes as a
from secondgate.radius import drops, microsoft, mschap
from secondgate.radius.attributes import Attribute
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import hide, reveal
from secondgate.radius.packet import MAX_LENGTH, Code, Packet, decode, encode
from secondgate.radius.signing import check_accounting, check_request, sign_reply
from secondgate.radius.version11 import RADSEC, RESERVED, from_hidden, to_hidden
from tests.fuzz.steady import steady

TOKEN = b"tok1"
REQUEST = Packet(Code.ACCESS_REQUEST, 0, TOKEN + RESERVED)


def on_the_wire(*attributes: Attribute) -> dict[int, bytes]:
    """Return Microsoft's attributes of an Access-Accept as the client reads them."""
    reply = sign_reply(REQUEST.answer(Code.ACCESS_ACCEPT, attributes), RADSEC)
    return dict(microsoft.values(decode(from_hidden(reply, TOKEN))))


def keys_of(hashed_twice: bytes) -> bytes:
    """Return MS-CHAP-MPPE-Keys on the wire."""
    hidden = hide(mschap.version_1_keys(hashed_twice), REQUEST.authenticator, RADSEC)
    return on_the_wire(microsoft.attribute(microsoft.CHAP_MPPE_KEYS, hidden))[microsoft.CHAP_MPPE_KEYS]


@steady
@given(st.binary(max_size=16).map(lambda begins: begins.ljust(16, b"\0")))
def test_the_keys_of_ms_chap_are_whole_whatever_octets_they_end_in(hashed_twice: bytes) -> None:
    assert keys_of(hashed_twice) == bytes(8) + hashed_twice


def test_rfc2548_section_2_4_1_of_a_code_whose_key_ends_in_zero() -> None:
    hashed_twice = mschap.hash_of_hash(b"000125")
    assert hashed_twice.endswith(b"\0")
    assert keys_of(hashed_twice) == bytes(8) + hashed_twice


@steady
@given(st.binary(max_size=16).map(lambda begins: begins.ljust(16, b"\0")))
@pytest.mark.parametrize("kind", [microsoft.MPPE_SEND_KEY, microsoft.MPPE_RECV_KEY])
def test_the_keys_of_ms_chap_version_2_are_whole_too(kind: int, key: bytes) -> None:
    hidden = mschap.hide_key(key, REQUEST.authenticator, RADSEC, b"\x80\x01")
    assert on_the_wire(microsoft.attribute(kind, hidden)) == {kind: key}


def full(code: Code, size: int, *attributes: Attribute) -> bytes:
    """Return a packet of RADIUS/1.1 that is filled to `size` octets with Class."""
    filled = list(attributes)
    left = size - len(encode(Packet(code, 0, TOKEN + RESERVED, filled)))
    while left:
        one = min(left, 255) if left not in (256, 257) else 200  # no lone octet may be left
        filled.append((a.CLASS, bytes(one - 2)))
        left -= one
    packet = encode(Packet(code, 0, TOKEN + RESERVED, filled))
    assert len(packet) == size
    return packet


@pytest.mark.parametrize("length", range(129))
@pytest.mark.parametrize("size", [4000, 4064, 4080, 4081, 4095, 4096])
def test_a_password_is_read_as_it_came_or_the_packet_is_dropped_as_too_long(size: int, length: int) -> None:
    password = b"p" * length
    hidden = to_hidden(full(Code.ACCESS_REQUEST, size, (a.USER_PASSWORD, password)))
    padding = max(16, -(-length // 16) * 16) - length
    if size + padding > MAX_LENGTH:
        assert fault(hidden) is drops.TOO_LONG
    else:
        request = decode(hidden)
        typed = reveal(request.first(a.USER_PASSWORD) or b"", request.authenticator, RADSEC)
        assert typed == password


@pytest.mark.parametrize("size", [300, 4096])
@pytest.mark.parametrize("length", [129, 144, 160, 253])
def test_a_password_that_is_too_long_is_taken_for_none(size: int, length: int) -> None:
    request = decode(to_hidden(full(Code.ACCESS_REQUEST, size, (a.USER_PASSWORD, b"p" * length))))
    with pytest.raises(Dropped) as caught:
        reveal(request.first(a.USER_PASSWORD) or b"", request.authenticator, RADSEC)
    assert caught.value.drop is drops.BAD_PASSWORD_LENGTH


@pytest.mark.parametrize(
    ("code", "attributes"), [(Code.STATUS_SERVER, []), (Code.ACCESS_REQUEST, [(a.EAP_MESSAGE, b"")])]
)
def test_what_must_be_signed_in_radius_1_0_is(code: Code, attributes: list[Attribute]) -> None:
    for size in (24, 4096 - 18):
        hidden = to_hidden(full(code, size, *attributes))
        assert check_request(hidden, decode(hidden), RADSEC, required=True)
    assert fault(to_hidden(full(code, 4096, *attributes))) is drops.TOO_LONG


def test_accounting_of_any_size_is_taken() -> None:
    hidden = to_hidden(full(Code.ACCOUNTING_REQUEST, 4096))
    check_accounting(hidden, decode(hidden), RADSEC)


@pytest.mark.parametrize("size", [60, 4096])
def test_a_message_authenticator_that_came_is_left_out(size: int) -> None:
    """RFC 9765 section 5.2: there it says nothing, right or wrong."""
    hidden = to_hidden(full(Code.ACCESS_REQUEST, size, (a.MESSAGE_AUTHENTICATOR, bytes(16))))
    assert check_request(hidden, decode(hidden), RADSEC, required=False) is False


def test_what_is_no_packet_is_dropped_as_such() -> None:
    assert fault(to_hidden(bytes((1, 0, 0, 22)) + bytes(16) + bytes((2, 9)))) is drops.BAD_ATTRIBUTE


def fault(packet: bytes) -> drops.Drop:
    """Return why the server drops a packet."""
    with pytest.raises(Dropped) as caught:
        decode(packet)
    return caught.value.drop
