"""Ask a RADIUS server over UDP: the same datagram again until it answers, or the time is up."""

import asyncio
from dataclasses import dataclass
from typing import Final

from secondgate.radius.exchange import Asked
from secondgate.radius.packet import Packet

EVERY: Final = 2.0  # seconds between two tries; RFC 5080 section 2.2.1 begins with 2


class NoAnswer(Exception):
    """The server did not answer: a sentence."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def ask(server: Server, asked: Asked, *, within: float, must_sign: bool = True) -> Packet:
    """Return the server's reply. Raises NoAnswer after `within` seconds, or where it cannot be reached."""
    answers = _Answers(asked, must_sign)
    try:
        async with asyncio.timeout(within):
            return await _asked(server, asked, answers)
    except TimeoutError as cause:
        raise NoAnswer(answers.why(server, within)) from cause
    except OSError as cause:
        raise NoAnswer(f"{server} cannot be reached: {cause.strerror or cause}.") from cause


async def _asked(server: Server, asked: Asked, answers: "_Answers") -> Packet:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: answers, remote_addr=(server.host, server.port)
    )
    try:
        while True:
            transport.sendto(asked.datagram)
            done, _waiting = await asyncio.wait([answers.reply], timeout=EVERY)
            if done:
                return answers.reply.result()
    finally:
        transport.close()


class _Answers(asyncio.DatagramProtocol):
    """What comes back: the first datagram that answers, and what else there was."""

    def __init__(self, asked: Asked, must_sign: bool) -> None:
        self._asked, self._must_sign = asked, must_sign
        self.reply: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._others = 0
        self._fault: Exception | None = None

    def datagram_received(self, data: bytes, _address: object) -> None:
        """Take the reply, count what is none."""
        reply = self._asked.reply(data, must_sign=self._must_sign)
        if reply is None:
            self._others += 1
        elif not self.reply.done():
            self.reply.set_result(reply)

    def error_received(self, error: Exception) -> None:
        """Remember what the network says: nobody may listen there yet, and the next try finds them."""
        self._fault = error

    def why(self, server: Server, within: float) -> str:
        """Return why there is no answer, as far as it shows."""
        if self._others:
            return (
                f"{server} sent {self._others} answers, none of which is signed with this shared secret: the "
                "secrets differ, or the server sends no Message-Authenticator."
            )
        if isinstance(self._fault, ConnectionRefusedError):
            return f"Nothing listens at {server}."
        return (
            f"{server} did not answer within {within:g} s. RADIUS servers are silent toward addresses that "
            "they do not know, and toward another secret."
        )
