"""The service: RADIUS, web and jobs on one event loop; further workers as processes beside it.

The first process has everything; `--workers N` adds N-1 that share its RADIUS ports (SO_REUSEPORT)
and its database, and nothing else. Each ends when the first one does, however it ends: it reads a
pipe that the kernel then closes.
"""

import asyncio
import contextlib
import errno
import gc
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import structlog
import uvicorn
import uvloop
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.utils import timezone

from secondgate import process_log
from secondgate.asgi import Check, Web, all_said
from secondgate.certificates import CertificateError
from secondgate.console import live
from secondgate.environment import Settings, address
from secondgate.events import metrics, tally
from secondgate.http_port import guarded
from secondgate.ledger import nodes
from secondgate.ledger.connect import connect
from secondgate.ledger.ledger import Ledger, LedgerError
from secondgate.listener import control
from secondgate.listener.server import Server
from secondgate.setup.control import FOLDER
from secondgate.setup.owner_link import has_owner, new_link, remember_base_url

Answer = TypeVar("Answer")

log = structlog.get_logger()

WORKER: Final = "SECONDGATE_WORKER"  # set in the processes that the first one starts
FLUSH_EVERY: Final = 1.0  # seconds between two hand-overs of counters
PRUNE_EVERY: Final = 300.0  # seconds; a question lives for two minutes, and is kept as long again
TALLY_EVERY: Final = 2.0  # seconds; the overview reads the events that came since by itself
TALLY_BURST: Final = 0.25  # seconds until the next look while logins come thick and fast
TALLY_PAUSE: Final = 0.05  # seconds between two steps of some ms, so that the logins' writer comes between
LEAST_SPACE: Final = 2**20  # octets: about a thousand logins
EXIT_WITHIN: Final = 1.0  # seconds for threads to end behind everything else; an idle one takes none
DESCRIPTORS: Final = 65_536  # open files and connections; RadSec and the web may hold 2,000
RESTART_AFTER: Final = 1.0  # seconds before a worker that died is started again


class ServeError(Exception):
    """The service cannot start: one sentence."""


@dataclass(slots=True)
class Service:
    """What runs in this process, and what says whether it does."""

    settings: Settings
    ledger: Ledger
    server: Server
    workers: int
    parts: frozenset[str]
    checks: dict[str, Check] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_first(self) -> bool:
        """Tell whether this is the process that was started by hand."""
        return WORKER not in os.environ

    async def check_disk(self) -> None:
        """Raise ServeError when the next logins would not fit: a small write may still find room."""
        free = shutil.disk_usage(self.settings.data).free
        if free < LEAST_SPACE:
            raise ServeError(f"Only {free // 1024} KB are free in {self.settings.data}.")


async def serve(settings: Settings, *, workers: int, only: str | None) -> None:
    """Run until a signal comes. Raises ServeError or SettingError where it cannot begin."""
    parts = frozenset({only} if only else {"radius", "web", "jobs"})
    ledger = connect()
    service = Service(settings, ledger, Server(ledger), workers, parts)
    service.checks["database"] = ledger.check
    service.checks["disk"] = service.check_disk
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopping.set)
    try:
        await ledger.refresh()
    except LedgerError as error:
        raise ServeError(f"The database cannot be read: {error}") from error
    async with contextlib.AsyncExitStack() as running:
        if "radius" in parts:
            await running.enter_async_context(_radius(service))
        if "web" in parts:
            await running.enter_async_context(_web(service))
        await running.enter_async_context(_background(service))
        if service.is_first:
            await _greet(service)
        # What is loaded stays: without this the collector walks all of it again and again, and each
        # time some logins wait for 40 ms (measured at 64 in flight).
        gc.collect()
        gc.freeze()
        # What a login makes goes with it, without the collector. To look for cycles every 700 objects, as
        # Python does by default, costs an eleventh of a login (measured).
        gc.set_threshold(20_000, 10, 10)
        # Two threads share one interpreter lock. Each gives it up wherever it waits; to take it away
        # every 5 ms in between, as Python does by default, costs an eighth of a login (measured).
        sys.setswitchinterval(0.02)
        await service.stopping.wait()
    if not await ledger.close():
        log.error("ledger-hung", says="The database did not answer; what was under way is given up.")
    end_within(EXIT_WITHIN)  # from here on only threads are waited for, first those of the event loop


