"""Who waits after failures in a row, and the verbs that lift it: for the console and the command line.

A rare path beside the login's own, by the ORM; how long a wait is, `throttle` says.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from secondgate.events import names
from secondgate.events.record import record
from secondgate.ledger.connect import connect
from secondgate.ledger.models import Throttle
from secondgate.ledger.reading import Failures, user_key
from secondgate.login.login import source_key
from secondgate.login.throttle import remaining, standing
from secondgate.people.models import User

USERS: Final = user_key("")


@dataclass(frozen=True, slots=True)
class Wait:
    """A user's failures in a row that still count. `until`: nothing is checked before; None: no wait."""

    user: User
    failures: int
    until: datetime | None


def wait_of(user: User, *, now: float | None = None) -> Wait | None:
    """Return how a user fares at `now` (Unix time, left out: this moment); None without failures."""
    row = Throttle.objects.filter(key=user_key(user.pk.hex)).first()
    return _wait(user, row, time.time() if now is None else now) if row else None


def waits(*, now: float | None = None) -> list[Wait]:
    """Return every user with failures that still count, those who wait first."""
    moment = time.time() if now is None else now
    rows = {row.key.removeprefix(USERS): row for row in Throttle.objects.filter(key__startswith=USERS)}
    users = User.objects.filter(pk__in=list(rows))
    found = [wait for user in users if (wait := _wait(user, rows[user.pk.hex], moment))]
    return sorted(found, key=lambda one: (one.until is None, -one.failures, one.user.login))


def _wait(user: User, row: Throttle, now: float) -> Wait | None:
    failures = Failures(row.failures, row.failed_at)
    count, seconds = standing(failures, now), remaining(failures, now)
    until = datetime.fromtimestamp(now + seconds, UTC) if seconds > 0 else None
    return Wait(user, count, until) if count else None


def lift(user: User, *, by: str) -> bool:
    """Forgive a user's failures: the next login is checked at once. Return whether there were any."""
    return _lift(user_key(user.pk.hex), user.pk.hex, by=by, user=user)


def lift_source(source: str, *, by: str) -> bool:
    """Forgive the failures of a place, as the events write it in `source`. Return whether there were any."""
    return _lift(source_key(source, connect()), source, by=by)


@transaction.atomic
def _lift(key: str, subject: str, *, by: str, user: User | None = None) -> bool:
    row = Throttle.objects.select_for_update().filter(key=key).first()
    if row is None:
        return False
    row.delete()
    facts = {"subject": subject, "before": {"failures": row.failures}, "after": {"failures": 0}}
    record(names.THROTTLE_LIFTED, by=by, facts=facts, user_id=user.pk if user else None)
    return True
