"""Who wrote a packet: every signature is made and checked, and its formula computed here once more."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import drops
from secondgate.radius.attributes import EAP_MESSAGE, MESSAGE_AUTHENTICATOR, USER_NAME, Attribute
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.packet import Code, Packet, decode, encode
from secondgate.radius.signing import (
    Secret,
    check_accounting,
    check_request,
    is_reply_to,
    is_signed_reply_to,
    sign_accounting_reply,
    sign_reply,
    sign_request,
)
from tests.fuzz.steady import steady
from tests.radius.packets import (
    PACKETS,
    SECRET,
    flipped,
    hmac_md5,
    md5,
    octets,
    packet,
    signed_accounting,
)

NAME: Attribute = (USER_NAME, b"nemo")
BLANK: Attribute = (MESSAGE_AUTHENTICATOR, bytes(16))
REPLIES = [
    Code.ACCESS_ACCEPT, Code.ACCESS_REJECT, Code.ACCESS_CHALLENGE, Code.ACCOUNTING_RESPONSE
]  # fmt: skip


def why_dropped(datagram: bytes, *, required: bool = True) -> Drop:
    """Return why a request is dropped."""
    with pytest.raises(Dropped) as caught:
        check_request(datagram, decode(datagram), SECRET, required=required)
    return caught.value.drop


@steady
@given(PACKETS)
def test_a_signed_reply_begins_with_message_authenticator(sent: Packet) -> None:
    reply = sign_reply(sent, SECRET)
    assert reply[20:22] == bytes((MESSAGE_AUTHENTICATOR, 18))
    signed = reply[:4] + sent.authenticator + reply[20:]  # it is made before the Response Authenticator
    assert reply[22:38] == hmac_md5(SECRET.octets, signed[:22] + bytes(16) + signed[38:])
    assert reply[4:20] == md5(signed + SECRET.octets)


@pytest.mark.parametrize("code", REPLIES)
def test_a_reply_is_one_to_its_request_only(code: Code) -> None:
    request = packet(NAME)
    reply = sign_reply(request.answer(code, [NAME]), SECRET)
    assert is_reply_to(reply, request, SECRET)
    assert not is_reply_to(reply, request, Secret(b"another"))
    assert not is_reply_to(reply, Packet(1, 7, bytes(16)), SECRET)
    assert is_signed_reply_to(reply + b"padding", request, SECRET)
    assert not is_signed_reply_to(reply, request, Secret(b"another"))


def test_a_reply_whose_signature_was_taken_out_is_none() -> None:
    """CVE-2024-3596: the Response Authenticator alone is MD5, and can be made to fit."""
    request = packet(NAME)
    stripped = sign_accounting_reply(request.answer(Code.ACCESS_ACCEPT, [NAME]), SECRET)
    assert is_reply_to(stripped, request, SECRET)
    assert not is_signed_reply_to(stripped, request, SECRET)


@steady
@given(st.integers(0), st.integers(1, 255))
def test_a_signature_at_the_end_of_a_reply_holds_until_an_octet_changes(place: int, change: int) -> None:
    """FreeRADIUS of before 2024 signs so."""
    request = packet(NAME)
    signed = bytearray(encode(request.answer(Code.ACCESS_ACCEPT, [NAME, BLANK])))
    signed[-16:] = hmac_md5(SECRET.octets, bytes(signed))
    reply = bytes(signed[:4]) + md5(bytes(signed) + SECRET.octets) + bytes(signed[20:])
    assert is_signed_reply_to(reply, request, SECRET)
    body = bytearray(reply[20:])
    body[place % len(body)] ^= change
    forged = reply[:4] + md5(reply[:4] + request.authenticator + bytes(body) + SECRET.octets) + bytes(body)
    with suppress(Dropped):
        assert not is_signed_reply_to(forged, request, SECRET)


def test_a_reply_carries_one_message_authenticator() -> None:
    """What a door put there itself is replaced."""
    reply = decode(sign_reply(packet(NAME, BLANK, BLANK, code=Code.ACCESS_ACCEPT), SECRET))
    assert [kind for kind, _ in reply.attributes] == [MESSAGE_AUTHENTICATOR, USER_NAME]


@steady
@given(PACKETS, st.data())
def test_a_change_of_any_octet_of_a_request_is_noticed(sent: Packet, data: st.DataObject) -> None:
    datagram = sign_request(sent, SECRET)
    position = data.draw(st.integers(0, len(datagram) - 1))
    changed = flipped(datagram, position, data.draw(st.integers(1, 255)))
    with pytest.raises(Dropped):
        check_request(changed, decode(changed), SECRET, required=True)


@steady
@given(PACKETS, st.data())
def test_a_change_of_any_octet_of_a_reply_is_noticed(sent: Packet, data: st.DataObject) -> None:
    datagram = sign_reply(sent, SECRET)
    position = data.draw(st.integers(0, len(datagram) - 1))
    assert not is_reply_to(flipped(datagram, position, data.draw(st.integers(1, 255))), sent, SECRET)


def test_a_change_of_any_octet_of_an_accounting_request_is_noticed() -> None:
    datagram = signed_accounting(NAME)
    check_accounting(datagram, decode(datagram), SECRET)
    for position in range(len(datagram)):
        changed = flipped(datagram, position)
        with pytest.raises(Dropped):
            check_accounting(changed, decode(changed), SECRET)


def test_an_accounting_reply_is_one_to_its_request() -> None:
    datagram = signed_accounting(NAME)
    request = decode(datagram)
    reply = sign_accounting_reply(request.answer(Code.ACCOUNTING_RESPONSE), SECRET)
    assert reply[4:20] == md5(reply[:4] + datagram[4:20] + SECRET.octets)
    assert is_reply_to(reply, request, SECRET)


@pytest.mark.parametrize("before", [[], [NAME], [NAME, NAME]])
def test_a_message_authenticator_may_stand_anywhere_in_a_request(before: list[Attribute]) -> None:
    blank = octets(*before, BLANK, NAME)
    start = 20 + 6 * len(before) + 2
    datagram = blank[:start] + hmac_md5(SECRET.octets, blank) + blank[start + 16 :]
    assert check_request(datagram, decode(datagram), SECRET, required=True)


def test_padding_is_not_signed() -> None:
    request, accounting = sign_request(packet(NAME), SECRET) + b"more", signed_accounting(NAME) + b"more"
    assert check_request(request, decode(request), SECRET, required=True)
    check_accounting(accounting, decode(accounting), SECRET)


def test_a_request_without_message_authenticator_is_unsigned() -> None:
    datagram = octets(NAME)
    assert check_request(datagram, decode(datagram), SECRET, required=False) is False
    assert why_dropped(datagram) is drops.NO_MESSAGE_AUTHENTICATOR


def test_eap_without_message_authenticator_is_dropped() -> None:
    """RFC 3579 section 3.2."""
    assert why_dropped(octets((EAP_MESSAGE, b"")), required=False) is drops.NO_MESSAGE_AUTHENTICATOR


@pytest.mark.parametrize("required", [True, False])
def test_a_wrong_message_authenticator_is_dropped(required: bool) -> None:
    assert why_dropped(octets(BLANK), required=required) is drops.BAD_MESSAGE_AUTHENTICATOR


@pytest.mark.parametrize("size", [0, 1, 15, 17, 253])
def test_a_message_authenticator_of_another_size_is_dropped(size: int) -> None:
    short_or_long = octets((MESSAGE_AUTHENTICATOR, bytes(size)))
    assert why_dropped(short_or_long, required=False) is drops.BAD_MESSAGE_AUTHENTICATOR


def test_two_message_authenticators_are_dropped() -> None:
    """Even if the first one fits: a proxy might believe the other."""
    blank = octets(BLANK, BLANK)
    datagram = blank[:22] + hmac_md5(SECRET.octets, blank) + blank[38:]
    assert why_dropped(datagram, required=False) is drops.BAD_MESSAGE_AUTHENTICATOR


def test_a_reply_that_is_cut_off_is_none() -> None:
    request = packet(NAME)
    reply = sign_reply(request.answer(Code.ACCESS_ACCEPT), SECRET)
    assert not any(is_reply_to(reply[:end], request, SECRET) for end in range(len(reply)))


@steady
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_secret_of_any_length_signs(octets_of_secret: bytes, message: bytes) -> None:
    secret = Secret(octets_of_secret)
    for _ in range(2):  # the kept states are copied, never used up
        assert secret.hmac_md5(message) == hmac_md5(octets_of_secret, message)
        assert secret.md5(message) == md5(octets_of_secret + message)


def test_a_secret_is_never_shown() -> None:
    assert "xyzzy" not in f"{SECRET!r} {SECRET}"
    assert Secret(b"xyzzy5461") == SECRET
    assert Secret(b"xyzzy5462") != SECRET
    assert SECRET != b"xyzzy5461"


def test_signing_does_not_change_the_packet() -> None:
    reply = packet(NAME, BLANK)
    before = encode(reply)
    sign_reply(reply, SECRET)
    sign_request(reply, SECRET)
    assert encode(reply) == before
