"""Ask a RADIUS server over TLS (RFC 6614): one connection a question, which is what a tool needs."""

import asyncio
import ssl
from pathlib import Path

from secondgate.radius.exchange import Asked
from secondgate.radius.packet import HEADER, MAX_LENGTH, Packet
from secondgate.upstream.udp import NoAnswer, Server


def trust(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a client connects with. Raises OSError and ssl.SSLError, which is one."""
    context = ssl.create_default_context(cafile=str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


async def ask(server: Server, asked: Asked, context: ssl.SSLContext, *, within: float) -> Packet:
    """Return the server's reply. Raises NoAnswer after `within` seconds, or where it cannot be reached."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
            try:
                writer.write(asked.datagram)
                while True:
                    reply = asked.reply(await read_packet(reader), must_sign=False)
                    if reply is not None:
                        return reply
            finally:
                writer.close()
    except ssl.SSLCertVerificationError as cause:
        raise NoAnswer(f"{server} shows a certificate that does not hold: {cause.verify_message}.") from cause
    except (ssl.SSLError, asyncio.IncompleteReadError, ConnectionError) as cause:
        raise NoAnswer(
            f"{server} ended the connection: it may not take our certificate, or not know this address."
        ) from cause
    except TimeoutError as cause:
        raise NoAnswer(f"{server} did not answer within {within:g} s.") from cause
    except OSError as cause:
        raise NoAnswer(f"{server} cannot be reached: {cause.strerror or cause}.") from cause


async def read_packet(reader: asyncio.StreamReader) -> bytes:
    """Return the next packet of a stream. Raises IncompleteReadError where it ends or is none."""
    head = await reader.readexactly(4)
    length = int.from_bytes(head[2:], "big")
    if not HEADER.size <= length <= MAX_LENGTH:
        raise asyncio.IncompleteReadError(head, length)
    return head + await reader.readexactly(length - 4)
