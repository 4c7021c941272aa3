"""Names in a client's TLS certificate, as an application lists them: DNS names and addresses, no wildcards.

They are compared exactly (RFC 6125 section 7.2 tells why). Names with other letters than ASCII's are written
as certificates have them, `xn--…`: two standards make different ones of some letters, so none are made here.
"""

import re
from typing import Final

from secondgate.addresses import plain_address

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# The last label has a letter (RFC 3696 section 2), so that no address passes for a name.
_DNS: Final = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*(?=[0-9_-]*[a-z]){_LABEL}\Z")
WRITTEN_MOST: Final = 100  # signs of a name in a sentence about it


def read(text: str) -> str:
    """Return a name as it is kept and compared. Raises ValueError with a sentence."""
    text = text.strip()
    shown = text[:WRITTEN_MOST]
    if "*" in text:
        raise ValueError(f"“{shown}” is a wildcard, and none are taken: list each name.")
    if not text.isascii():
        raise ValueError(
            f"“{shown}” must be written as the certificate has it, in ASCII{_meant(text.lower())}."
        )
    try:
        return dns_name(text)
    except ValueError:
        try:
            return address(text)
        except ValueError:
            raise ValueError(
                f"“{shown}” is no DNS name and no address, like vpn1.example.com or 192.0.2.7."
            ) from None


def dns_name(text: str) -> str:
    """Return a DNS name as it is compared. Raises ValueError for anything else."""
    # ASCII first: the Kelvin sign, for one, is a "k" in lower case.
    if not text.isascii() or not _DNS.match(text.lower()):
        raise ValueError
    return text.lower()


def address(text: str) -> str:
    """Return an address as it is compared. Raises ValueError for anything else."""
    if "%" in text:
        raise ValueError
    return str(plain_address(text))


def _meant(text: str) -> str:
    """Return the name that was most likely meant, where both standards agree about it."""
    try:
        found = text.encode("idna").decode("ascii")
        agreed = found.encode("ascii").decode("idna") == text and bool(dns_name(found))
    except ValueError:
        return ", with xn--"
    return f": {found}" if agreed else ", with xn--"
