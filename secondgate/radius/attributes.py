"""Attribute types that the code itself speaks of, and the values inside attributes.

Every other attribute keeps its number; `dictionary` gives it a name for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

Attribute = tuple[int, bytes]  # type and value, as on the wire

USER_NAME: Final = 1
USER_PASSWORD: Final = 2
CHAP_PASSWORD: Final = 3
NAS_IP_ADDRESS: Final = 4
FRAMED_IP_ADDRESS: Final = 8
REPLY_MESSAGE: Final = 18
STATE: Final = 24
CLASS: Final = 25
VENDOR_SPECIFIC: Final = 26
CALLED_STATION_ID: Final = 30
CALLING_STATION_ID: Final = 31
NAS_IDENTIFIER: Final = 32
PROXY_STATE: Final = 33
ACCT_STATUS_TYPE: Final = 40
ACCT_DELAY_TIME: Final = 41
ACCT_INPUT_OCTETS: Final = 42
ACCT_OUTPUT_OCTETS: Final = 43
ACCT_SESSION_ID: Final = 44
ACCT_SESSION_TIME: Final = 46
ACCT_INPUT_PACKETS: Final = 47
ACCT_OUTPUT_PACKETS: Final = 48
ACCT_TERMINATE_CAUSE: Final = 49
ACCT_INPUT_GIGAWORDS: Final = 52
ACCT_OUTPUT_GIGAWORDS: Final = 53
CHAP_CHALLENGE: Final = 60
EAP_MESSAGE: Final = 79
MESSAGE_AUTHENTICATOR: Final = 80
ACCT_INTERIM_INTERVAL: Final = 85
NAS_IPV6_ADDRESS: Final = 95
FRAMED_IPV6_PREFIX: Final = 97
FRAMED_IPV6_ADDRESS: Final = 168

VALUE_MAX: Final = 253  # 255 less the type and length octets


def text(kind: int, value: str) -> Iterator[Attribute]:
    """Yield `value` as attributes of this type: none when empty, split at 253 octets.

    A character is never cut in two, so that each part is UTF-8 by itself (RFC 2865 section 5.18
    allows several Reply-Messages, which are to be shown in order).
    """
    octets_left = value.encode()
    while octets_left:
        end = min(VALUE_MAX, len(octets_left))
        while end < len(octets_left) and octets_left[end] & 0xC0 == 0x80:
            end -= 1
        yield kind, octets_left[:end]
        octets_left = octets_left[end:]


def octets(kind: int, value: bytes) -> Iterator[Attribute]:
    """Yield `value` as attributes of this type: none when empty, split at 253 octets."""
    for start in range(0, len(value), VALUE_MAX):
        yield kind, value[start : start + VALUE_MAX]


@dataclass(frozen=True, slots=True)
class VendorAttribute:
    """One sub-attribute of a Vendor-Specific attribute (RFC 2865 section 5.26)."""

    vendor: int
    kind: int
    value: bytes


def vendor_attributes(value: bytes) -> list[VendorAttribute]:
    """Return what stands in one Vendor-Specific value, or nothing where it is not of the usual form.

    The usual form (type, length, value) is only a SHOULD of RFC 2865: what is not of it is a
    vendor's own affair and no reason to drop the packet.
    """
    if len(value) < 6:
        return []
    vendor = int.from_bytes(value[:4], "big")
    found, position = [], 4
    while position < len(value):
        end = position + value[position + 1] if position + 1 < len(value) else 0
        if end < position + 2 or end > len(value):
            return []
        found.append(VendorAttribute(vendor, value[position], value[position + 2 : end]))
        position = end
    return found


def vendor_specific(attribute: VendorAttribute) -> Attribute:
    """Return one sub-attribute as a Vendor-Specific attribute of its own."""
    head = attribute.vendor.to_bytes(4, "big") + bytes((attribute.kind, len(attribute.value) + 2))
    return VENDOR_SPECIFIC, head + attribute.value


def readable(value: bytes | None) -> str | None:
    """Return an attribute's text for people: UTF-8, with what is not UTF-8 marked."""
    return None if value is None else value.decode("utf-8", "backslashreplace")
