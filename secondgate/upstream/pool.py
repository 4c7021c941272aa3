"""Several RADIUS servers that know the same: the one that answers is asked, and a dead one is left out.

A server that did not answer is dead until it answers a Status-Server (RFC 5997, asked from time to time). Not
every server knows that question, so a dead one is also given a login again after a while. If all are dead
they are all asked: nobody is refused because of what we believe.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from secondgate.frozen import frozen
from secondgate.radius import exchange
from secondgate.radius.exchange import Asked
from secondgate.radius.packet import Packet
from secondgate.radius.signing import Secret
from secondgate.upstream.udp import NoAnswer, Server, ask

PING_EVERY: Final = 10.0  # seconds between two Status-Servers to a dead one; FreeRADIUS asks each 30
PING_WITHIN: Final = 3.0  # seconds for its answer
TRY_AGAIN: Final = 60.0  # seconds after which a dead one is given a login, Status-Server or not


@frozen
class Answered:
    """A reply, the request that it answers, and who gave it."""

    reply: Packet
    asked: Asked
    server: Server


class Pool:
    """Servers with one secret, in the order in which they are asked. For one event loop."""

    def __init__(
        self, servers: Sequence[Server], secret: Secret, *, within: float, must_sign: bool = True
    ) -> None:
        self.servers = tuple(servers)
        self._secret, self._within, self._must_sign = secret, within, must_sign
        self._dead_since: dict[Server, float] = {}  # in the event loop's time
        self._pings: dict[Server, asyncio.Task[None]] = {}

    async def ask(self, make: Callable[[], Asked]) -> Answered:
        """Return the first server's answer. Raises NoAnswer, with what each of them said, or did not.

        Each has its share of the time that is left: a dark one must not use up what the next needs.
        """
        clock = asyncio.get_running_loop().time
        ends, faults = clock() + self._within, []
        servers = self._in_order(clock())
        for number, server in enumerate(servers):
            share = (ends - clock()) / (len(servers) - number)
            try:
                return await self._ask(server, make(), within=share)
            except NoAnswer as fault:
                faults.append(str(fault))
        raise NoAnswer(" ".join(faults))

    async def ask_one(self, server: Server, asked: Asked) -> Answered:
        """Return this server's answer: to its own question nobody else knows it. Raises NoAnswer."""
        return await self._ask(server, asked, within=self._within)

    async def close(self) -> None:
        """Ask nobody any more."""
        for task in self._pings.values():
            task.cancel()
        await asyncio.gather(*self._pings.values(), return_exceptions=True)

    def _in_order(self, now: float) -> list[Server]:
        asked = [one for one in self.servers if now - self._dead_since.get(one, -TRY_AGAIN) >= TRY_AGAIN]
        return asked or list(self.servers)

    async def _ask(self, server: Server, asked: Asked, *, within: float) -> Answered:
        try:
            reply = await ask(server, asked, within=within, must_sign=self._must_sign)
        except NoAnswer:
            self._dead_since[server] = asyncio.get_running_loop().time()
            if server not in self._pings:
                self._pings[server] = asyncio.create_task(self._ping(server))
            raise
        self._lives(server)
        return Answered(reply, asked, server)

    async def _ping(self, server: Server) -> None:
        """Ask a dead server whether it lives, until it says so."""
        while True:
            await asyncio.sleep(PING_EVERY)
            try:
                await ask(server, exchange.status(self._secret), within=PING_WITHIN, must_sign=False)
            except NoAnswer:
                continue
            self._pings.pop(server, None)
            self._lives(server)
            return

    def _lives(self, server: Server) -> None:
        self._dead_since.pop(server, None)
        if task := self._pings.pop(server, None):
            task.cancel()
