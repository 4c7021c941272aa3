"""What arrives together goes to the database together: one thread, one batch at a time.

Calls made during one turn of the event loop, and all that come while a batch is being worked on,
make the next batch. So a lone login waits for nobody, and under load a commit's cost is shared by
as many as came while the last one was written. The thread may answer a batch in several bunches:
each wakes its callers at once. Between two batches the loop goes round a few times, so that those who
were answered come along with what they ask next. What is to be written is written, also when its caller
does not wait any more; what was only asked is not.
"""

import asyncio
import threading
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

LIMIT: Final = 256  # more in one transaction saves nothing and makes the first ones wait

# Seconds after which whatever the thread waits for is made to fail. Clients wait for 5; the database's
# own limits (a connect 2, a statement 4) come before and say more. Without it a server that takes
# everything and says nothing would hold all logins for ever.
PATIENCE: Final = 6.0

# Seconds that an end may wait for the thread, and once more after what it waits for was made to fail.
# Nothing is lost: what is not committed has not been answered. Docker kills 10 s after it asked; the web
# takes up to 2 of them, the logins under way up to 5.
ENDS_WITHIN: Final = 1.0

# As many wait, at least, when those are looked for whose callers have gone: the listener gives up requests
# by the thousand while a database says nothing, and what they asked must not pile up.
MANY: Final = 8192

# Rounds of the loop between two batches: the callers wake; their replies leave; what these bring arrives.
# Some microseconds each. Without them, logins split into groups that take turns in the thread, and each
# pays for its own commit (measured: a ninth of a login's CPU).
ROUNDS: Final = 3


class Work(Protocol):
    """An item. Two that contend for one thing may not be in one batch; a question writes nothing."""

    writes: ClassVar[bool]

    @property
    def contended(self) -> tuple[Hashable, ...]: ...


Item = TypeVar("Item", bound=Work)
Answer = TypeVar("Answer")


class Batch(Generic[Item, Answer]):
    """Hands items to `work`, in batches, on a thread of its own.

    `work` yields lists of (item, answer) pairs; an answer that is an exception is raised to its caller.
    `interrupt` makes `work` fail where it waits for `patience` seconds: it is called on the loop.
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Iterable[list[tuple[Item, Any]]]],
        interrupt: Callable[[], None],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._work, self._interrupt, self._patience = work, interrupt, patience
        self._watch: asyncio.TimerHandle | None = None
        # Not a ThreadPoolExecutor: to submit to it costs a fortieth of a login under load (measured).
        self._todo: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._many = MANY
        self._busy = False

    def __len__(self) -> int:
        """Return how many wait for the next batch."""
        return len(self._waiting)

    def call(self, item: Item) -> "asyncio.Future[Answer]":
        """Return what will have the answer to `item`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        if len(self._waiting) >= self._many:
            self._waiting = [pair for pair in self._waiting if _is_wanted(*pair)]
            self._many = max(MANY, 2 * len(self._waiting))
        self._waiting.append((item, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._next, loop)  # not at once: others of this turn come along
        return future

    async def close(self, last: Callable[[], None], *, within: float = ENDS_WITHIN) -> bool:
        """Do `last` on the thread behind what is under way, and end it; return whether that was finished.

        What takes longer than `within` seconds is made to fail.
        """
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        self._submit(last)
        self._submit(lambda: loop.call_soon_threadsafe(ended.set_result, None))
        self._todo.put(None)
        in_time, _ = await asyncio.wait([ended], timeout=within)
        if not in_time:
            self._interrupt()
            await asyncio.wait([ended], timeout=within)
        return bool(in_time)

    def _submit(self, work: Callable[[], object]) -> None:
        if self._thread is None:
            # A daemon: what is not committed has not been answered, so it may be left where it hangs.
            self._thread = threading.Thread(target=self._go_through, name="ledger", daemon=True)
            self._thread.start()
        self._todo.put(work)

    def _go_through(self) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            while (work := self._todo.get()) is not None:
                work()

    def _rest(self, loop: asyncio.AbstractEventLoop, rounds: int = ROUNDS) -> None:
        """Begin the next batch when the loop has gone round."""
        if rounds:
            loop.call_soon(self._rest, loop, rounds - 1)
        else:
            self._next(loop)

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watch:
            self._watch.cancel()
        taken = self._take()
        if not taken:
            self._busy = False
            return
        self._watch = loop.call_later(self._patience, self._lose_patience, loop)
        self._submit(partial(self._run, loop, taken))

    def _lose_patience(self, loop: asyncio.AbstractEventLoop) -> None:
        self._interrupt()
        self._watch = loop.call_later(self._patience, self._lose_patience, loop)

    def _take(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        """Return the next batch: in order, but of those that contend for one thing only the first."""
        taken: list[tuple[Item, asyncio.Future[Answer]]] = []
        later: list[tuple[Item, asyncio.Future[Answer]]] = []
        claimed: set[Any] = set()
        for pair in self._waiting:
            if not _is_wanted(*pair):
                continue
            claims = pair[0].contended
            if len(taken) >= LIMIT or not claimed.isdisjoint(claims):
                later.append(pair)
            else:
                claimed.update(claims)
                taken.append(pair)
        self._waiting = later
        return taken

    def _run(self, loop: asyncio.AbstractEventLoop, taken: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        """Work on the thread: answers go back in the bunches in which `work` gives them."""
        futures = {id(item): future for item, future in taken}
        try:
            for answered in self._work([item for item, _ in taken]):
                bunch = [(futures.pop(id(item)), answer) for item, answer in answered]
                loop.call_soon_threadsafe(_answer, bunch)
        except BaseException as error:  # whatever it is, each caller must hear of it
            loop.call_soon_threadsafe(_answer, [(future, error) for future in futures.values()])
        finally:
            loop.call_soon_threadsafe(self._rest, loop)


def _is_wanted(item: Work, future: asyncio.Future[Any]) -> bool:
    return item.writes or not future.cancelled()


def _answer(bunch: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in bunch:
        if future.cancelled():
            continue
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
