"""Several RADIUS servers: who is asked, who is left out, and who comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from secondgate.radius import exchange
from secondgate.radius.packet import Code, Packet, decode
from secondgate.radius.signing import Secret, sign_reply
from secondgate.upstream import pool as pools
from secondgate.upstream import udp
from secondgate.upstream.pool import Pool
from secondgate.upstream.udp import NoAnswer, Server

SECRET = Secret(b"between us")
WITHIN = 0.4


class Fake(asyncio.DatagramProtocol):
    """A server: accepts, and answers pings; or says nothing, and counts."""

    def __init__(self) -> None:
        self.speaks, self.knows_pings, self.secret = True, True, SECRET
        self.logins = self.pings = 0
        self.pinged = asyncio.Event()
        self.at = Server("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.at = Server(*transport.get_extra_info("sockname")[:2])

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        request = decode(data)
        is_ping = request.code == Code.STATUS_SERVER
        self.pings += is_ping
        self.logins += not is_ping
        if self.speaks and (self.knows_pings or not is_ping):
            reply = sign_reply(request.answer(Code.ACCESS_ACCEPT), self.secret)
            self._transport.sendto(reply, address)  # type: ignore[attr-defined]
        if is_ping:
            self.pinged.set()


@asynccontextmanager
async def servers(count: int) -> AsyncIterator[list[Fake]]:
    loop, made = asyncio.get_running_loop(), []
    for _ in range(count):
        made.append(await loop.create_datagram_endpoint(Fake, local_addr=("127.0.0.1", 0)))
    try:
        yield [fake for _, fake in made]
    finally:
        for transport, _ in made:
            transport.close()


@asynccontextmanager
async def pool_of(fakes: list[Fake]) -> AsyncIterator[Pool]:
    pool = Pool([fake.at for fake in fakes], SECRET, within=WITHIN)
    try:
        yield pool
    finally:
        await pool.close()


def login() -> exchange.Asked:
    return exchange.access("ann", "secret", SECRET)


async def accepted_by(pool: Pool) -> Server:
    answered = await pool.ask(login)
    assert isinstance(answered.reply, Packet) and answered.reply.code == Code.ACCESS_ACCEPT
    return answered.server


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "EVERY", 0.05)
    monkeypatch.setattr(pools, "PING_EVERY", 0.02)
    monkeypatch.setattr(pools, "PING_WITHIN", 0.2)


async def test_the_first_that_lives_is_asked() -> None:
    async with servers(2) as (one, two), pool_of([one, two]) as pool:
        assert [await accepted_by(pool) for _ in range(3)] == [one.at] * 3
        assert two.logins == 0


async def test_a_silent_one_costs_one_login_its_share_and_the_next_ones_nothing() -> None:
    async with servers(2) as (one, two), pool_of([one, two]) as pool:
        one.speaks = False
        assert await accepted_by(pool) == two.at
        asked = one.logins
        assert [await accepted_by(pool) for _ in range(3)] == [two.at] * 3
        assert one.logins == asked


async def test_one_that_answers_a_ping_again_is_asked_again() -> None:
    async with servers(2) as (one, two), pool_of([one, two]) as pool:
        one.speaks = False
        assert await accepted_by(pool) == two.at
        one.speaks = True
        async with asyncio.timeout(20):
            while await accepted_by(pool) != one.at:
                await one.pinged.wait()
        asked = one.pings
        await accepted_by(pool)
        assert one.pings == asked  # who lives is not pinged


async def test_one_that_knows_no_pings_is_given_a_login_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with servers(2) as (one, two), pool_of([one, two]) as pool:
        one.knows_pings = False
        one.speaks = False
        assert await accepted_by(pool) == two.at
        one.speaks = True
        assert await accepted_by(pool) == two.at
        monkeypatch.setattr(pools, "TRY_AGAIN", 0)
        assert await accepted_by(pool) == one.at


async def test_where_all_are_dead_all_are_asked_and_each_is_named() -> None:
    async with servers(2) as (one, two), pool_of([one, two]) as pool:
        one.speaks = two.speaks = False
        for _ in range(2):
            before = (one.logins, two.logins)
            with pytest.raises(NoAnswer) as raised:
                await accepted_by(pool)
            assert str(one.at) in str(raised.value) and str(two.at) in str(raised.value)
            assert one.logins > before[0] and two.logins > before[1]


async def test_an_answer_that_anybody_could_have_made_is_none() -> None:
    async with servers(1) as (one,), pool_of([one]) as pool:
        one.secret = Secret(b"guessed")
        with pytest.raises(NoAnswer, match="none of which is signed"):
            await accepted_by(pool)
