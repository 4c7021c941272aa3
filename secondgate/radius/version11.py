"""RADIUS/1.1 (RFC 9765): the same packets inside TLS, without MD5.

    |     Code      |  Reserved-1   |            Length             |
    |                             Token                             |
    |                     Reserved-2 (12 octets)                    |

A Token takes the Identifier's place, nothing is hidden and nothing is signed: TLS does both. Inside it is
the same protocol, so there is one pipeline for all of it, and here is what turns one form into the other. The
secret is RadSec's, which everybody knows; what is hidden with it here never leaves the process.
"""

from dataclasses import replace
from typing import Final

from secondgate.radius import microsoft, mschap
from secondgate.radius.attributes import (
    MESSAGE_AUTHENTICATOR,
    USER_PASSWORD,
    VENDOR_SPECIFIC,
    Attribute,
    vendor_attributes,
)
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import hide, reveal_padded
from secondgate.radius.packet import Code, Packet, decode, encode
from secondgate.radius.signing import Secret, sign_accounting_request, sign_request

RADSEC: Final = Secret(b"radsec")  # RFC 6614 section 2.3
RESERVED: Final = bytes(12)


def token_of(packet: bytes) -> bytes:
    """Return the Token of a packet that is whole, 4 octets."""
    return packet[4:8]


def to_hidden(packet: bytes) -> bytes:
    """Return the packet as RADIUS/1.0 has it; one that cannot be read as it is, for the server to drop.

    A Message-Authenticator has no place in it (RFC 9765 section 5.2) and is left out.
    """
    try:
        plain = decode(packet)
        authenticator = token_of(packet) + RESERVED
        attributes = [
            (kind, hide(value, authenticator, RADSEC) if kind == USER_PASSWORD else value)
            for kind, value in plain.attributes
            if kind != MESSAGE_AUTHENTICATOR
        ]
        hidden = Packet(plain.code, 0, authenticator, attributes)
        if plain.code == Code.ACCOUNTING_REQUEST:
            return sign_accounting_request(hidden, RADSEC)[1]
        return sign_request(hidden, RADSEC)
    except (Dropped, ValueError):
        return packet


def from_hidden(packet: bytes, token: bytes) -> bytes:
    """Return a reply of RADIUS/1.0, made by us, as RADIUS/1.1 has it, for the request of this Token."""
    hidden, authenticator = decode(packet), token + RESERVED
    attributes = [
        _bare(attribute, authenticator)
        for attribute in hidden.attributes
        if attribute[0] != MESSAGE_AUTHENTICATOR
    ]
    return encode(replace(hidden, identifier=0, authenticator=authenticator, attributes=attributes))


def _bare(attribute: Attribute, authenticator: bytes) -> Attribute:
    """Return an attribute without its hiding: the session keys of MS-CHAP have one."""
    kind, value = attribute
    parts = vendor_attributes(value) if kind == VENDOR_SPECIFIC else []
    if len(parts) != 1 or parts[0].vendor != microsoft.VENDOR:
        return attribute
    part = parts[0]
    if part.kind in (microsoft.MPPE_SEND_KEY, microsoft.MPPE_RECV_KEY):
        return microsoft.attribute(part.kind, mschap.reveal_key(part.value, authenticator, RADSEC))
    if part.kind == microsoft.CHAP_MPPE_KEYS:
        keys = reveal_padded(part.value, authenticator, RADSEC)[: mschap.VERSION_1_KEYS]
        return microsoft.attribute(part.kind, keys)
    return attribute
