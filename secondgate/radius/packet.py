"""A RADIUS packet: bytes to `Packet`, and back.

    0                   1                   2                   3
    |     Code      |  Identifier   |            Length             |
    |                   Authenticator (16 octets)                   |
    |  Attributes: Type (1), Length (1, with this header), Value ...

RFC 2865 section 3. Nothing here knows a secret: `signing` does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import IntEnum
from struct import Struct
from typing import Final

from secondgate.frozen import frozen
from secondgate.radius import drops
from secondgate.radius.attributes import MESSAGE_AUTHENTICATOR, Attribute
from secondgate.radius.drops import Dropped

HEADER: Final = Struct("!BBH16s")
MAX_LENGTH: Final = 4096  # RFC 2865 section 3
ZEROS: Final = bytes(16)


class Code(IntEnum):
    """The packet codes of RFC 2865, 2866 and 5997."""

    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCOUNTING_REQUEST = 4
    ACCOUNTING_RESPONSE = 5
    ACCESS_CHALLENGE = 11
    STATUS_SERVER = 12


@frozen
class Packet:
    """One packet, its attributes in the order of the wire.

    `authenticator` is the 16 octets of the header: the Request Authenticator of a request, the
    Response Authenticator of a reply.
    """

    code: int
    identifier: int
    authenticator: bytes
    attributes: list[Attribute] = field(default_factory=list)
    # Made when first asked: a login looks for a dozen types, most of which are not there.
    _by_kind: dict[int, list[bytes]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def first(self, kind: int) -> bytes | None:
        """Return the value of the first attribute of this type, or None."""
        return found[0] if (found := self.values(kind)) else None

    def values(self, kind: int) -> list[bytes]:
        """Return the values of all attributes of this type, in order."""
        by_kind = self._by_kind
        if not by_kind:
            for found, value in self.attributes:
                if found in by_kind:
                    by_kind[found].append(value)
                else:
                    by_kind[found] = [value]
        return by_kind.get(kind, [])

    def all(self, kind: int) -> list[Attribute]:
        """Return all attributes of this type as they came, in order (to copy Proxy-State)."""
        return [(kind, value) for value in self.values(kind)]

    def answer(self, code: Code, attributes: Iterable[Attribute] = ()) -> "Packet":
        """Return the unsigned reply to this request: same identifier, to be sealed by `signing`."""
        return Packet(code, self.identifier, self.authenticator, list(attributes))


def decode(datagram: bytes) -> Packet:
    """Return the packet in `datagram`. Octets beyond its Length are padding (RFC 2865 section 3).

    Raises Dropped for whatever is no packet.
    """
    size = len(datagram)
    if size < HEADER.size:
        raise Dropped(drops.TOO_SHORT)
    code, identifier, length, authenticator = HEADER.unpack_from(datagram)
    if length < HEADER.size:
        raise Dropped(drops.BAD_LENGTH)
    if length > MAX_LENGTH:
        raise Dropped(drops.TOO_LONG)
    if length > size:
        raise Dropped(drops.CUT_OFF)
    attributes: list[Attribute] = []
    position = HEADER.size
    while position < length:
        # A lone octet at the end has no Length of its own.
        end = position + datagram[position + 1] if position + 1 < length else 0
        if end < position + 2 or end > length:
            raise Dropped(drops.BAD_ATTRIBUTE)
        attributes.append((datagram[position], datagram[position + 2 : end]))
        position = end
    return Packet(code, identifier, authenticator, attributes)


def encode(packet: Packet) -> bytes:
    """Return the bytes of `packet` as it stands; `signing` fills in what needs the secret.

    Raises ValueError when it cannot be a packet: a value over 253 octets, or more than 4,096 in all.
    """
    body = bytearray()
    for kind, value in packet.attributes:
        if len(value) > 253:
            raise ValueError(f"Attribute {kind} has {len(value)} octets; 253 are the most.")
        body += bytes((kind, len(value) + 2))
        body += value
    length = HEADER.size + len(body)
    if length > MAX_LENGTH:
        raise ValueError(f"The packet has {length} octets; {MAX_LENGTH} are the most.")
    return HEADER.pack(packet.code, packet.identifier, length, packet.authenticator) + body


def message_authenticator_offsets(packet: Packet) -> Iterator[int]:
    """Yield where in the encoded packet each Message-Authenticator's value begins."""
    position = HEADER.size
    for kind, value in packet.attributes:
        if kind == MESSAGE_AUTHENTICATOR:
            yield position + 2
        position += len(value) + 2
