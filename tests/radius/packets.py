"""Packets for tests, and the protocol's formulas once more, by hashlib alone."""

import hashlib
from typing import Final

from hypothesis import strategies as st

from secondgate.radius.attributes import Attribute
from secondgate.radius.packet import Code, Packet, encode
from secondgate.radius.signing import Secret

SECRET: Final = Secret(b"xyzzy5461")
AUTHENTICATOR: Final = bytes(range(16))

# Fifteen of the longest attributes fit into a packet beside a Message-Authenticator.
ATTRIBUTES: Final = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=253)), max_size=15)
PACKETS: Final = st.builds(
    Packet, st.integers(0, 255), st.integers(0, 255), st.binary(min_size=16, max_size=16), ATTRIBUTES
)


def packet(*attributes: Attribute, code: int = Code.ACCESS_REQUEST) -> Packet:
    """Return a packet."""
    return Packet(code, 7, AUTHENTICATOR, list(attributes))


def octets(*attributes: Attribute, code: int = Code.ACCESS_REQUEST) -> bytes:
    """Return a packet's octets, unsigned."""
    return encode(packet(*attributes, code=code))


def header(length: int, code: int = Code.ACCESS_REQUEST) -> bytes:
    """Return a header that claims `length` octets."""
    return bytes((code, 7)) + length.to_bytes(2, "big") + AUTHENTICATOR


def flipped(datagram: bytes, position: int, mask: int = 1) -> bytes:
    """Return the octets with one of them changed."""
    return datagram[:position] + bytes((datagram[position] ^ mask,)) + datagram[position + 1 :]


def md5(message: bytes) -> bytes:
    """Return the MD5 of a message."""
    return hashlib.md5(message).digest()


def hmac_md5(key: bytes, message: bytes) -> bytes:
    """Return HMAC-MD5 as RFC 2104 spells it out."""
    key = (md5(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = bytes(octet ^ 0x36 for octet in key), bytes(octet ^ 0x5C for octet in key)
    return md5(outer + md5(inner + message))


def signed_accounting(*attributes: Attribute) -> bytes:
    """Return an Accounting-Request as RFC 2866 section 3 signs it."""
    blank = encode(Packet(Code.ACCOUNTING_REQUEST, 7, bytes(16), list(attributes)))
    return blank[:4] + md5(blank + SECRET.octets) + blank[20:]
