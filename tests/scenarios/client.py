"""A RADIUS client for tests: it sees the octets, sends them again, and checks every reply."""

import secrets
import socket as sockets
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from secondgate.radius import attributes as a
from secondgate.radius.attributes import Attribute, readable
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Code, Packet, decode
from secondgate.radius.signing import Secret, is_signed_reply_to, sign_request

# How long to wait for a reply that must come (a bound, not a measure), and for one that must not.
PATIENCE = 20.0
SILENCE = 1.0


@dataclass
class Client:
    """One socket of a client. `address` is where it speaks from."""

    port: int
    secret: bytes
    address: str = "127.0.0.1"
    server: str = "127.0.0.1"
    socket: sockets.socket = field(init=False)

    def __post_init__(self) -> None:
        self.socket = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
        self.socket.bind((self.address, 0))
        self.socket.settimeout(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.socket.close()

    def request(self, user: str, typed: str, *more: Attribute) -> tuple[Packet, bytes]:
        """Return an Access-Request as a packet and as signed octets."""
        authenticator, secret = secrets.token_bytes(16), Secret(self.secret)
        said = [(a.USER_NAME, user.encode()), (a.USER_PASSWORD, hide(typed.encode(), authenticator, secret))]
        packet = Packet(Code.ACCESS_REQUEST, secrets.randbelow(256), authenticator, [*said, *more])
        return packet, sign_request(packet, secret)

    def send(self, datagram: bytes) -> None:
        """Send octets."""
        self.socket.sendto(datagram, (self.server, self.port))

    def receive(self, request: Packet) -> tuple[Packet, bytes]:
        """Return the next reply, which must be one to `request` by someone who knows the secret."""
        datagram = self.socket.recv(4096)
        assert is_signed_reply_to(datagram, request, Secret(self.secret))
        reply = decode(datagram)
        assert reply.attributes[0][0] == a.MESSAGE_AUTHENTICATOR, "it must stand first"
        assert reply.identifier == request.identifier
        return reply, datagram

    def ask(self, user: str, typed: str, *more: Attribute) -> Packet:
        """Return the reply to one login."""
        packet, datagram = self.request(user, typed, *more)
        self.send(datagram)
        return self.receive(packet)[0]

    def is_silent(self, datagram: bytes) -> bool:
        """Send octets and return whether no answer came."""
        self.send(datagram)
        self.socket.settimeout(SILENCE)
        try:
            self.socket.recv(4096)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)
        return False


def message(reply: Packet) -> str:
    """Return what the person is told."""
    return "".join(readable(value) or "" for value in reply.values(a.REPLY_MESSAGE))
