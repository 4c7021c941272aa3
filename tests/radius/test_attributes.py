"""The values inside attributes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius.attributes import (
    REPLY_MESSAGE,
    STATE,
    VENDOR_SPECIFIC,
    VendorAttribute,
    octets,
    readable,
    text,
    vendor_attributes,
    vendor_specific,
)
from secondgate.radius.packet import decode
from tests.fuzz.steady import steady
from tests.radius.packets import octets as packet_octets

VENDORS = st.builds(VendorAttribute, st.integers(0, 2**32 - 1), st.integers(0, 255), st.binary(max_size=247))


@steady
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 300))
def test_a_text_is_split_between_characters_and_loses_nothing(said: str, times: int) -> None:
    parts = [value for _, value in text(REPLY_MESSAGE, said * times)]
    assert "".join(part.decode() for part in parts) == said * times  # each part is UTF-8 by itself
    assert all(1 <= len(part) <= 253 for part in parts)


@pytest.mark.parametrize("character", ["e", "é", "€", "🔑"])
@pytest.mark.parametrize("ahead", range(4))
def test_a_character_at_the_edge_is_never_cut(character: str, ahead: int) -> None:
    said = "x" * (253 - ahead) + character + "y" * 253
    parts = [value.decode() for _, value in text(REPLY_MESSAGE, said)]
    assert "".join(parts) == said
    assert len(parts[0].encode()) > 253 - 4


def test_an_empty_text_is_no_attribute() -> None:
    assert list(text(REPLY_MESSAGE, "")) == []
    assert list(octets(STATE, b"")) == []


def test_a_text_that_fits_is_one_attribute() -> None:
    assert list(text(REPLY_MESSAGE, "x" * 253)) == [(REPLY_MESSAGE, b"x" * 253)]
    assert [len(value) for _, value in text(REPLY_MESSAGE, "x" * 254)] == [253, 1]


@steady
@given(st.binary(max_size=1000))
def test_octets_are_split_and_lose_nothing(value: bytes) -> None:
    parts = list(octets(STATE, value))
    assert b"".join(part for _, part in parts) == value
    assert all(kind == STATE and 1 <= len(part) <= 253 for kind, part in parts)


@steady
@given(VENDORS)
def test_a_vendor_attribute_comes_back_as_it_was(attribute: VendorAttribute) -> None:
    ((kind, value),) = decode(packet_octets(vendor_specific(attribute))).attributes
    assert kind == VENDOR_SPECIFIC
    assert vendor_attributes(value) == [attribute]


def test_several_vendor_attributes_may_share_one() -> None:
    value = bytes.fromhex("00000137 0103aa 1902 fe04bbcc")
    assert vendor_attributes(value) == [
        VendorAttribute(311, 1, b"\xaa"), VendorAttribute(311, 25, b""), VendorAttribute(311, 254, b"\xbb\xcc")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        "", "00", "00000137", "0000013701",  # no room for a type and a length
        "000001370100", "000001370101",  # shorter than its own header
        "000001370103",  # longer than what there is
        "000001370103aa19", "000001370103aa1903",  # the second one is wrong
    ],
)  # fmt: skip
def test_what_is_not_of_the_usual_form_is_the_vendors_own_affair(value: str) -> None:
    assert vendor_attributes(bytes.fromhex(value)) == []


@steady
@given(st.binary(max_size=253))
def test_any_value_can_be_looked_into(value: bytes) -> None:
    found = vendor_attributes(value)
    assert sum(len(one.value) + 2 for one in found) in (0, len(value) - 4)


@steady
@given(st.binary(max_size=253))
def test_any_octets_are_readable(value: bytes) -> None:
    (readable(value) or "").encode()  # no lone surrogates, which no database and no terminal takes


def test_what_is_not_text_is_marked() -> None:
    assert readable("Zoë".encode()) == "Zoë"
    assert readable(b"Zo\xeb") == "Zo\\xeb"
    assert readable(None) is None
