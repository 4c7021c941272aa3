"""The live log: one look at the database a second for all who watch, sent as server-sent events.

A process has one `Watch`, and its task runs while somebody watches. It fetches what is new, makes each
row once, and puts it to every viewer whose filters it fits. A viewer holds no thread and no connection.
Whether they may still watch is asked again every few seconds, for all in one query: who was signed out,
or lost the role, gets `end` and nothing more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError, connection
from django.template.loader import render_to_string

from secondgate.console import roles
from secondgate.console.log_rows import rows
from secondgate.events.models import Event
from secondgate.events.newest import newest_id
from secondgate.events.search import Wanted, look
from secondgate.web.visitor import signed_in_by

log = structlog.get_logger()

POLL: Final = 1.0  # seconds between two looks
ASK_AGAIN: Final = 5.0  # seconds between two looks at who may still watch
HEARTBEAT: Final = 15.0  # seconds of silence after which a comment goes out: proxies cut at 30 to 60
AT_ONCE: Final = 2000  # events fetched in one look
SHOWN_AT_ONCE: Final = 100  # rows sent of one look: nobody reads more in a second
MISSED_MOST: Final = 200  # rows sent to somebody who comes back
# An id is given before it is committed, so an event may turn up a little behind a newer one.
BEHIND: Final = 200
WAITING_MOST: Final = 1000  # pieces that wait for a slow viewer; then the stream ends, and resumes by id

END: Final = "event: end\ndata: \n\n"
GAP: Final = "event: gap\ndata: \n\n"


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches. `None` in `pieces` ends the stream."""

    wanted: Wanted
    session: str
    pieces: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(WAITING_MOST))

    def put(self, piece: str | None) -> None:
        """Send a piece; a viewer who is too slow is cut off, and comes back by itself."""
        with suppress(asyncio.QueueFull):
            self.pieces.put_nowait(piece)
            return
        while not self.pieces.empty():
            self.pieces.get_nowait()
        self.pieces.put_nowait(None)


class Watch:
    """What runs for all viewers of one process."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._task: asyncio.Task[None] | None = None
        self._seen: set[int] = set()

    @contextmanager
    def viewing(self, viewer: Viewer) -> Iterator[None]:
        """Send to a viewer what comes, from now on until the end of the block."""
        self._viewers.add(viewer)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            self._viewers.discard(viewer)

    def end(self) -> None:
        """End all streams."""
        for viewer in self._viewers:
            viewer.put(None)

    async def _run(self) -> None:
        self._seen = await asyncio.to_thread(_newest_ids)
        ask_at = 0.0
        clock = asyncio.get_running_loop().time
        while self._viewers:
            try:
                if clock() >= ask_at:
                    await self._ask_again()
                    ask_at = clock() + ASK_AGAIN
                await self._look()
            except DatabaseError as error:
                log.warning("log-not-read", fault=str(error))
            await asyncio.sleep(POLL)

    async def _ask_again(self) -> None:
        viewers = list(self._viewers)
        allowed = await asyncio.to_thread(_allowed, {viewer.session for viewer in viewers})
        for viewer in viewers:
            if viewer.session not in allowed:
                viewer.put(END)
                viewer.put(None)

    async def _look(self) -> None:
        viewers = list(self._viewers)
        events, self._seen = await asyncio.to_thread(_news, self._seen)
        fitting = [event for event in events if any(viewer.wanted.fits(event) for viewer in viewers)]
        pieces = await asyncio.to_thread(_pieces, fitting[-SHOWN_AT_ONCE:])
        for viewer in viewers:
            if len(fitting) > SHOWN_AT_ONCE:
                viewer.put(GAP)
            for event, piece in pieces:
                if viewer.wanted.fits(event):
                    viewer.put(piece)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def end() -> None:
    """End the streams of this event loop, as the service does when it stops: browsers come back by id."""
    watch = _watches.get(asyncio.get_running_loop())
    if watch:
        watch.end()


async def stream(wanted: Wanted, after: int | None, session: str) -> AsyncIterator[bytes]:
    """Yield what fits and is newer than the event `after`, as server-sent events, until it must end."""
    watch = _watches.setdefault(asyncio.get_running_loop(), Watch())
    # Bounds are for pages: what comes is newer than any of them.
    viewer = Viewer(replace(wanted, after=0, before=None, until=None), session)
    with watch.viewing(viewer):
        yield b"retry: 2000\n\n"
        for piece in await asyncio.to_thread(_missed, viewer.wanted, after):
            yield piece.encode()
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    came = await viewer.pieces.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if came is None:
                return
            yield came.encode()


def _newest_ids() -> set[int]:
    """Return the ids that are no news."""
    try:
        low = newest_id() - BEHIND
        return set(Event.objects.filter(id__gt=low).values_list("id", flat=True))
    finally:
        connection.close()


def _news(seen: set[int]) -> tuple[list[Event], set[int]]:
    """Return the events that are not among `seen`, oldest first, and what has been seen then."""
    try:
        low = max(seen, default=0) - BEHIND
        ids = set(Event.objects.filter(id__gt=low).order_by("id").values_list("id", flat=True)[:AT_ONCE])
        events = list(Event.objects.filter(id__in=ids - seen).order_by("id"))
        return events, {id_ for id_ in seen | ids if id_ > low}
    finally:
        connection.close()


def _missed(wanted: Wanted, after: int | None) -> list[str]:
    """Return what came since `after`, for somebody who was away; a gap where it is too much."""
    if after is None:
        return []
    try:
        found = look(replace(wanted, after=after), most=MISSED_MOST, down=False)
        return [piece for _event, piece in _made(found.events)] + ([] if found.is_done else [GAP])
    finally:
        connection.close()


def _pieces(events: list[Event]) -> list[tuple[Event, str]]:
    try:
        return _made(events)
    finally:
        connection.close()


def _made(events: list[Event]) -> list[tuple[Event, str]]:
    return [(event, _piece(event, row)) for event, row in zip(events, rows(events), strict=True)]


def _piece(event: Event, row: object) -> str:
    html = render_to_string("console/_event_row.html", {"row": row, "is_new": True})
    lines = "\n".join(f"data: {line}" for line in html.splitlines() if line)
    return f"id: {event.id}\nevent: row\n{lines}\n\n"


def _allowed(sessions: set[str]) -> set[str]:
    """Return those of the sessions whose users may still read the log."""
    try:
        return {
            key for key, user in signed_in_by(sessions).items() if user.role and roles.may(user, "log.read")
        }
    finally:
        connection.close()
