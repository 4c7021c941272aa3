"""The RADIUS server: one task a datagram, none of which can raise, hang or hold another up."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from secondgate.certificates import Certificates
from secondgate.events.metrics import DROPS, LOGINS
from secondgate.ledger.ledger import Ledger, LedgerError
from secondgate.ledger.snapshot import Client, Snapshot
from secondgate.listener import accounting
from secondgate.listener.capture import ANSWERED, CAME, DROPPED, REPEATED, Captures
from secondgate.listener.clients import Clients
from secondgate.listener.duplicates import Duplicates, mark
from secondgate.listener.radsec import RadSec
from secondgate.listener.replies import reply
from secondgate.listener.requests import read_request, to_attempt
from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.listener.signed import Learning, check_signed
from secondgate.listener.sockets import Door, Endpoint, Sender
from secondgate.listener.telling import Telling
from secondgate.listener.under_way import AT_ONCE, UnderWay
from secondgate.login.attempt import Attempt
from secondgate.login.decide import decide
from secondgate.login.login import SnapshotChanged
from secondgate.login.outcome import Outcome, Refuse
from secondgate.radius import drops
from secondgate.radius.attributes import PROXY_STATE
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.packet import Code, Packet, decode
from secondgate.radius.signing import (
    check_accounting,
    check_request,
    sign_accounting_reply,
    sign_reply,
)

log = structlog.get_logger()

# A refusal leaves at the next multiple of this many seconds after its request came, so that the time
# it took does not tell an unknown user from a wrong code. FreeRADIUS waits for a whole second.
PACE: Final = 0.25

# What a change of configuration may have put right; nothing else is worth a look at the database.
CURABLE: Final = {
    drops.UNKNOWN_CLIENT,
    drops.WRONG_CERTIFICATE,
    drops.NO_MESSAGE_AUTHENTICATOR,
    drops.UNSIGNED_PROXY_STATE,
    drops.BAD_MESSAGE_AUTHENTICATOR,
    drops.BAD_REQUEST_AUTHENTICATOR,
}

# Of those, how many look at once: one batch of the ledger's. Anybody can send them, and while that many look
# the configuration is as new as it can be.
LOOKS: Final = 256

Answer = Callable[[bytes, Packet, Client, Snapshot, Sender], Awaitable[bytes]]


class Server:
    """Answers Access-Requests on some ports and Accounting-Requests on others, and pings on both."""

    def __init__(self, ledger: Ledger, *, at_once: int = AT_ONCE) -> None:
        self.ledger = ledger
        self.endpoints: list[Endpoint] = []
        self.tls: list[RadSec] = []
        self._duplicates = Duplicates()
        self._clients = Clients(ledger.snapshot)
        self._clients_of = ledger.snapshot
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = UnderWay(at_once)
        self._looking = 0
        self._telling = Telling(ledger)
        self._learning = Learning()
        self.captures = Captures()

    def listen(self, host: str, port: int, *, accounting: bool = False, shared: bool = False) -> Endpoint:
        """Bind a port and answer on it. Raises OSError."""
        receive = self._receive_accounting if accounting else self._receive_access
        endpoint = Endpoint(host, port, receive, shared=shared)
        self.endpoints.append(endpoint)
        endpoint.start()
        return endpoint

    def listen_tls(self, host: str, port: int, certificates: Certificates, *, shared: bool = False) -> RadSec:
        """Bind a RadSec port and answer on it, accounting too. Raises OSError, and CertificateError."""
        radsec = RadSec(host, port, certificates, self._receive_tls, shared=shared)
        self.tls.append(radsec)
        radsec.start()
        return radsec

    async def close(self) -> None:
        """Stop listening, and let what is under way come to its end."""
        for radsec in self.tls:
            await radsec.close()
        for endpoint in self.endpoints:
            endpoint.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    def _receive_access(self, door: Door, datagram: bytes, sender: Sender) -> None:
        self._begin(door, datagram, sender, self._answer_access)

    def _receive_accounting(self, door: Door, datagram: bytes, sender: Sender) -> None:
        self._begin(door, datagram, sender, self._answer_accounting)

    def _receive_tls(self, door: Door, datagram: bytes, sender: Sender) -> None:
        is_accounting = datagram[0] == Code.ACCOUNTING_REQUEST  # one port has both (RFC 6614 section 2.1)
        self._begin(door, datagram, sender, self._answer_accounting if is_accounting else self._answer_access)

    def _begin(self, door: Door, datagram: bytes, sender: Sender, answer: Answer) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(door, datagram, sender, answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, door: Door, datagram: bytes, sender: Sender, answer: Answer) -> None:
        """See one datagram through: an answer, or a drop with its reason counted."""
        now = asyncio.get_running_loop().time()
        this = mark(door, sender.whole, datagram)
        seen = self._duplicates.find(this, now)
        if seen is not None:
            if self.captures.looking:
                self.captures.see(REPEATED, sender, datagram)
            if seen.reply:  # else it is being decided, and that answer will do for both
                door.send(seen.reply, sender)
            return
        seen = self._duplicates.begin(this, now)
        if self.captures.looking:
            self.captures.see(CAME, sender, datagram)
        try:
            request = decode(datagram)
            seen.reply = await self._with_current_client(door, datagram, request, sender, answer)
            door.send(seen.reply, sender)
            if self.captures.looking:
                self.captures.see(ANSWERED, sender, seen.reply)
        except Dropped as dropped:
            self._drop(dropped.drop, sender)
            door.dropped(dropped.drop)
        except LedgerError as error:
            self._drop(drops.LEDGER_UNAVAILABLE, sender)
            log.error("ledger-unavailable", fault=str(error))
        except Exception:
            self._drop(drops.INTERNAL_ERROR, sender)
            log.exception("internal-error", client=sender.address)
        finally:
            if seen.reply is None:
                self._duplicates.drop(seen)

    def _drop(self, drop: Drop, sender: Sender) -> None:
        DROPS[(drop.name,)] += 1
        if self.captures.looking:
            self.captures.see(DROPPED, sender, fault=drop.name)

    async def _with_current_client(
        self, door: Door, datagram: bytes, request: Packet, sender: Sender, answer: Answer
    ) -> bytes:
        """Return the answer by the newest configuration: what an older one refuses is looked at again."""
        while True:
            snapshot = self.ledger.snapshot
            client: Client | None = None
            try:
                client = self._client(snapshot, sender.address, door.certificate)
                return await answer(datagram, request, client, snapshot, sender)
            except SnapshotChanged:
                continue
            except Dropped as dropped:
                if dropped.drop not in CURABLE or self._looking >= LOOKS:
                    raise
                if await self._look() is not snapshot:
                    continue
                client = client or self._clients.find(sender.address)  # whom its certificate is not for
                await self._telling.tell(
                    dropped.drop, sender.address, datagram, request, client, door.certificate
                )
                raise

    async def _look(self) -> Snapshot:
        self._looking += 1
        try:
            return await self.ledger.refresh()
        finally:
            self._looking -= 1

    def _client(self, snapshot: Snapshot, address: str, certificate: ShownCertificate | None) -> Client:
        if snapshot is not self._clients_of:
            self._clients, self._clients_of = Clients(snapshot), snapshot
        if certificate is None:
            client = self._clients.find(address)
        else:
            client = self._clients.find_by_tls(address, certificate)
        if client is None:
            raise Dropped(drops.UNKNOWN_CLIENT)
        return client

    async def _answer_access(
        self, datagram: bytes, request: Packet, client: Client, snapshot: Snapshot, sender: Sender
    ) -> bytes:
        application = client.application
        if request.code == Code.STATUS_SERVER:  # RFC 5997: signed in any case
            check_request(datagram, request, application.secret, required=True)
            return sign_reply(_pong(request, Code.ACCESS_ACCEPT), application.secret)
        if request.code != Code.ACCESS_REQUEST:
            raise Dropped(drops.UNEXPECTED_CODE)
        signed, now = check_signed(datagram, request, client), time.time()
        # Inside TLS, where a client is no row of the configuration, nothing needs to be signed.
        spoken = read_request(request, application.secret, is_authentic=signed or not client.id)
        learned = self._learning.of(request, client, signed=signed, protocol=spoken.protocol, at=now)
        attempt = to_attempt(
            request, client, sender.address, spoken, snapshot=snapshot, learned=learned, at=now,
            digest=self.ledger.mark(b"%s %d " % (sender.address.encode(), sender.port) + datagram),
        )  # fmt: skip
        with self._under_way:
            outcome = await self.decide(attempt)
        return sign_reply(reply(request, outcome, application, spoken), application.secret)

    async def decide(self, attempt: Attempt) -> Outcome:
        """Return the outcome of an attempt, counted, and paced where it is a refusal."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        outcome = await decide(attempt, self.ledger)
        if isinstance(outcome, Refuse):
            await asyncio.sleep(PACE - (loop.time() - came) % PACE)
            LOGINS["refuse", outcome.reason.name] += 1  # and not before: the moment would tell, too
        else:
            LOGINS[type(outcome).__name__.lower(), ""] += 1
        return outcome

    async def _answer_accounting(
        self, datagram: bytes, request: Packet, client: Client, snapshot: Snapshot, sender: Sender
    ) -> bytes:
        secret = client.application.secret
        if request.code == Code.STATUS_SERVER:
            check_request(datagram, request, secret, required=True)
            return sign_reply(_pong(request, Code.ACCOUNTING_RESPONSE), secret)
        if request.code != Code.ACCOUNTING_REQUEST:
            raise Dropped(drops.UNEXPECTED_CODE)
        check_accounting(datagram, request, secret)
        with self._under_way:
            answer = await accounting.record(request, client, sender.address, self.ledger, time.time())
        return sign_accounting_reply(answer, secret)


def _pong(request: Packet, code: Code) -> Packet:
    return request.answer(code, request.all(PROXY_STATE))
