"""More than can be answered at once: the oldest makes room, and what nobody signed pushes nobody out."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest
from asgiref.sync import sync_to_async

from secondgate.events.metrics import DROPS
from secondgate.ledger.ledger import Entry, Ledger
from secondgate.ledger.snapshot import Snapshot
from secondgate.listener import server as listener
from secondgate.listener.server import Server
from secondgate.listener.sockets import Sender
from secondgate.radius import attributes as a
from secondgate.radius.drops import Drop
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Code, Packet, decode
from secondgate.radius.signing import Secret, sign_request
from tests.installation import Configure
from tests.login.door import SEED, code

AT_ONCE = 3
CODES, PASSWORDS, STRANGER = "10.0.0.1", "10.0.0.2", "10.0.0.9"
SECRET = Secret(b"secret-of-a-test")
HOUSE = f"""
directories:
  - {{name: Dark, kind: ldap, servers: ["ldap://127.0.0.1:{{port}}"], starttls: no, base_dn: dc=example, timeout: 30,
     user_filter: "(uid=?)", login_attribute: uid, id_attribute: entryUUID, bind_dn: cn=r, bind_password: x}}
applications:
  - {{name: Codes, kind: radius, clients: [{CODES}], secret: secret-of-a-test}}
  - {{name: Passwords, kind: radius, clients: [{PASSWORDS}], secret: secret-of-a-test}}
users:
  - {{login: ann, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: bob, directory: Dark}}
policies:
  - {{name: P1, application: Codes, login: second-factor-only, methods: [totp]}}
  - {{name: P2, application: Passwords, login: password-only}}
"""


class PaperDoor:
    """What requests come in by, and answers are kept in."""

    certificate = None

    def __init__(self) -> None:
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()

    def send(self, datagram: bytes, sender: Sender) -> None:
        self.answers.put_nowait(datagram)

    def dropped(self, _drop: Drop) -> None:
        return


@pytest.fixture
def dark() -> Iterator[int]:
    """The port of a directory that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        yield silent.getsockname()[1]


@pytest.fixture
async def server(configure: Configure, ledger: Ledger, dark: int) -> AsyncIterator[Server]:
    await sync_to_async(configure)(HOUSE.replace("{port}", str(dark)))
    await ledger.refresh()
    server = Server(ledger, at_once=AT_ONCE)
    yield server
    for task in list(server._tasks):
        task.cancel()
    await asyncio.gather(*server._tasks, return_exceptions=True)
    for directory in ledger.snapshot.directories.values():
        await directory.live.close()


@pytest.fixture
def door() -> PaperDoor:
    return PaperDoor()


ports = count(1024)


def request(name: str, typed: str, secret: Secret = SECRET) -> bytes:
    authenticator = next(ports).to_bytes(16, "big")
    said = [(a.USER_NAME, name.encode()), (a.USER_PASSWORD, hide(typed.encode(), authenticator, secret))]
    return sign_request(Packet(Code.ACCESS_REQUEST, 7, authenticator, said), secret)


def begin(
    server: Server, door: PaperDoor, datagram: bytes, address: str, *, port: int = 0
) -> asyncio.Task[None]:
    """Let a datagram come in; return what sees it through."""
    source = (address, port or next(ports))
    before = set(server._tasks)
    server._receive_access(door, datagram, Sender(*source, source, []))
    (task,) = server._tasks - before
    return task


async def waiting(server: Server, door: PaperDoor, number: int) -> list[asyncio.Task[None]]:
    """Begin so many logins, and return them once they, and nothing else, wait for the directory."""
    tasks = [begin(server, door, request("bob", "secret"), PASSWORDS) for _ in range(number)]
    while not server.ledger.under_way.total() == len(server._tasks) == number:  # noqa: ASYNC110  for ever, if not
        await asyncio.sleep(0)
    return tasks


async def test_the_oldest_makes_room_for_the_newest(server: Server, door: PaperDoor) -> None:
    before = DROPS.copy()
    oldest, *others = await waiting(server, door, AT_ONCE)
    newest = begin(server, door, request("ann", code(time.time())), CODES)
    await newest
    assert decode(door.answers.get_nowait()).code == Code.ACCESS_ACCEPT
    await oldest
    assert DROPS - before == {("overloaded",): 1}
    assert not any(task.done() for task in others)
    assert door.answers.empty()


async def test_what_is_pushed_out_leaves_nothing_behind(server: Server, door: PaperDoor) -> None:
    before = DROPS.copy()
    pushed_out, stay = await waiting(server, door, AT_ONCE), await waiting(server, door, AT_ONCE)
    await asyncio.gather(*pushed_out)
    assert DROPS - before == {("overloaded",): AT_ONCE}
    assert server._tasks == set(stay)
    assert server.ledger.under_way.total() == len(server._under_way) == len(server._duplicates) == AT_ONCE


async def test_a_request_that_was_pushed_out_is_tried_when_it_comes_again(
    server: Server, door: PaperDoor
) -> None:
    datagram = request("bob", "secret")
    begin(server, door, datagram, PASSWORDS, port=7)
    next_oldest, *_ = await waiting(server, door, AT_ONCE)
    again = begin(server, door, datagram, PASSWORDS, port=7)
    await next_oldest
    assert not again.done()


async def test_a_commit_that_goes_on_is_found_when_the_request_comes_again(
    server: Server, door: PaperDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    datagram, committed, commit = request("ann", code(time.time())), asyncio.Event(), server.ledger.commit

    async def commit_and_hear_nothing_of_it(entry: Entry) -> bool:
        await commit(entry)
        committed.set()
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(server.ledger, "commit", commit_and_hear_nothing_of_it)
    first = begin(server, door, datagram, CODES, port=7)
    await committed.wait()
    monkeypatch.undo()
    await waiting(server, door, AT_ONCE)
    await first
    assert door.answers.empty()
    await begin(server, door, datagram, CODES, port=7)
    assert decode(door.answers.get_nowait()).code == Code.ACCESS_ACCEPT


async def test_packets_that_nobody_signed_push_nobody_out(
    server: Server, door: PaperDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DROPS.copy()
    logins = await waiting(server, door, AT_ONCE)
    looking = asyncio.Event()

    async def look() -> Snapshot:
        await looking.wait()
        return server.ledger.snapshot

    monkeypatch.setattr(server.ledger, "refresh", look)
    flood = [begin(server, door, request("ann", "123456"), STRANGER) for _ in range(300)]
    flood += [begin(server, door, request("ann", "123456", Secret(b"wrong")), CODES) for _ in range(300)]
    flood += [begin(server, door, b"no packet", CODES) for _ in range(300)]
    await asyncio.sleep(0)
    assert sum(not task.done() for task in flood) == listener.LOOKS, "the others were dropped without a look"
    looking.set()
    await asyncio.gather(*flood)
    assert not any(task.done() for task in logins)
    assert DROPS - before == {
        ("unknown-client",): 300, ("bad-message-authenticator",): 300, ("too-short",): 300
    }  # fmt: skip
