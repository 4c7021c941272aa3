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
    EAP_MESSAGE,
    MESSAGE_AUTHENTICATOR,
    USER_PASSWORD,
    VENDOR_SPECIFIC,
    Attribute,
    vendor_attributes,
)
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import PASSWORD_MOST, hide, reveal_padded
from secondgate.radius.packet import HEADER, MAX_LENGTH, Code, Packet, decode, encode
from secondgate.radius.signing import Secret, sign_accounting_request, sign_request

RADSEC: Final = Secret(b"radsec")  # RFC 6614 section 2.3
RESERVED: Final = bytes(12)


def token_of(packet: bytes) -> bytes:
    """Return the Token of a packet that is whole, 4 octets."""
    return packet[4:8]


def to_hidden(packet: bytes) -> bytes:
    """Return the packet as RADIUS/1.0 has it.

    A Message-Authenticator has no place in it (RFC 9765 section 5.2) and is left out; one of ours is only
    where RADIUS/1.0 asks for it, since it takes 18 octets. What is no packet, or none of 1.0's size, comes
    back as what the server drops: never as it came, with a password that would be taken for a hidden one.
    """
    try:
        plain = decode(packet)
    except Dropped:  # here, and so in the server
        return packet
    authenticator = token_of(packet) + RESERVED
    attributes = [
        (kind, _hidden(value, authenticator) if kind == USER_PASSWORD else value)
        for kind, value in plain.attributes
        if kind != MESSAGE_AUTHENTICATOR
    ]
    hidden = Packet(plain.code, 0, authenticator, attributes)
    try:
        if plain.code == Code.ACCOUNTING_REQUEST:
            return sign_accounting_request(hidden, RADSEC)[1]
        if plain.code == Code.STATUS_SERVER or plain.first(EAP_MESSAGE) is not None:
            return sign_request(hidden, RADSEC)
        return encode(hidden)
    except ValueError:  # up to 15 octets of padding, or 18 of the signature, were too many
        return HEADER.pack(plain.code, 0, MAX_LENGTH + 1, authenticator)


def _hidden(password: bytes, authenticator: bytes) -> bytes:
    """Return a password hidden; one over 128 octets as it is, which no hidden one can be taken for."""
    return hide(password, authenticator, RADSEC) if len(password) <= PASSWORD_MOST else password


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
