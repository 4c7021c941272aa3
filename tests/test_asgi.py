"""Pages take turns; neither a slow upload nor an answer that goes on holds one. Who may read /metrics.

However many ask at once whether the server is ready, it is looked at once.
"""

import asyncio
from typing import Any

import pytest

from secondgate import asgi
from secondgate.environment import read_settings

IN_TIME = 20.0
PLAIN = read_settings({"HOME": "/nowhere"})


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
    web = asgi.Web({}, None, PLAIN)  # type: ignore[arg-type]
    asks = [asyncio.create_task(asked(web)) for _ in range(6)]
    await pages.begun.acquire()
    await pages.begun.acquire()
    pages.end.set()
    pages.go.set()
    answers = await asyncio.wait_for(asyncio.gather(*asks), IN_TIME)
    assert answers == [["http.response.start", "http.response.body"]] * 6
    assert pages.most == 2


async def test_uploads_streams_and_faults_hold_no_turn(pages: Pages) -> None:
    web = asgi.Web({}, None, PLAIN)  # type: ignore[arg-type]
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


async def metrics_for(peer: str | None, headers: dict[str, str], **environment: str) -> tuple[int, str]:
    """Return status and body that somebody is answered who asks for /metrics."""
    settings = read_settings({"HOME": "/nowhere", **{f"SECONDGATE_{k}": v for k, v in environment.items()}})
    said: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http", "path": "/metrics", "client": (peer, 50_000) if peer else None, "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await asgi.Web({}, None, settings)(scope, None, send)  # type: ignore[arg-type]
    return said[0]["status"], said[1]["body"].decode()


XFF = "X-Forwarded-For"


@pytest.mark.parametrize(
    ("peer", "headers", "environment"),
    [
        ("127.0.0.1", {}, {}),
        ("127.8.8.8", {}, {}),
        ("::1", {}, {}),
        ("::ffff:127.0.0.1", {}, {}),
        ("10.0.0.9", {}, {"METRICS": "127.0.0.1, 10.0.0.0/24"}),
        ("fe80::1%eth0", {}, {"METRICS": "fe80::/10"}),
        ("127.0.0.1", {XFF: "10.0.0.9"}, {"METRICS": "10.0.0.9"}),  # through a proxy that is believed
        ("10.0.0.5", {XFF: "10.0.0.9"}, {"METRICS": "10.0.0.9", "PROXIES": "10.0.0.5"}),
        ("10.0.0.5", {XFF: "203.0.113.7, 10.0.0.9"}, {"METRICS": "10.0.0.9", "PROXIES": "10.0.0.0/29"}),
    ],
)
async def test_metrics_are_read_by_whom_they_are_for(
    peer: str, headers: dict[str, str], environment: dict[str, str]
) -> None:
    code, body = await metrics_for(peer, headers, **environment)
    assert (code, "secondgate_logins" in body) == (200, True)


@pytest.mark.parametrize(
    ("peer", "headers", "environment", "names"),
    [
        ("203.0.113.7", {}, {}, "METRICS"),
        ("::ffff:203.0.113.7", {}, {}, "METRICS"),
        (None, {}, {}, "METRICS"),
        ("127.0.0.1", {}, {"METRICS": "10.0.0.9"}, "METRICS"),
        # A proxy that is believed: its visitor is who asks, whatever that one claims of itself.
        ("127.0.0.1", {XFF: "203.0.113.7"}, {}, "METRICS"),
        ("127.0.0.1", {XFF: "127.0.0.1, 203.0.113.7"}, {}, "METRICS"),
        ("127.0.0.1", {XFF: "unknown"}, {}, "METRICS"),
        # A proxy that is not: neither its own address nor the one that it names counts.
        ("127.0.0.1", {XFF: "127.0.0.1"}, {"PROXIES": "10.0.0.5"}, "PROXIES"),
        ("10.0.0.9", {XFF: "10.0.0.9"}, {"METRICS": "10.0.0.9"}, "PROXIES"),
        # A proxy that does not say for whom, or says it where nobody looks.
        ("127.0.0.1", {XFF: ""}, {}, "PROXIES"),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, {}, "PROXIES"),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7", XFF: "127.0.0.1"}, {}, "PROXIES"),
        ("127.0.0.1", {"Via": "1.1 proxy"}, {}, "PROXIES"),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.7"}, {}, "PROXIES"),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, {}, "PROXIES"),
    ],
)
async def test_metrics_tell_nobody_else_anything(
    peer: str | None, headers: dict[str, str], environment: dict[str, str], names: str
) -> None:
    code, body = await metrics_for(peer, headers, **environment)
    assert (code, body.count("\n")) == (403, 1)
    assert f"SECONDGATE_{names}" in body
    assert "secondgate_logins" not in body


class Disk:
    """Stands for the ledger: counts the checks, each of which waits for `go`, and fails while `fault` is."""

    def __init__(self) -> None:
        self.looks = 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.fault = ""

    async def check(self) -> None:
        self.looks += 1
        self.begun.set()
        await self.go.wait()
        if self.fault:
            raise OSError(self.fault)


async def ready(web: asgi.Web) -> str:
    said: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await web({"type": "http", "path": "/healthz/ready"}, None, send)
    return f"{said[0]['status']} {said[1]['body'].decode()}"


async def test_who_asks_at_once_whether_it_is_ready_shares_one_look_and_later_ones_have_their_own() -> None:
    disk = Disk()
    web = asgi.Web({"database": disk.check}, None, PLAIN)  # type: ignore[arg-type]
    asks = [asyncio.create_task(ready(web)) for _ in range(50)]
    await disk.begun.wait()
    asks += [asyncio.create_task(ready(web)) for _ in range(50)]  # while it is under way
    gone, *others = asks
    await asyncio.sleep(0)
    gone.cancel()  # a stranger who hangs up
    disk.go.set()
    assert set(await asyncio.wait_for(asyncio.gather(*others), IN_TIME)) == {
        '200 {"ready": true, "database": "ok"}\n'
    }
    assert disk.looks == 1
    disk.fault = "The disk is full."  # in the very next moment
    assert await ready(web) == '503 {"ready": false, "database": "The disk is full."}\n'
    assert disk.looks == 2
