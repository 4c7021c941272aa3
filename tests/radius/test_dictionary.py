"""Names and values of attributes, for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import attributes
from secondgate.radius.attributes import Attribute
from secondgate.radius.dictionary import describe, describe_all, standard, vendors, written
from tests.fuzz.steady import steady

NUMBERS = {
    name: number for name, number in vars(attributes).items() if isinstance(number, int) and name.isupper()
}


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (1, b"nemo".hex(), ("User-Name", "nemo")),
        (4, "c0a80110", ("NAS-IP-Address", "192.168.1.16")),
        (5, "00000003", ("NAS-Port", "3")),
        (24, "0102", ("State", "0x0102")),
        (55, "65000000", ("Event-Timestamp", "1694498816")),
        (95, "20010db8000000000000000000000001", ("NAS-IPv6-Address", "2001:db8::1")),
        (97, "004020010db8", ("Framed-IPv6-Prefix", "2001:db8::/64")),
        (250, "ff", ("Attribute-250", "0xff")),
    ],
)
def test_an_attribute_has_a_name_and_a_text(kind: int, value: str, shown: tuple[str, str]) -> None:
    assert describe((kind, bytes.fromhex(value))) == shown


@pytest.mark.parametrize(("kind", "size"), [(4, 3), (5, 5), (55, 0), (95, 4), (97, 1), (97, 19)])
def test_a_value_of_the_wrong_size_is_shown_as_octets(kind: int, size: int) -> None:
    assert describe((kind, bytes(size)))[1] == "0x" + "00" * size


@steady
@given(st.integers(0, 255), st.binary(max_size=253))
def test_any_attribute_can_be_described(kind: int, value: bytes) -> None:
    name, shown = describe((kind, value))
    assert name
    shown.encode()


@pytest.mark.parametrize("name", sorted(set(NUMBERS) - {"VALUE_MAX"}))
def test_the_code_and_the_dictionary_agree_on_the_numbers(name: str) -> None:
    written = standard()[NUMBERS[name]].name
    assert written.upper().replace("-", "_") == name


@pytest.mark.parametrize(
    ("name", "value", "attribute"),
    [
        ("Filter-Id", "staff", (11, b"staff")), ("filter-id", "0x00ff", (11, b"\0\xff")),
        ("Session-Timeout", "3600", (27, b"\0\0\x0e\x10")),
        ("Framed-IPv6-Prefix", "2001:db8::/32", (97, b"\0\x20\x20\1\x0d\xb8" + bytes(12))), ("NAS-IP-Address", "192.0.2.7", (4, b"\xc0\0\2\7")),
        ("Fortinet-Group-Name", "VPN", (26, b"\0\0\x30\x44\1\5VPN")),
    ],
)  # fmt: skip
def test_what_people_write_becomes_an_attribute_and_reads_back(name: str, value: str, attribute: Attribute):
    assert written(name, value) == attribute
    shown_name, shown = describe_all(attribute)[0]
    assert shown_name.lower() == name.lower()
    assert shown == value or value.startswith("0x")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("Nonsense", "1", "There is no attribute called “Nonsense”"),
        ("Session-Timeout", "an hour", "Session-Timeout is “an hour”; it must be a whole number"),
        ("Session-Timeout", "4294967296", "must be a whole number from 0 to 4294967295"),
        ("NAS-IP-Address", "::1", "it must be an IPv4 address"),
        ("Class", "x" * 254, "Class has 254 octets; 253 are the most."),
        ("Cisco-AVPair", "x" * 248, "Cisco-AVPair has 248 octets; 247 are the most."),
        ("Class", "0xzz", "pairs of hexadecimal digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_said(name: str, value: str, says: str):
    with pytest.raises(ValueError, match=says):
        written(name, value)


def test_no_name_and_no_number_stands_twice_():
    found = [*standard().values(), *vendors().values()]
    assert len({one.name.lower() for one in found}) == len(found)