@asynccontextmanager
async def _radius(service: Service) -> AsyncIterator[None]:
    settings = service.settings
    for text in settings.radius:
        _listen(service, text, "SECONDGATE_RADIUS", required=not settings.radius_default)
    for text in settings.accounting:
        _listen(service, text, "SECONDGATE_ACCOUNTING", required=not settings.accounting_default)
    for text in settings.radsec:
        _listen_tls(service, text)
    if not any(name.startswith(("radius ", "radsec ")) for name in service.checks):
        raise ServeError("No RADIUS port could be opened.")
    door = await control.listen(service.server, settings.data / FOLDER) if service.is_first else None
    async with _further_workers(service):
        yield
    if door:
        door.close()
    await service.server.close()


def _listen(service: Service, text: str, setting: str, *, required: bool) -> None:
    """Open one port. A default one may be missing: there are machines without IPv6."""
    host, port = address(text, setting)
    accounting = setting == "SECONDGATE_ACCOUNTING"
    try:
        endpoint = service.server.listen(host, port, accounting=accounting, shared=service.workers > 1)
    except OSError as cause:
        if required or cause.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise ServeError(f"UDP {text} cannot be opened: {cause.strerror}. {_remedy(cause)}") from cause
        log.warning("port-not-opened", port=text, fault=cause.strerror)
        return
    service.checks[f"{'accounting' if accounting else 'radius'} {text}"] = endpoint.check


def _listen_tls(service: Service, text: str) -> None:
    """Open one RadSec port."""
    host, port = address(text, "SECONDGATE_RADSEC")
    certificates = service.settings.radsec_files
    assert certificates is not None
    try:
        radsec = service.server.listen_tls(host, port, certificates, shared=service.workers > 1)
    except CertificateError as cause:
        raise ServeError(f"RadSec cannot begin: {cause}") from cause
    except OSError as cause:
        raise ServeError(f"TCP {text} cannot be opened: {cause.strerror}. {_remedy(cause)}") from cause
    service.checks[f"radsec {text}"] = radsec.check


def _remedy(cause: OSError) -> str:
    if isinstance(cause, PermissionError):
        return "Ports under 1024 need CAP_NET_BIND_SERVICE."
    return "Another program may have it: name another port by --radius or --accounting."


