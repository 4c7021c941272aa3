"""The whole server in this process: its real ledger, doors on paper, and logins in between that must get in.

Passwords are asked nowhere: each takes a core for 23 ms, and what reads them is the same as what reads codes.
"""

import asyncio
import base64
import sys
import time
from collections import deque
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import structlog

from fuzz.ways import ADDRESSES, LAX, SECRET, STRICT, Way, read
from secondgate.events.metrics import DROPS, LOGINS
from secondgate.ledger.connect import connect
from secondgate.ledger.ledger import Ledger
from secondgate.listener.radsec import Connection
from secondgate.listener.server import Server
from secondgate.listener.sockets import Sender
from secondgate.methods.hotp import code_at
from secondgate.radius import exchange, version11
from secondgate.radius.drops import Drop
from secondgate.radius.packet import Code, decode
from secondgate.setup.apply import apply

SEED: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOUSE: Final = f"""
applications:
  - {{name: Lax, kind: radius, clients: [{LAX}], secret: {SECRET.octets.decode()}, message_authenticator: off,
     grants: ["Class={{login}}", "Filter-Id={{group}}"]}}
  - {{name: Strict, kind: fortigate, clients: [{STRICT}], secret: {SECRET.octets.decode()},
     message_authenticator: require}}
  - {{name: Auto, kind: aws-workspaces, clients: [{ADDRESSES[2]}], secret: {SECRET.octets.decode()}}}
groups:
  - {{name: Staff, members: [ann, vera]}}
users:
  - {{login: ann, authenticators: [{{method: totp, secret: {SEED}}}, {{method: hotp, secret: {SEED}}}]}}
  - {{login: vera, authenticators: [{{method: hotp, secret: {SEED}}}]}}
policies:
  - {{name: P1, application: Lax, login: second-factor-only, methods: [totp, hotp, backup-codes]}}
  - {{name: P2, application: Strict, login: second-factor-only, methods: [totp, hotp, backup-codes]}}
  - {{name: P3, application: Auto, login: second-factor-only, methods: [totp, hotp, backup-codes]}}
"""

UNDER_WAY: Final = 2000  # logins at once, so that a refusal's quarter of a second is waited for by many
OPEN: Final = 100  # TLS streams, so that what was asked in them is answered before they end
FORGET_EVERY: Final = 25  # inputs: else nearly all that name a user would be throttled
WITHIN: Final = 60.0  # seconds for a login that must be answered; a bound, not a measure


class Fault(Exception):
    """The server failed on something, or a sound login was not let in."""


class PaperDoor:
    """A UDP socket that keeps the last answers, each of which must be a packet."""

    certificate = None

    def __init__(self) -> None:
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()

    def send(self, datagram: bytes, _sender: Sender) -> None:
        decode(datagram)
        self.answers.put_nowait(datagram)

    def dropped(self, _drop: Drop) -> None:
        return


class ForgetfulDoor(PaperDoor):
    """One whose answers nobody waits for."""

    def send(self, datagram: bytes, _sender: Sender) -> None:
        decode(datagram)


class PaperTransport(asyncio.Transport):
    """A TLS stream that keeps what is written."""

    session_reused = False

    def __init__(self, *, is_version_11: bool) -> None:
        super().__init__({"ssl_object": self, "socket": self})
        self._protocol = "radius/1.1" if is_version_11 else None
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.is_over = False

    def selected_alpn_protocol(self) -> str | None:
        return self._protocol

    def version(self) -> str:
        return "TLSv1.3"

    def getpeercert(self, binary_form: bool = False) -> dict[str, object] | bytes:
        return (
            b""
            if binary_form
            else {"subject": (), "notAfter": "Jan  1 00:00:00 2030 GMT", "serialNumber": "01"}
        )

    def setsockopt(self, *_: int) -> None:
        return

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return

    def is_closing(self) -> bool:
        return self.is_over

    def write(self, data: bytes | bytearray | memoryview) -> None:
        decode(bytes(data))
        self.answers.put_nowait(bytes(data))

    def abort(self) -> None:
        self.is_over = True


