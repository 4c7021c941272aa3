"""The web's port: connections that mean no good hold neither it nor the process up."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from secondgate import http_port

IN_TIME = 20.0
LONG = b"x" * 20_000_000  # more than the sockets between two programs hold


async def app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": LONG if scope["path"] == "/long" else b"hello"})


@asynccontextmanager
async def port(*proxies: str) -> AsyncIterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    made = http_port.guarded(list(proxies))
    server = uvicorn.Server(uvicorn.Config(app, http=made, lifespan="off", log_config=None))
    task = asyncio.create_task(server._serve([listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await task


async def opened(port: int, address: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))


async def is_answered(port: int, address: str = "127.0.0.1") -> bool:
    reader, writer = await opened(port, address)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"hello" in await asyncio.wait_for(reader.read(), IN_TIME)
    except ConnectionError:
        return False
    finally:
        writer.close()


async def test_one_address_has_its_share_and_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_port, "FROM_ONE", 5)
    async with port() as number:
        held = [await opened(number, "127.0.0.2") for _ in range(5)]
        assert not await is_answered(number, "127.0.0.2")
        assert await is_answered(number, "127.0.0.3")
        held[0][1].close()
        async with asyncio.timeout(IN_TIME):
            while not await is_answered(number, "127.0.0.2"):
                pass


async def test_all_together_have_an_end_and_a_proxy_stands_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_port, "FROM_ONE", 2)
    monkeypatch.setattr(http_port, "CONNECTIONS", 8)
    async with port("127.0.0.2") as number:
        _held = [await opened(number, "127.0.0.2") for _ in range(7)]
        assert await is_answered(number, "127.0.0.2")
        _last = await opened(number, "127.0.0.3")
        assert not await is_answered(number, "127.0.0.3")
        assert not await is_answered(number, "127.0.0.2")


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /again HTTP/1.1\r\nHost:",
        b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_does_not_come_to_its_end_is_ended(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    """It is begun, and nothing more is written, nor is anything read."""
    monkeypatch.setattr(http_port, "PATIENCE", 0.1)
    come, gone = watched(monkeypatch)
    async with port() as number:
        _reader, writer = await opened(number)
        writer.write(begun)
        await asyncio.wait_for(come.wait(), IN_TIME)
        await asyncio.wait_for(gone.wait(), IN_TIME)


def watched(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Return what tells that a connection came, and that it went."""
    come, gone = asyncio.Event(), asyncio.Event()

    class Watched(http_port.Guarded):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            come.set()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    monkeypatch.setattr(http_port, "Guarded", Watched)
    return come, gone
