"""What one address may take of us: how often something happens, and how many places it holds at once."""

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final

from secondgate.addresses import neighbourhood

KEYS: Final = 10_000  # that are remembered; a flood of others is refused, not kept


class Seldom:
    """Lets something happen `times` times within `within` seconds, for each key and on this process.

    Of more than `keys` keys within that time, the later ones are refused: memory and disk stay bounded.
    """

    def __init__(
        self, times: int, within: float, *, keys: int = KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._times, self._within, self._most, self._clock = times, within, keys, clock
        self._seen: OrderedDict[Hashable, deque[float]] = OrderedDict()  # what happened last is at the end
        self._lock = threading.Lock()

    def may(self, key: Hashable) -> bool:
        """Tell whether it may happen now; it counts as happened then."""
        with self._lock:
            now = self._clock()
            self._forget(now - self._within)
            seen = self._seen.get(key)
            if seen is None:
                if len(self._seen) >= self._most:
                    return False
                seen = self._seen[key] = deque(maxlen=self._times)
            elif len(seen) == self._times and seen[0] > now - self._within:
                return False
            seen.append(now)
            self._seen.move_to_end(key)
            return True

    def _forget(self, before: float) -> None:
        while self._seen and next(iter(self._seen.values()))[-1] <= before:
            self._seen.popitem(last=False)


class Places:
    """Connections at once: so many in all, so many from one address. For one event loop, or one thread."""

    def __init__(self, total: int, from_one: int) -> None:
        self._total, self._from_one = total, from_one
        self._held: Counter[str] = Counter()

    def take(self, address: str, *, shared: bool = False) -> bool:
        """Take a place, if there is one. `shared`: many stand behind this address, so it has no share."""
        place = neighbourhood(address)
        if self._held.total() >= self._total or (not shared and self._held[place] >= self._from_one):
            return False
        self._held[place] += 1
        return True

    def leave(self, address: str) -> None:
        """Give a place back."""
        place = neighbourhood(address)
        self._held[place] -= 1
        if self._held[place] <= 0:
            del self._held[place]
