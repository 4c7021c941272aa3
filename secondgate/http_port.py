"""The port of the web within the process that answers RADIUS: it takes what it can bear, and no more.

Each connection holds a descriptor, and one that says nothing holds it for ever: so they are counted, in all
and from one address, and a request must arrive, and its answer be taken, within a while.
"""

import asyncio
from functools import partial
from typing import Any, Final, cast

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from secondgate.limits import Places, Seldom

log = structlog.get_logger()

CONNECTIONS: Final = 512  # at once
FROM_ONE: Final = 128  # of them from one address: a browser holds six, an office behind one address has many
PATIENCE: Final = 60.0  # seconds for a request to arrive whole, and for a browser to take what waits for it


def guarded(proxies: list[str]) -> type[asyncio.Protocol]:
    """Return what uvicorn makes for each connection. Behind `proxies`, who has no share, stand many."""
    made = partial(Guarded, Places(CONNECTIONS, FROM_ONE), Seldom(1, within=60), frozenset(proxies))
    return cast(type[asyncio.Protocol], made)


class Guarded(H11Protocol):
    """One connection of HTTP that has taken a place."""

    def __init__(
        self, places: Places, said: Seldom, proxies: frozenset[str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places, self._said, self._proxies = places, said, proxies
        self._address: str | None = None  # while it has a place
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place; where there is none, the connection ends."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if self._places.take(address, shared=address in self._proxies):
            self._address = address
            self._wait()
            return
        if self._said.may(address):
            log.warning("web-connection-refused", client=address)
        transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request; the clock stops when it is whole."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._stop()

    def pause_writing(self) -> None:
        """Give a browser that does not take its answer a while, too."""
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._stop()
        if self._address is not None:
            self._places.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._too_late is None:
            self._too_late = self.loop.call_later(PATIENCE, self.transport.abort)

    def _stop(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
