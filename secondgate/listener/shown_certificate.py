"""What a client's TLS certificate says of who the client is: the names to find it by, and to tell of it."""

from collections.abc import Iterator, Mapping
from ssl import cert_time_to_seconds
from typing import Any, Final
from unicodedata import category

from secondgate.applications import certificate_names
from secondgate.frozen import frozen

NAMES_MOST: Final = 5  # told of one certificate
SIGNS_MOST: Final = 100  # of a name that is told
READ_BY: Final = {"DNS": certificate_names.dns_name, "IP Address": certificate_names.address}


@frozen
class ShownCertificate:
    """`names`: as applications list them, compared exactly. `told`: any names it has, fit for a log.

    `ends` is Unix time, `der` the whole of it.
    """

    names: frozenset[str]
    told: str
    ends: float
    der: bytes


def shown(certificate: Mapping[str, Any], der: bytes) -> ShownCertificate:
    """Return what a certificate says, as `SSLObject.getpeercert` has it.

    The subject's common name counts only where there is no subjectAltName (RFC 6125 section 6.4.4).
    """
    common = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    alternative: list[tuple[str, str]] = list(certificate.get("subjectAltName", ()))
    named = alternative or [("DNS", name) for name in common]
    told = [_legible(value) for _kind, value in named if isinstance(value, str)]
    if len(told) > NAMES_MOST:
        told[NAMES_MOST:] = ["…"]
    number = f"number {certificate.get('serialNumber', '?')}"  # which is all there is to tell of it
    ends = cert_time_to_seconds(certificate["notAfter"])
    return ShownCertificate(frozenset(_names(named)), ", ".join(told) or number, ends, der)


def _names(named: list[tuple[str, str]]) -> Iterator[str]:
    for kind, value in named:
        try:
            yield READ_BY[kind](value)
        except (KeyError, ValueError):  # another kind of name, a wildcard, or none that could be listed
            continue


def _legible(text: str) -> str:
    """Return a name without what moves a terminal or the text around it."""
    clean = "".join("\ufffd" if category(sign)[0] == "C" else sign for sign in text)
    return clean if len(clean) <= SIGNS_MOST else f"{clean[:SIGNS_MOST]}…"
