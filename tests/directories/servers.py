"""Servers that misbehave as no real one would on demand, and relays that spoil what a real one says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from secondgate.directories.tunnel import Security, Server
from tests.real.ca import Issued

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

# An answer to StartTLS as message 1 (RFC 4511 section 4.14.2): protocolError, as a server without TLS.
STARTTLS_REFUSED = bytes.fromhex("300c02010178070a010204000400")
# An answer to a bind as message 1: busy (51).
BUSY = bytes.fromhex("300c02010161070a013304000400")
# A bind that succeeds, with a password policy control that says nothing; then, to message 2, a search that
# the server is unwilling to perform (53): how 389 Directory Server asks for a new password.
CHANGE_FIRST = (
    bytes.fromhex("302f02010161070a010004000400a021301f0419")
    + b"1.3.6.1.4.1.42.2.27.8.5.1"
    + bytes.fromhex("04023000"),
    bytes.fromhex("300c02010265070a013504000400"),
)


@asynccontextmanager
async def serving(
    talk: Talk, security: Security = Security.NONE, issued: Issued | None = None
) -> AsyncIterator[Server]:
    """Yield a server on 127.0.0.1 that talks like this to each client, in TLS when it has a certificate."""
    ends: list[asyncio.StreamWriter] = []

    async def talked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough
        finally:
            writer.close()

    tls = None
    if issued:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(issued.certificate, issued.key)
    server = await asyncio.start_server(talked, "127.0.0.1", 0, ssl=tls)
    try:
        yield Server("127.0.0.1", server.sockets[0].getsockname()[1], security)
    finally:
        server.close()
        for end in ends:
            end.transport.abort()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything, and say nothing."""
    while await reader.read(1024):
        pass


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what was said."""
    while said := await reader.read(65536):
        writer.write(said)
        await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear something, and hang up."""
    await reader.read(1)


def answering(*answers: bytes) -> Talk:
    """Return one who says this, whatever is asked, an answer a question, and then nothing."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for octets in answers:
            await reader.read(1024)
            writer.write(octets)
        await say_nothing(reader, writer)

    return talk


def relaying(url: str, *, at_most: int | None = None) -> Talk:
    """Return one who passes everything on to `url` (ldap://HOST:PORT) and back, an octet at a time.

    After `at_most` octets back it falls silent.
    """
    host, port = url.removeprefix("ldap://").split(":")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        out = asyncio.create_task(_pass_on(reader, back))
        # A client that goes before it has asked anything gets no answer to wait for.
        out.add_done_callback(lambda _out: back.transport.abort())
        try:
            left = at_most
            while (octet := await there.read(1)) and left != 0:
                writer.write(octet)
                await writer.drain()
                await asyncio.sleep(0)  # let it be read before the next
                left = None if left is None else left - 1
            if octet:
                await out
        finally:
            out.cancel()
            back.transport.abort()

    return talk


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(65536):
        writer.write(said)
        await writer.drain()
