"""Names and values of attributes, for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import attributes
from secondgate.radius.dictionary import describe, standard
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
        (250, "ff", ("Attribute-250", "0xff")),
    ],
)
def test_an_attribute_has_a_name_and_a_text(kind: int, value: str, shown: tuple[str, str]) -> None:
    assert describe((kind, bytes.fromhex(value))) == shown


@pytest.mark.parametrize(("kind", "size"), [(4, 3), (5, 5), (55, 0), (95, 4)])
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
