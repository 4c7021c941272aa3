"""Whether an open session is one that nobody has heard of for too long. Pure.

RADIUS has no other sign: a NAS that lost its power says nothing, and its sessions stay open for ever.
"""

from datetime import datetime, timedelta
from typing import Final

UNKNOWN: Final = timedelta(hours=24)  # without a word, where nobody knows how often one is due
MISSED: Final = 3  # updates in a row: one may be lost, two may be slow
# RFC 2869 section 5.16: the interval must not be under a minute. A first update comes no sooner.
SHORTEST: Final = timedelta(minutes=1)


def is_silent(started_at: datetime, updated_at: datetime, interim: int, now: datetime) -> bool:
    """Tell whether an open session has missed its updates. `interim`: seconds between two; 0, unknown.

    An interval counts once an update has come: not every NAS sends what it was asked for.
    """
    updates_come = interim > 0 and updated_at - started_at >= SHORTEST
    patience = MISSED * max(timedelta(seconds=interim), SHORTEST) if updates_come else UNKNOWN
    return now - updated_at > patience
