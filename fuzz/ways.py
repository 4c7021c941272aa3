"""How the fuzzer's octets are read: the first says by which way they come in, the second from whom, or
in pieces of what size.

The ways that seal make packets right again: a password is hidden, and what has been changed is signed. Else
nothing that was mutated would get behind the signature.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from secondgate.radius import attributes as a
from secondgate.radius import version11
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import hide
from secondgate.radius.packet import HEADER, Code, Packet, decode
from secondgate.radius.signing import Secret, sign_accounting_request, sign_request

SECRET: Final = Secret(b"the-secret-of-the-fuzz")
LAX, STRICT, AUTO, STRANGER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
ADDRESSES: Final = (LAX, STRICT, AUTO, STRANGER)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in. `made` is what becomes of the octets before they come in."""

    made: Callable[[bytes], bytes]
    is_accounting: bool = False
    is_tls: bool = False
    is_version_11: bool = False

    @property
    def makes_right(self) -> bool:
        """Tell whether it hides and signs what comes."""
        return self.made is not as_it_is


def sealed(octets: bytes, secret: Secret = SECRET) -> bytes:
    """Return a packet as somebody who knows the secret would send it; what is no packet stays as it is."""
    try:
        plain = decode(octets)
        if plain.code == Code.ACCOUNTING_REQUEST:
            return sign_accounting_request(plain, secret)[1]
        attributes = [
            (kind, hide(value, plain.authenticator, secret) if kind == a.USER_PASSWORD else value)
            for kind, value in plain.attributes
        ]
        return sign_request(Packet(plain.code, plain.identifier, plain.authenticator, attributes), secret)
    except (Dropped, ValueError):  # ValueError: hidden, or with a signature, it is too long
        return octets


def packets(stream: bytes) -> Iterator[bytes]:
    """Yield the packets of a stream, and what is left behind the last whole one."""
    while len(stream) >= HEADER.size:
        length = int.from_bytes(stream[2:4], "big")
        if not HEADER.size <= length <= len(stream):
            break
        yield stream[:length]
        stream = stream[length:]
    yield stream


def sealed_stream(stream: bytes) -> bytes:
    """Return a stream whose whole packets are right."""
    return b"".join(sealed(packet, version11.RADSEC) for packet in packets(stream))


def as_it_is(octets: bytes) -> bytes:
    """Return the octets."""
    return octets


WAYS: Final = (
    Way(as_it_is),
    Way(sealed),
    Way(as_it_is, is_accounting=True),
    Way(sealed, is_accounting=True),
    Way(as_it_is, is_tls=True),
    Way(sealed_stream, is_tls=True),
    Way(as_it_is, is_tls=True, is_version_11=True),  # there nothing is hidden, and nothing signed
)


def read(octets: bytes) -> tuple[Way, int, bytes]:
    """Return the way, a number that says from whom they come, or in what pieces, and the rest."""
    way, number, *_ = octets.ljust(2, b"\0")
    return WAYS[way % len(WAYS)], number, octets[2:]
