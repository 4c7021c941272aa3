"""Octets to packets, and back."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import drops
from secondgate.radius.attributes import MESSAGE_AUTHENTICATOR, PROXY_STATE, USER_NAME
from secondgate.radius.drops import Dropped
from secondgate.radius.packet import Code, Packet, decode, encode, message_authenticator_offsets
from tests.fuzz.steady import steady
from tests.radius.packets import PACKETS, header, octets, packet

FULL = [(PROXY_STATE, bytes(253))] * 15 + [(PROXY_STATE, bytes(249))]  # 20 + 15 * 255 + 251 = 4096


@steady
@given(PACKETS)
def test_a_packet_comes_back_as_it_was(sent: Packet) -> None:
    assert decode(encode(sent)) == sent


@steady
@given(st.binary(max_size=300))
def test_any_octets_are_a_packet_or_dropped(datagram: bytes) -> None:
    with suppress(Dropped):
        decode(datagram)


@steady
@given(st.binary(max_size=100), st.integers(0, 130))
def test_any_attributes_are_a_packet_or_dropped(body: bytes, length: int) -> None:
    with suppress(Dropped):
        read = decode(header(length) + body)
        assert encode(read) == header(length) + body[: length - 20]


@steady
@given(PACKETS, st.binary(max_size=50))
def test_what_stands_behind_the_length_is_padding(sent: Packet, padding: bytes) -> None:
    assert decode(encode(sent) + padding) == sent


def test_a_header_alone_is_a_packet() -> None:
    assert decode(header(20)) == packet()


def test_the_longest_packet_has_4096_octets() -> None:
    longest = encode(packet(*FULL))
    assert len(longest) == 4096
    assert decode(longest) == packet(*FULL)
    with pytest.raises(Dropped) as caught:
        decode(header(4097) + longest[20:] + b"\0")
    assert caught.value.drop is drops.TOO_LONG


def test_a_packet_over_4096_octets_is_not_written() -> None:
    with pytest.raises(ValueError, match="4351 octets; 4096 are the most"):
        encode(packet(*FULL, (PROXY_STATE, bytes(253))))


def test_a_value_over_253_octets_is_not_written() -> None:
    assert decode(octets((USER_NAME, bytes(253)))).first(USER_NAME) == bytes(253)
    with pytest.raises(ValueError, match="Attribute 1 has 254 octets; 253 are the most"):
        octets((USER_NAME, bytes(254)))


def test_attributes_keep_their_order() -> None:
    several = [(PROXY_STATE, b"1"), (USER_NAME, b"ann"), (PROXY_STATE, b""), (PROXY_STATE, b"2")]
    read = decode(octets(*several))
    assert read.attributes == several
    assert read.first(PROXY_STATE) == b"1"
    assert read.values(PROXY_STATE) == [b"1", b"", b"2"]
    assert read.all(PROXY_STATE) == [(PROXY_STATE, b"1"), (PROXY_STATE, b""), (PROXY_STATE, b"2")]
    assert read.first(MESSAGE_AUTHENTICATOR) is None


def test_a_copy_with_other_attributes_is_read_anew() -> None:
    sent = packet((USER_NAME, b"ann"))
    assert sent.first(USER_NAME) == b"ann"
    copy = replace(sent, attributes=[(USER_NAME, b"bob")])
    assert (copy.first(USER_NAME), copy.all(USER_NAME)) == (b"bob", [(USER_NAME, b"bob")])


def test_an_answer_has_the_identifier_of_its_request() -> None:
    answer = packet((USER_NAME, b"ann")).answer(Code.ACCESS_REJECT)
    assert (answer.code, answer.identifier, answer.attributes) == (Code.ACCESS_REJECT, 7, [])


@steady
@given(PACKETS)
def test_the_offsets_are_those_of_the_message_authenticators(sent: Packet) -> None:
    written, found = encode(sent), list(message_authenticator_offsets(sent))
    sizes = [len(value) for value in sent.values(MESSAGE_AUTHENTICATOR)]
    assert [written[offset - 2 : offset] for offset in found] == [
        bytes((MESSAGE_AUTHENTICATOR, size + 2)) for size in sizes
    ]
