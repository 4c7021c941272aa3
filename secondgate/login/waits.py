"""Who waits after failures in a row, and the verbs that lift it: for the console and the command line.

A rare path beside the login's own, by the ORM; how long a wait is, `throttle` says.
"""

from collections.abc import Collection
from math import ceil
from uuid import UUID

from django.db import transaction

from secondgate.events import names
from secondgate.events.record import record
from secondgate.ledger.connect import connect
from secondgate.ledger.models import Throttle
from secondgate.ledger.reading import Factor, Failures, user_key
from secondgate.login.login import source_key
from secondgate.login.throttle import remaining
from secondgate.people.models import User


def waiting(users: Collection[User], now: float) -> dict[UUID, int]:
    """Return the seconds, rounded up, that each of these has to wait at `now` (Unix time), if at all."""
    keys = {key: user.pk for user in users for key in _keys(user)}
    left: dict[UUID, int] = {}
    for row in Throttle.objects.filter(key__in=keys):
        seconds = ceil(remaining(Failures(row.failures, row.failed_at), now))
        left[keys[row.key]] = max(seconds, left.get(keys[row.key], 0))
    return {user: seconds for user, seconds in left.items() if seconds > 0}


def lift(user: User, *, by: str) -> bool:
    """Forgive a user's failures: the next login is checked at once. Return whether there were any."""
    return _lift(_keys(user), user.pk.hex, by=by, user=user)


def lift_source(source: str, *, by: str) -> bool:
    """Forgive the failures of a place, as the events write it in `source`. Return whether there were any."""
    return _lift([source_key(source, connect())], source, by=by)


def _keys(user: User) -> list[str]:
    return [user_key(user.pk.hex, factor) for factor in Factor]


@transaction.atomic
def _lift(keys: list[str], subject: str, *, by: str, user: User | None = None) -> bool:
    rows = Throttle.objects.filter(key__in=keys)
    failures = [row.failures for row in rows.select_for_update()]
    if not failures:
        return False
    rows.delete()
    facts = {"subject": subject, "before": {"failures": sum(failures)}, "after": {"failures": 0}}
    record(names.THROTTLE_LIFTED, by=by, facts=facts, user_id=user.pk if user else None)
    return True
