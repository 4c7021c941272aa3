"""UDP sockets: read until empty each time, answer from the address that was asked.

A server with several addresses that binds to all of them must answer from the one that the packet
was sent to: clients drop replies from any other. The kernel tells it (IP_PKTINFO, IPV6_PKTINFO).
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

from secondgate.frozen import frozen
from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.radius.drops import Drop

IP_PKTINFO: Final = 8  # linux/in.h; the socket module has it from Python 3.12 on only
PKTINFO: Final = struct.Struct("=I4s4s")  # interface, our own address, the header's address
LARGEST: Final = 4097  # one octet over RADIUS's most: a longer datagram shows
A_TURN: Final = 64  # datagrams read in one go before the loop may see to something else

# Octets the kernel keeps while we are busy. This is a queue as well, and one that loses the newest; what
# bounds it in time is that we take from it whatever we are busy with, and that to look at a datagram costs
# less than to decide it. So under load the requests wait in `UnderWay`, which drops the oldest; and where
# not even the looking keeps up, the 10,000 datagrams that find room here have been looked at in a second
# (measured).
BUFFER: Final = 4 * 1024 * 1024

Ancillary = list[tuple[int, int, bytes]]


@frozen
class Sender:
    """Where a datagram came from, and how to answer it."""

    address: str
    port: int
    whole: Any  # as the socket module has it: IPv6 addresses carry a scope
    asked: Ancillary


class Door(Protocol):
    """What requests come in by: a UDP socket, or one client's TLS stream."""

    @property
    def certificate(self) -> ShownCertificate | None:
        """What the client showed that comes in here by TLS; None: it comes by UDP."""
        ...

    def send(self, datagram: bytes, sender: Sender) -> None:
        """Send an answer."""
        ...

    def dropped(self, drop: Drop) -> None:
        """Hear why a packet that came in here gets none."""
        ...


Receive = Callable[[Door, bytes, Sender], None]


class Endpoint:
    """One bound socket. `receive` is called for each datagram, within the event loop."""

    certificate = None

    def __init__(self, host: str, port: int, receive: Receive, *, shared: bool = False) -> None:
        """Bind. Raises OSError. `shared`: other processes read from the same port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._receive = receive
        self._wildcard = host in ("0.0.0.0", "::")  # noqa: S104  compared, not bound
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._set_up(family, shared)
            self.socket.bind((host, port))
        except OSError:
            self.socket.close()
            raise
        self.host, self.port = host, self.socket.getsockname()[1]

    def _set_up(self, family: int, shared: bool) -> None:
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        if shared:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if self._wildcard and family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        elif self._wildcard:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)

    @property
    def name(self) -> str:
        """The address and port as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def start(self) -> None:
        """Begin to read."""
        asyncio.get_running_loop().add_reader(self.socket, self._drain)

    def _drain(self) -> None:
        for _ in range(A_TURN):
            try:
                datagram, ancillary, _flags, whole = self.socket.recvmsg(LARGEST, 64 if self._wildcard else 0)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an earlier answer; the socket itself is well
                continue
            asked = [_own(*one) for one in ancillary]
            self._receive(self, datagram, Sender(whole[0], whole[1], whole, asked))

    def send(self, datagram: bytes, sender: Sender) -> None:
        """Send an answer. One that cannot be sent is lost, as any datagram may be."""
        try:
            if sender.asked:
                self.socket.sendmsg([datagram], sender.asked, 0, sender.whole)
            else:
                self.socket.sendto(datagram, sender.whole)
        except OSError:
            return

    def dropped(self, drop: Drop) -> None:
        """Go on: what comes by UDP may be anybody's."""

    async def check(self) -> None:
        """Raise OSError unless the socket is open. That this runs shows that its loop answers."""
        self.socket.getsockname()

    def close(self) -> None:
        """Stop reading and let the port go."""
        asyncio.get_running_loop().remove_reader(self.socket)
        self.socket.close()


def _own(level: int, kind: int, data: bytes) -> tuple[int, int, bytes]:
    """Return the control message that makes the answer leave from where the packet arrived."""
    if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
        _interface, own, _header = PKTINFO.unpack(data[: PKTINFO.size])
        return level, kind, PKTINFO.pack(0, own, bytes(4))
    return level, kind, data