@asynccontextmanager
async def _further_workers(service: Service) -> AsyncIterator[None]:
    """Keep N-1 more processes running, and start one again that has died."""
    if not service.is_first or service.workers == 1:
        yield
        return
    alive: dict[int, asyncio.subprocess.Process] = {}

    async def keep(number: int) -> None:
        while True:
            alive[number] = process = await _start_worker(service)
            code = await process.wait()
            log.error("worker-died", number=number, code=code)
            await asyncio.sleep(RESTART_AFTER)

    async def check() -> None:
        dead = [
            number
            for number in range(1, service.workers)
            if number not in alive or alive[number].returncode is not None
        ]
        if dead:
            raise ServeError(f"{len(dead)} of {service.workers} workers are not running.")

    service.checks["workers"] = check
    tasks = [asyncio.create_task(keep(number)) for number in range(1, service.workers)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for process in alive.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in alive.values():
            await process.wait()


async def _start_worker(service: Service) -> asyncio.subprocess.Process:
    """Start a process that ends with this one; its standard input is a pipe that nobody writes to."""
    arguments = ["serve", "--only", "radius", "--workers", str(service.workers)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "secondgate", *arguments, stdin=asyncio.subprocess.PIPE,
        env={**os.environ, WORKER: "1"},
    )  # fmt: skip


@asynccontextmanager
async def _web(service: Service) -> AsyncIterator[None]:
    text = service.settings.http
    host, port = address(text, "SECONDGATE_HTTP")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as cause:
        raise ServeError(f"TCP {text} cannot be opened: {cause.strerror}. Name another by --http.") from cause
    proxies = list(service.settings.proxies)
    config = uvicorn.Config(
        Web(service.checks, service.ledger, service.settings),
        http=guarded(proxies),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # Web reads them: it must know who connected, too
        timeout_graceful_shutdown=2,  # a download that goes on must not keep us running
    )
    server = _Uvicorn(config)
    task = asyncio.create_task(server.serve([listening]))
    yield
    live.end()
    server.should_exit = True
    await task


class _Uvicorn(uvicorn.Server):
    """Uvicorn within our own process: the signals are ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


@asynccontextmanager
async def _background(service: Service) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_flush())]
    if "jobs" in service.parts:
        tasks.append(asyncio.create_task(_prune(service.ledger)))
        tasks.append(asyncio.create_task(_tally()))
    if service.is_first:
        tasks.append(asyncio.create_task(_report(service)))
    else:
        tasks.append(asyncio.create_task(_end_with_the_first(service)))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=EXIT_WITHIN)
    metrics.flush()


async def _flush() -> None:
    while True:
        await asyncio.sleep(FLUSH_EVERY)
        metrics.flush()


async def _prune(ledger: Ledger) -> None:
    while True:
        try:
            await ledger.prune(time.time() - PRUNE_EVERY)
        except LedgerError as error:
            log.warning("not-pruned", fault=str(error))
        await asyncio.sleep(PRUNE_EVERY)


async def _report(service: Service) -> None:
    """Tell the other nodes, and the overview, how this one is."""
    started_at = timezone.now()
    try:
        while True:
            said = await all_said(service.checks)
            await asyncio.to_thread(_with_connection, partial(nodes.report, service.parts, said, started_at))
            await asyncio.sleep(nodes.REPORT_EVERY)
    finally:
        await asyncio.to_thread(_with_connection, partial(nodes.leave, service.parts))


def _with_connection(act: Callable[[], Answer]) -> Answer | None:
    """Return what `act` does with a connection of its own; None where the database does not take it."""
    try:
        return act()
    except DatabaseError as error:
        log.warning("not-written", fault=str(error))
        return None
    finally:
        connection.close()


async def _tally() -> None:
    """Count and index the events: never on the logins' thread, and after a burst of them."""
    seen, looked_at = 0, time.monotonic()
    while True:
        found = await asyncio.to_thread(_with_connection, tally.look)
        newest, behind = found or (seen, 0)
        came, seconds = newest - seen if seen else 0, time.monotonic() - looked_at
        seen, looked_at = newest, looked_at + seconds
        if tally.may_wait(came, seconds, behind):
            await asyncio.sleep(TALLY_BURST)
            continue
        more = await asyncio.to_thread(_with_connection, tally.catch_up)
        await asyncio.sleep(TALLY_PAUSE if more else TALLY_EVERY)


async def _end_with_the_first(service: Service) -> None:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    await reader.read()
    service.stopping.set()


async def _greet(service: Service) -> None:
    """Say on standard output that everything is up, and how to begin."""
    opened = [endpoint.name for endpoint in service.server.endpoints]
    ports = ", ".join([*opened, *(f"{radsec.name} (TLS)" for radsec in service.server.tls)])
    if ports:
        print(f"RADIUS answers on {ports}.", flush=True)
    if "web" in service.parts:
        print(f"The console is at {service.settings.base_url}/console/.", flush=True)
        remember_base_url(service.settings)
        if not await sync_to_async(has_owner)():
            link = await sync_to_async(new_link)()
            print(f"Make the owner account here (one use, one hour): {link}", flush=True)
    print(f"Ready. Data folder: {service.settings.data}", flush=True)


def run(settings: Settings, *, workers: int, only: str | None) -> None:
    """Run the service on uvloop until a signal comes. Raises ServeError or SettingError."""
    process_log.begin()
    _take_descriptors()
    if workers > 1 and WORKER not in os.environ:
        metrics.share(Path(settings.data) / "metrics")
    uvloop.run(serve(settings, workers=workers, only=only))


def _take_descriptors() -> None:
    """Take as many descriptors as we may have: the 1,024 of old are for programs that use select()."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def end_within(seconds: float) -> None:
    """See to it that the process ends: Python waits for its threads, and one may wait for a disk for ever."""

    def end() -> None:
        hung = [thread.name for thread in threading.enumerate() if not thread.daemon]
        log.error("threads-hung", threads=hung, says="They wait for something outside; the process ends.")
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True  # it must not be waited for itself
    timer.start()
