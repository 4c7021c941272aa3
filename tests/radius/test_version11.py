"""RADIUS/1.1: what is hidden in the process is whole again on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import microsoft, mschap
from secondgate.radius.attributes import Attribute
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Code, Packet, decode
from secondgate.radius.signing import sign_reply
from secondgate.radius.version11 import RADSEC, RESERVED, from_hidden
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
