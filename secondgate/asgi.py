"""The web: Django, and before it the addresses that load balancers and Prometheus ask.

Those do not go through Django: they must answer while it is busy, and tell what it cannot know.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

from django.core.asgi import get_asgi_application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from secondgate.environment import Settings
from secondgate.events import metrics
from secondgate.ledger.ledger import Ledger
from secondgate.metrics_readers import refusal

Check = Callable[[], Awaitable[None]]
PAGES: Final = 32  # made at once: each takes a thread, and a connection to the database; others wait
TIMEOUT = 3  # seconds for all checks together; load balancers give up after five

application = get_asgi_application()


class Web:
    """An ASGI application: `checks` say, by raising, what is not ready.

    What the pages need of this process travels in the scope: its ledger, and its checks. So does who
    connected, the `peer`; the `client` is whom a proxy names, where it is believed.
    """

    def __init__(self, checks: Mapping[str, Check], ledger: Ledger, settings: Settings) -> None:
        self._checks = checks
        self._ledger = ledger
        self._metrics_networks = settings.metrics
        self._named = ProxyHeadersMiddleware(self._answer, list(settings.proxies))
        self._pages = asyncio.Semaphore(PAGES)
        self._looking: asyncio.Task[dict[str, str]] | None = None
        self._answers: dict[str, Callable[[Any], Awaitable[tuple[int, str, bytes]]]] = {
            "/healthz/live": self._live,
            "/healthz/ready": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        known: Any = {**scope, "peer": scope.get("client")}
        await self._named(known, receive, send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        answer = self._answers.get(scope["path"]) if scope["type"] == "http" else None
        if answer is None:
            await self._page({**scope, "ledger": self._ledger, "checks": self._checks}, receive, send)
            return
        status, kind, body = await answer(scope)
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _page(self, scope: Any, receive: Any, send: Any) -> None:
        """Let Django make a page. Its turn is from when the request is whole until the answer begins.

        So neither a slow upload nor a stream that goes on keeps the others waiting.
        """
        async with AsyncExitStack() as turn:
            is_whole = False

            async def receiving() -> Any:
                nonlocal is_whole
                message = await receive()
                if not is_whole and not message.get("more_body"):
                    is_whole = True
                    await turn.enter_async_context(self._pages)
                return message

            async def sending(message: Any) -> None:
                await turn.aclose()
                await send(message)

            await application(scope, receiving, sending)

    async def _live(self, _scope: Any) -> tuple[int, str, bytes]:
        return 200, "application/json", b'{"live": true}\n'

    async def _ready(self, _scope: Any) -> tuple[int, str, bytes]:
        said = await self._said_now()
        ready = all(fault == "ok" for fault in said.values())
        body = json.dumps({"ready": ready, **said}).encode() + b"\n"
        return 200 if ready else 503, "application/json", body

    async def _said_now(self) -> dict[str, str]:
        """Return what the checks say. Who asks meanwhile shares the answer: each look writes to the disk.

        Anybody may ask, and so makes one write at a time at the most. Nothing is kept for who asks later.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)  # who gives up ends it for nobody else

    async def _look(self) -> dict[str, str]:
        try:
            return await all_said(self._checks)
        finally:
            self._looking = None

    async def _metrics(self, scope: Any) -> tuple[int, str, bytes]:
        if why := refusal(scope, self._metrics_networks):
            return 403, "text/plain; charset=utf-8", f"{why}\n".encode()
        return 200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()


async def all_said(checks: Mapping[str, Check]) -> dict[str, str]:
    """Return "ok" or the fault of each check."""
    return dict(await asyncio.gather(*(_said(name, check) for name, check in checks.items())))


async def _said(name: str, check: Check) -> tuple[str, str]:
    try:
        async with asyncio.timeout(TIMEOUT):
            await check()
    except TimeoutError:
        return name, f"no answer within {TIMEOUT} s"
    except Exception as error:
        return name, str(error)
    return name, "ok"
