"""Names of certificates as applications list them: one way of writing, and no more than a name."""

import pytest

from secondgate.applications import certificate_names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("VPN1.Example.com", "vpn1.example.com"), (" vpn ", "vpn"), ("a_b-c.1.test", "a_b-c.1.test"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"), ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::7", "2001:db8::7"), ("::ffff:192.0.2.7", "192.0.2.7"), (f"{'x' * 63}.test", f"{'x' * 63}.test"),
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_is_compared(typed: str, kept: str) -> None:
    assert certificate_names.read(typed) == kept
    assert certificate_names.read(kept) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("*.example.com", "is a wildcard, and none are taken"), ("vpn*.example.com", "is a wildcard"),
        ("vpn.münchen.example", "in ASCII: vpn.xn--mnchen-3ya.example."), ("straße.example", "in ASCII, with xn--."),
        ("", "is no DNS name and no address"), ("a b", "is no DNS name"), ("vpn.", "is no DNS name"),
        ("-vpn.test", "is no DNS name"), ("a..test", "is no DNS name"), ("1.2.3", "is no DNS name"),
        ("10.0.0.0/8", "no address"), ("fe80::1%eth0", "no address"), (f"{'x' * 64}.test", "is no DNS name"),
        (".".join(["x" * 60] * 5), "is no DNS name"), ("vpn\x00.test", "is no DNS name"), ("vpn.test\n.", "is no DNS name"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_one_sentence(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match="^“") as caught:
        certificate_names.read(typed)
    assert says in str(caught.value)


def test_a_sentence_does_not_grow_with_what_was_typed() -> None:
    with pytest.raises(ValueError, match="is no DNS name") as caught:
        certificate_names.read("x" * 10_000)
    assert len(str(caught.value)) < 300


def test_no_other_letter_passes_for_an_ascii_one() -> None:
    """In lower case the Kelvin sign is a k."""
    with pytest.raises(ValueError):
        certificate_names.dns_name("\N{KELVIN SIGN}iosk.test")
