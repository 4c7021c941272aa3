"""Requests under way: so many at once, and beyond that the oldest makes room for the newest.

Why the oldest: whoever sent it has most likely given up on it, and asks again, or another server, by now;
an answer to the newest still comes in time. It bounds the age of all the others, too: at a thousand
requests a second 4,096 places are four seconds, and clients wait for five. To turn the newest away instead
would leave the places to logins whose clients have gone.

A request takes its place when it has passed the checks that wait for nothing: what is no packet, is from
nobody, or is signed wrongly takes none, and pushes nobody out. Whoever can have logins decided can also
fill the places: those who know a secret, and, where no Message-Authenticator is required, those who can
speak from a client's address. A flood of 4,096 a second then leaves each login a second, which is enough
for a code, though not for a directory that is slow; the newest would find no place at all.
"""

import asyncio
from collections import OrderedDict
from typing import Final

from secondgate.radius import drops
from secondgate.radius.drops import Dropped

AT_ONCE: Final = 4096  # what is pushed out comes again: RADIUS clients retry


class UnderWay:
    """`with under_way:` holds a place for the task that runs in it.

    Raises Dropped(OVERLOADED) out of the block when the place was taken away. A commit that the ledger has
    begun goes on then, and the same datagram, sent again, finds its own mark.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        # Not a dict: that one walks over all that was deleted at its front to find the oldest.
        self._tasks: OrderedDict[asyncio.Task[None], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tasks)

    def __enter__(self) -> None:
        if len(self._tasks) >= self._at_once:
            oldest, _ = self._tasks.popitem(last=False)
            oldest.cancel()
        self._tasks[_this_task()] = None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        task = _this_task()
        if task in self._tasks:
            del self._tasks[task]
        elif isinstance(error, asyncio.CancelledError):
            task.uncancel()
            raise Dropped(drops.OVERLOADED) from None


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task
    return task