class Target:
    """Takes octets, and says what became of them. For one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._server = ledger, Server(ledger)
        self._door = ForgetfulDoor()
        self._streams: deque[tuple[Connection, PaperTransport]] = deque()
        self._fed, self._ports, self._presses = count(), count(), count()
        self._before = LOGINS.copy(), DROPS.copy()
        self.let_in = 0  # sound logins

    def told(self) -> str:
        """Return what has become of all that came in, the most first."""
        logins, drops = LOGINS - self._before[0], DROPS - self._before[1]
        said: list[tuple[str, tuple[str, ...], int]] = []
        said += [("decided", names, number) for names, number in logins.most_common()]
        said += [("dropped", names, number) for names, number in drops.most_common()]
        return "\n".join(f"{number:>9,} {word} {' '.join(names)}" for word, names, number in said)

    @property
    def _port(self) -> int:
        return 1024 + next(self._ports) % 60_000

    async def feed(self, octets: bytes) -> None:
        """Let octets come in, and return when they have been looked at."""
        way, number, rest = read(octets)
        if way.is_tls:
            self._stream(way, 1 + 16 * number, way.made(rest))
        else:
            self._datagram(way, number, way.made(rest))
        if next(self._fed) % FORGET_EVERY == 0:
            await self._ledger.prune(time.time() * 2)
        await asyncio.sleep(0)
        if len(self._under_way) > UNDER_WAY:
            await asyncio.wait(self._under_way)

    async def log_in(self) -> None:
        """Log in by UDP and by TLS. Raises Fault where one is not let in."""
        asked, door = self._asked(SECRET), PaperDoor()
        source = (STRICT, self._port)
        self._server._receive_access(door, asked.datagram, Sender(*source, source, []))
        self._must_be_let_in(asked, await asyncio.wait_for(door.answers.get(), WITHIN))
        asked = self._asked(version11.RADSEC)
        connection, transport = self._connected(is_version_11=False)
        for octet in asked.datagram:
            connection.data_received(bytes((octet,)))
        self._must_be_let_in(asked, await asyncio.wait_for(transport.answers.get(), WITHIN))
        self._end(connection, transport)

    async def settle(self) -> None:
        """Return when nothing is under way any more. Raises Fault where something is left behind."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        while self._streams:
            self._end(*self._streams.popleft())
        if self._ledger.under_way or len(self._server._under_way):
            raise Fault(f"Nothing is under way, but counted as if: {self._ledger.under_way}.")

    @property
    def _under_way(self) -> set[asyncio.Task[None]]:
        return self._server._tasks

    def _datagram(self, way: Way, number: int, octets: bytes) -> None:
        receive = self._server._receive_accounting if way.is_accounting else self._server._receive_access
        source = (ADDRESSES[number % len(ADDRESSES)], 1023 if number & 128 else self._port)
        receive(self._door, octets, Sender(*source, source, []))

    def _stream(self, way: Way, size: int, octets: bytes) -> None:
        connection, transport = self._connected(is_version_11=way.is_version_11)
        for start in range(0, len(octets), size):
            if transport.is_over:
                break
            connection.data_received(octets[start : start + size])
        self._streams.append((connection, transport))
        if len(self._streams) > OPEN:
            self._end(*self._streams.popleft())

    def _connected(self, *, is_version_11: bool) -> tuple[Connection, PaperTransport]:
        ended = asyncio.get_running_loop().create_future()
        connection = Connection(self._server._receive_tls, lambda _: None, LAX, self._port, ended)
        transport = PaperTransport(is_version_11=is_version_11)
        connection.connection_made(transport)
        return connection, transport

    def _end(self, connection: Connection, transport: PaperTransport) -> None:
        transport.abort()
        connection.connection_lost(None)

    def _asked(self, secret: Any) -> exchange.Asked:
        code = code_at(base64.b32decode(SEED), next(self._presses)).decode()
        return exchange.access("vera", code, secret)

    def _must_be_let_in(self, asked: exchange.Asked, answer: bytes) -> None:
        reply = asked.reply(answer)
        if reply is None or reply.code != Code.ACCESS_ACCEPT:
            raise Fault(f"A sound login was answered by {answer.hex()}.")
        self.let_in += 1


def furnished(folder: Path, loop: asyncio.AbstractEventLoop) -> Ledger:
    """Return the ledger of an installation that is ready, with HOUSE in it."""
    file = folder / "house.yaml"
    file.write_text(HOUSE)
    apply(file)
    ledger = connect()
    loop.run_until_complete(ledger.refresh())
    return ledger


@contextmanager
def faults(loop: asyncio.AbstractEventLoop) -> Iterator[list[str]]:
    """Yield a list of our own faults, as the process log and the loop tell them; the rest is thrown away."""
    heard: list[str] = []

    def hear(_logger: object, method: str, told: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if method in ("error", "exception", "critical"):
            heard.append(f"{told}\n{_described(sys.exc_info()[1])}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[hear])
    loop.set_exception_handler(
        lambda _loop, told: heard.append(f"{told}\n{_described(told.get('exception'))}")
    )
    try:
        yield heard
    finally:
        loop.set_exception_handler(None)
        structlog.configure(**before)


def _described(error: BaseException | None) -> str:
    """Return where it happened, and on which datagram."""
    lines, trace = [repr(error)], error.__traceback__ if error else None
    while trace:
        frame = trace.tb_frame
        lines.append(f"  {frame.f_code.co_filename}:{trace.tb_lineno} {frame.f_code.co_name}")
        if "datagram" in frame.f_locals:
            lines.append(f"    datagram: {frame.f_locals['datagram'].hex()}")
        trace = trace.tb_next
    return "\n".join(lines)
