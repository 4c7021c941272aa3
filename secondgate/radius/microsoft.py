"""Microsoft's attributes (RFC 2548): what MS-CHAP needs of them, read and written."""

from collections.abc import Iterator
from typing import Final

from secondgate.radius.attributes import (
    VENDOR_SPECIFIC,
    Attribute,
    VendorAttribute,
    vendor_attributes,
    vendor_specific,
)
from secondgate.radius.packet import Packet

VENDOR: Final = 311
CHAP_RESPONSE: Final = 1
CHAP_ERROR: Final = 2
MPPE_ENCRYPTION_POLICY: Final = 7
MPPE_ENCRYPTION_TYPES: Final = 8
CHAP_CHALLENGE: Final = 11
CHAP_MPPE_KEYS: Final = 12
MPPE_SEND_KEY: Final = 16
MPPE_RECV_KEY: Final = 17
CHAP2_RESPONSE: Final = 25
CHAP2_SUCCESS: Final = 26

ENCRYPTION_ALLOWED: Final = (1).to_bytes(4, "big")
TYPES_40_OR_128: Final = (6).to_bytes(4, "big")


def values(request: Packet) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of each attribute of Microsoft's in a packet."""
    for whole in request.values(VENDOR_SPECIFIC):
        for part in vendor_attributes(whole):
            if part.vendor == VENDOR:
                yield part.kind, part.value


def attribute(kind: int, value: bytes) -> Attribute:
    """Return one as a Vendor-Specific attribute."""
    return vendor_specific(VendorAttribute(VENDOR, kind, value))
