"""How failures slow logins down: growth and decay. Pure.

Nothing waits before ten failures in a row. Then the wait doubles from one second up to a quarter of
an hour, and each quarter of an hour without a failure takes one back: nobody is locked out for good.
A login that comes during the wait is not checked and does not count, so that an outsider's tries
cannot make the wait longer than it is.
"""

from typing import Final

from secondgate.ledger.reading import Failures
from secondgate.ledger.statements import DECAY

FREE: Final = 10  # failures in a row that cost nothing; DESIGN section 2
LONGEST: Final = 900  # seconds


def wait(count: int) -> int:
    """Return the seconds that follow this many failures in a row."""
    return 0 if count < FREE else min(LONGEST, 2 ** min(count - FREE, 20))


def remaining(failures: Failures, now: float) -> float:
    """Return the seconds, from `now` on, in which nothing is checked; 0 when there is no wait."""
    if failures.last - now > LONGEST:
        return 0  # further ahead than nodes' clocks differ: a clock was set back
    return max(0.0, wait(standing(failures, now)) - _quiet(failures, now))


def standing(failures: Failures, now: float) -> int:
    """Return how many of the failures still count at `now`."""
    return max(0, failures.count - int(_quiet(failures, now) / DECAY))


def _quiet(failures: Failures, now: float) -> float:
    return max(0.0, now - failures.last)
