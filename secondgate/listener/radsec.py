"""RADIUS over TLS (RFC 6614, and RFC 9765 where the client offers it): packets in a stream.

A connection is what an `Endpoint` is to UDP: it hands each packet to the server and takes the answers. TLS
says who may speak at all (a certificate of the clients' CA); which application it is say the certificate's
names, or else the address. The shared secret is “radsec” for everybody (RFC 6614 section 2.3): it protects
nothing, TLS does.

Nobody can hold us up: a handshake, a packet that has begun, a client that does not read, a connection on
which nothing happens each have an end; and a connection counts from its first octet, before TLS.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

import structlog

from secondgate.certificates import RENEW, CertificateError, Certificates
from secondgate.limits import Places, Seldom
from secondgate.listener.no_tls import in_words
from secondgate.listener.shown_certificate import shown
from secondgate.listener.sockets import Receive, Sender
from secondgate.radius import drops, version11
from secondgate.radius.drops import Drop
from secondgate.radius.packet import HEADER, MAX_LENGTH

log = structlog.get_logger()

HANDSHAKE: Final = 10.0  # seconds for TLS; as for a packet that has begun to arrive
PACKET: Final = 10.0
IDLE: Final = 900.0  # seconds without a packet; clients send Status-Server each 30 to 60 s (RFC 6614 2.6)
CONNECTIONS: Final = 1024  # at once; 50 KB each
FROM_ONE: Final = 64  # of them from one address: a client needs one, proxies some
UNREAD: Final = 256 * 1024  # octets of answers that a client leaves unread before we stop reading from it
LOOK_AGAIN: Final = 10.0  # seconds between two looks at the certificate files
ACCEPT_AGAIN: Final = 0.5  # seconds, where the system has no descriptor left

# Whoever sends such a packet has nothing better to send, and a client with a wrong secret goes on to its next
# server at once (RFC 6613 section 2.6.4). A wrong certificate is none of these: configuration may cure it.
ENDING: Final = {
    drops.BAD_ATTRIBUTE,
    drops.BAD_MESSAGE_AUTHENTICATOR,
    drops.BAD_REQUEST_AUTHENTICATOR,
}


class RadSec:
    """One TLS port. `receive` is called for each packet, within the event loop."""

    def __init__(
        self, host: str, port: int, certificates: Certificates, receive: Receive, *, shared: bool = False
    ) -> None:
        """Bind. Raises OSError, and CertificateError. `shared`: other processes accept from the same port."""
        self._certificates, self._receive = certificates, receive
        self._stamp, self._trust = certificates.stamp(), certificates.read()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family, reuse_port=shared, backlog=256)
        self.socket.setblocking(False)
        self.host, self.port = host, self.socket.getsockname()[1]
        self._places = Places(CONNECTIONS, FROM_ONE)
        self._connections: set[Connection] = set()
        self._refused = Seldom(1, within=60)  # how often it is said, for one address and why
        self._ending = Seldom(1, within=86_400)
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault = ""

    @property
    def name(self) -> str:
        """The address and port as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def start(self) -> None:
        """Begin to accept."""
        self._go_on(self._accept())
        self._go_on(self._watch())

    def _go_on(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        """Take whoever comes, while there is a place."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, (address, port, *_) = await loop.sock_accept(self.socket)
            except OSError as fault:
                log.warning("radsec-not-accepted", fault=str(fault))
                await asyncio.sleep(ACCEPT_AGAIN)
                continue
            if self._places.take(address):
                self._go_on(self._serve(client, address, port))
            else:
                client.close()
                if self._refused.may((address, "")):
                    log.warning("radsec-connection-refused", client=address)

    async def _serve(self, client: socket.socket, address: str, port: int) -> None:
        """Speak with one client until it goes, by the newest certificates; it keeps the ones it came by."""
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        connection = Connection(self._receive, self._let_in, address, port, ended)
        try:
            await loop.connect_accepted_socket(
                lambda: connection, client, ssl=self._trust.context, ssl_handshake_timeout=HANDSHAKE
            )
            await ended
        except (OSError, ValueError) as fault:  # no handshake, or none in time; names that are no text
            said = in_words(fault)
            if self._refused.may((address, said)):
                log.info("radsec-no-tls", client=address, fault=said)
        finally:
            self._connections.discard(connection)
            client.close()
            self._places.leave(address)

    def _let_in(self, connection: "Connection") -> None:
        """Keep a connection while its certificate holds: its handshake may have begun by an older list."""
        self._connections.add(connection)
        now = datetime.now(UTC)
        if connection.is_resumed and not connection.fault:
            connection.fault = self._trust.shut(now)
        self._look_at(connection, now)

    def _look_at(self, connection: "Connection", now: datetime) -> None:
        """Let a connection go that must not be, or whose certificate does not hold any more."""
        shown = connection.certificate
        fault = connection.fault or self._trust.refusal(shown.der, shown.ends, now)
        if fault and self._refused.may((connection.address, fault)):
            log.warning(
                "radsec-connection-ended", client=connection.address, certificate=shown.told, fault=fault
            )
        if fault:
            connection.close()

    async def _watch(self) -> None:
        """Take new certificates when their files change. While they cannot be read the old ones serve on."""
        while True:
            await self._look_again()
            now = datetime.now(UTC)
            self._tell_of_ends(now)
            for connection in list(self._connections):
                self._look_at(connection, now)
            await asyncio.sleep(LOOK_AGAIN)

    def _tell_of_ends(self, now: datetime) -> None:
        """Say once a day what ends soon, or has ended."""
        for span in self._trust.spans:
            fault = span.fault(now)
            if (fault or span.ends_soon(now)) and self._ending.may((span.file, bool(fault))):
                log.warning("radsec-renew", says=f"{fault or f'{span}.'} {RENEW}", port=self.name)

    async def _look_again(self) -> None:
        try:
            stamp = self._certificates.stamp()
            if stamp == self._stamp:
                self._fault = ""
                return
            self._trust = await asyncio.to_thread(self._certificates.read)  # a CRL may be long
        except CertificateError as fault:
            if str(fault) != self._fault:
                log.error("certificates-not-taken", fault=str(fault))
            self._fault = str(fault)
            return
        self._stamp, self._fault = stamp, ""
        log.info("certificates-taken", port=self.name)

    async def check(self) -> None:
        """Raise OSError unless the port is open, and CertificateError while clients cannot come in by it.

        New certificates may be unusable, or what is in use has ended.
        """
        self.socket.getsockname()
        if fault := self._fault or self._trust.fault(datetime.now(UTC)):
            raise CertificateError(fault)

    async def close(self) -> None:
        """Stop accepting, and let the connections go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.socket.close()


class Connection(asyncio.Protocol):
    """One client's stream: as the server sees it, something that takes answers."""

    def __init__(
        self,
        receive: Receive,
        let_in: "Callable[[Connection], None]",
        address: str,
        port: int,
        ended: asyncio.Future[None],
    ) -> None:
        self._receive, self._let_in, self._ended = receive, let_in, ended
        self.address = address
        self._sender = Sender(address, port, (address, port, id(self)), [])
        self._begun = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._version_11 = False
        self.fault = ""  # why it must not go on, whatever its certificate
        self.is_resumed = False  # its handshake has verified nothing
        self._waits_for_rest = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client whose certificate holds."""
        self._transport = cast(asyncio.Transport, transport)
        tls = transport.get_extra_info("ssl_object")
        self.certificate = shown(tls.getpeercert(), tls.getpeercert(binary_form=True))
        self.is_resumed = tls.session_reused
        self._version_11 = tls.selected_alpn_protocol() == "radius/1.1"
        if self._version_11 and tls.version() != "TLSv1.3":  # RFC 9765 section 3.3
            self.fault = "It speaks RADIUS/1.1, which needs TLS 1.3."
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._transport.set_write_buffer_limits(high=UNREAD)
        self._ended.add_done_callback(lambda _ended: self.close())  # also when the server ends
        self._wait(IDLE)
        self._let_in(self)

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

    def dropped(self, drop: Drop) -> None:
        """Let a client go whose packet shows that it speaks another language, or has another secret."""
        if drop in ENDING and not self._transport.is_closing():
            log.warning(
                "radsec-bad-packet", client=self.address, certificate=self.certificate.told, drop=drop.name
            )
            self.close()

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
        if not self._ended.done():
            self._ended.set_result(None)

    def close(self) -> None:
        """Let the client go; what it has not read is lost."""
        self._transport.abort()

    def _wait(self, seconds: float) -> None:
        """Let the client go unless something happens within this time."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.close)
