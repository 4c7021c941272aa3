"""RADIUS over TLS (RFC 6614, and RFC 9765 where the client offers it): packets in a stream.

A connection is what an `Endpoint` is to UDP: it hands each packet to the server and takes the answers. TLS
says who may speak at all (a certificate of the clients' CA), the address which application it is. The shared
secret is “radsec” for everybody (RFC 6614 section 2.3): it protects nothing, TLS does.

Nobody can hold us up: a handshake, a packet that has begun, a client that does not read, a connection on
which nothing happens each have an end.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from dataclasses import replace
from typing import Final, cast

import structlog

from secondgate.listener.certificates import CertificateError, Certificates
from secondgate.listener.sockets import Receive, Sender
from secondgate.radius import version11
from secondgate.radius.packet import HEADER, MAX_LENGTH

log = structlog.get_logger()

HANDSHAKE: Final = 10.0  # seconds for TLS; as for a packet that has begun to arrive
PACKET: Final = 10.0
IDLE: Final = 900.0  # seconds without a packet; clients send Status-Server each 30 to 60 s (RFC 6614 2.6)
CONNECTIONS: Final = 1024  # at once; 50 KB each
FROM_ONE: Final = 64  # of them from one address: a client needs one, proxies some
UNREAD: Final = 256 * 1024  # octets of answers that a client leaves unread before we stop reading from it
LOOK_AGAIN: Final = 10.0  # seconds between two looks at the certificate files


class RadSec:
    """One TLS port. `receive` is called for each packet, within the event loop."""

    def __init__(
        self, host: str, port: int, certificates: Certificates, receive: Receive, *, shared: bool = False
    ) -> None:
        """Bind. Raises OSError, and CertificateError. `shared`: other processes accept from the same port."""
        self._certificates, self._receive = certificates, receive
        self._stamp, self._context = certificates.stamp(), certificates.context()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family, reuse_port=shared, backlog=256)
        self.host, self.port = host, self.socket.getsockname()[1]
        self.connections: set[Connection] = set()
        self.from_address: Counter[str] = Counter()
        self._server: asyncio.Server | None = None
        self._watching: asyncio.Task[None] | None = None
        self._fault = ""

    @property
    def name(self) -> str:
        """The address and port as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def start(self) -> None:
        """Begin to accept."""
        await self._accept()
        self._watching = asyncio.create_task(self._watch())

    async def _accept(self) -> None:
        """Accept by the newest certificates; connections that are open keep theirs."""
        before, loop = self._server, asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self, self._receive),
            sock=self.socket.dup(),
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE,
        )
        if before:
            before.close()

    async def _watch(self) -> None:
        """Take new certificates when their files change. While they cannot be read the old ones serve on."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            await self.look_again()

    async def look_again(self) -> None:
        """Look at the certificate files once."""
        try:
            stamp = self._certificates.stamp()
            if stamp == self._stamp:
                self._fault = ""
                return
            self._context = self._certificates.context()
        except CertificateError as fault:
            if str(fault) != self._fault:
                log.error("certificates-not-taken", fault=str(fault))
            self._fault = str(fault)
            return
        self._stamp, self._fault = stamp, ""
        await self._accept()
        log.info("certificates-taken", port=self.name)

    async def check(self) -> None:
        """Raise OSError unless the port is open, and CertificateError while new certificates are unusable."""
        self.socket.getsockname()
        if self._fault:
            raise CertificateError(self._fault)

    async def close(self) -> None:
        """Stop accepting, and let the connections go."""
        if self._watching:
            self._watching.cancel()
        if self._server:
            self._server.close()
        for connection in list(self.connections):
            connection.close()
        self.socket.close()


class Connection(asyncio.Protocol):
    """One client's stream: as the server sees it, something that takes answers."""

    secret = version11.RADSEC

    def __init__(self, port: RadSec, receive: Receive) -> None:
        self._port, self._receive = port, receive
        self._begun = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._version_11 = False
        self._waits_for_rest = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client whose certificate holds; drop one too many."""
        self._transport = cast(asyncio.Transport, transport)
        address, port = transport.get_extra_info("peername")[:2]
        self._sender = Sender(address, port, (address, port, id(self)), [])
        self._version_11 = transport.get_extra_info("ssl_object").selected_alpn_protocol() == "radius/1.1"
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._transport.set_write_buffer_limits(high=UNREAD)
        self._port.connections.add(self)
        self._port.from_address[address] += 1
        if len(self._port.connections) > CONNECTIONS or self._port.from_address[address] > FROM_ONE:
            log.warning("radsec-connection-refused", client=address, open=self._port.from_address[address])
            self.close()
        self._wait(IDLE)

    def data_received(self, data: bytes) -> None:
        """Hand on each packet that is whole. What cannot be one ends the connection: its end is unknown."""
        self._begun += data
        while len(self._begun) >= 4:
            length = int.from_bytes(self._begun[2:4], "big")
            if not HEADER.size <= length <= MAX_LENGTH:
                log.warning("radsec-no-packet", client=self._sender.address, length=length)
                self.close()
                return
            if len(self._begun) < length:
                break
            packet = bytes(self._begun[:length])
            del self._begun[:length]
            self._waits_for_rest = False
            self._hand_on(packet)
        if not self._begun:
            self._wait(IDLE)
        elif not self._waits_for_rest:  # a drop now and then must not keep the clock from running out
            self._waits_for_rest = True
            self._wait(PACKET)

    def _hand_on(self, packet: bytes) -> None:
        if not self._version_11:
            self._receive(self, packet, self._sender)
            return
        token = version11.token_of(packet)
        sender = replace(self._sender, whole=(*self._sender.whole, token))
        self._receive(self, version11.to_hidden(packet), sender)

    def send(self, packet: bytes, sender: Sender) -> None:
        """Send an answer, if the client is still there."""
        if not self._transport.is_closing():
            *_, token = sender.whole
            self._transport.write(version11.from_hidden(packet, token) if self._version_11 else packet)

    def pause_writing(self) -> None:
        """Read nothing more from a client that does not take its answers; if that lasts, let it go."""
        self._transport.pause_reading()
        self._wait(PACKET)

    def resume_writing(self) -> None:
        """Read again."""
        self._transport.resume_reading()
        self._wait(IDLE)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget it."""
        if self._timer:
            self._timer.cancel()
        self._port.connections.discard(self)
        address = self._sender.address
        self._port.from_address[address] -= 1
        if not self._port.from_address[address]:
            del self._port.from_address[address]

    def close(self) -> None:
        """Let the client go; what it has not read is lost."""
        self._transport.abort()

    def _wait(self, seconds: float) -> None:
        """Let the client go unless something happens within this time."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.close)
