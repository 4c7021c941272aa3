"""Pages take turns; neither a slow upload nor an answer that goes on holds one."""

import asyncio
from typing import Any

import pytest

from secondgate import asgi

IN_TIME = 20.0


class Pages:
    """Stands for Django: reads the request, makes the page when `go` is set, ends it when `end` is."""

    def __init__(self) -> None:
        self.making = 0
        self.most = 0
        self.begun = asyncio.Semaphore(0)
        self.go, self.end = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        self.making += 1
        self.most = max(self.most, self.making)
        self.begun.release()
        await self.go.wait()
        if scope["path"] == "/fault":
            self.making -= 1
            raise ZeroDivisionError
        self.making -= 1
        await send({"type": "http.response.start"})
        await self.end.wait()
        await send({"type": "http.response.body"})


async def asked(web: asgi.Web, path: str = "/", *, body: asyncio.Event | None = None) -> list[str]:
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        if body is not None and not body.is_set():
            await body.wait()
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message["type"])

    await web({"type": "http", "path": path}, receive, send)
    return said


@pytest.fixture
async def pages(monkeypatch: pytest.MonkeyPatch) -> Pages:
    pages = Pages()
    monkeypatch.setattr(asgi, "application", pages)
    monkeypatch.setattr(asgi, "PAGES", 2)
    return pages


async def test_no_more_pages_at_once_than_there_are_turns(pages: Pages) -> None:
    web = asgi.Web({}, None)  # type: ignore[arg-type]
    asks = [asyncio.create_task(asked(web)) for _ in range(6)]
    await pages.begun.acquire()
    await pages.begun.acquire()
    pages.end.set()
    pages.go.set()
    answers = await asyncio.wait_for(asyncio.gather(*asks), IN_TIME)
    assert answers == [["http.response.start", "http.response.body"]] * 6
    assert pages.most == 2


async def test_uploads_streams_and_faults_hold_no_turn(pages: Pages) -> None:
    web = asgi.Web({}, None)  # type: ignore[arg-type]
    never = asyncio.Event()
    held = [asyncio.create_task(asked(web, body=never)) for _ in range(3)]  # uploads that do not end
    pages.go.set()
    held += [asyncio.create_task(asked(web)) for _ in range(3)]  # answers that go on
    for _ in range(3):
        await asyncio.wait_for(pages.begun.acquire(), IN_TIME)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(asked(web, "/fault"), IN_TIME)
    pages.end.set()
    assert await asyncio.wait_for(asked(web), IN_TIME)
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)
