"""What a certificate says of its client: exact names to find it by, and names to tell that harm no log."""

from typing import Any

import pytest

from secondgate.listener.shown_certificate import NAMES_MOST, SIGNS_MOST, shown


def certificate(*alternative: tuple[str, Any], common: tuple[str, ...] = ("cn.test",)) -> dict[str, Any]:
    """Return a certificate as Python's ssl has it."""
    found: dict[str, Any] = {
        "subject": tuple((("commonName", name),) for name in common), "serialNumber": "0A3F",
        "notAfter": "Nov 30 16:55:14 2026 GMT",
    }  # fmt: skip
    return found | ({"subjectAltName": alternative} if alternative else {})


@pytest.mark.parametrize(
    ("says", "names"),
    [
        (certificate(("DNS", "VPN1.Example.com"), ("DNS", "b.test")), {"vpn1.example.com", "b.test"}),
        (certificate(("IP Address", "2001:DB8:0:0:0:0:0:7"), ("IP Address", "192.0.2.7")), {"2001:db8::7", "192.0.2.7"}),
        (certificate(), {"cn.test"}),
        (certificate(common=("Our VPN",)), set()),
        (certificate(("email", "ann@a.test")), set()),
        (certificate(("DNS", "*.a.test")), set()),
        (certificate(("DNS", "a.test\x00.evil.test")), set()),
        (certificate(("DNS", "192.0.2.7")), set()),
        (certificate(("DNS", "\N{KELVIN SIGN}iosk.test")), set()),
        (certificate(("IP Address", "<invalid>"), ("DirName", ((("commonName", "d.test"),),))), set()),
    ],
)  # fmt: skip
def test_it_is_found_by_exact_names_and_by_the_common_name_only_where_there_are_no_others(
    says: dict[str, Any], names: set[str]
) -> None:
    assert shown(says, b"").names == names


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (certificate(("DNS", "A.test"), ("email", "ann@a.test")), "A.test, ann@a.test"),
        (certificate(common=("Our VPN",)), "Our VPN"),
        (certificate(common=()), "number 0A3F"),
        (certificate(("DirName", ())), "number 0A3F"),
        (certificate(common=("a\x1b[31m\n\u202eb",)), "a\ufffd[31m\ufffd\ufffdb"),
    ],
)
def test_what_is_told_of_it_is_legible(says: dict[str, Any], told: str) -> None:
    assert shown(says, b"").told == told


def test_what_is_told_of_it_has_a_bound() -> None:
    told = shown(certificate(*[("DNS", "x" * 5000)] * 5000), b"").told
    assert told.startswith("x" * SIGNS_MOST + "…, ")
    assert told.endswith(", …")
    assert len(told) < NAMES_MOST * (SIGNS_MOST + 3) + 2
