"""Count the logins of each hour and index the events, away from the login path.

Theory of operation. A login writes its event and nothing else: an index on the user alone would cost it
7 to 10 µs of about 35, and a counter would be one row that all logins wait for. So `catch_up` follows
behind. In one transaction it moves `done` in the row of Tallied, if it still stands where it was seen, and
adds the events that it has passed to Tally and Key. Whoever runs it, on however many nodes, an event is taken
once; killed at any moment, it has done all of a step or nothing. Readers look at the few events after `done`
themselves.

Ids are given before they are committed: on PostgreSQL event 8 may be seen while event 7 is still being
written, and a mark that had passed it would never come back. So events are taken only up to an id that
was the newest at an earlier look, once all transactions that ran then have ended. SQLite has one writer
at a time, and no such gap.

The statements are SQL because both databases then do it without Python: 1,000 events take some ms, and
the event loop next door keeps the interpreter meanwhile.
"""

from typing import Final

from django.db import connection, transaction

from secondgate.events.models import Tallied
from secondgate.events.names import LOGIN_ACCEPTED, LOGIN_CHALLENGED, LOGIN_REFUSED
from secondgate.events.newest import newest_id

# Events in a transaction: SQLite's one writer is wanted by the logins, too. Under load a step holds it for 40
# ms, of 300 events as of 1,000: mostly this thread waits for the interpreter between the statements.
AT_ONCE: Final = 1000

# Events that readers count behind `done`; twice as many take 100 ms (measured). After an upgrade there is
# everything to count, for minutes, and the newest hours wait for their turn.
FRESH_MOST: Final = 20_000
BURST: Final = 200  # events a second: to count one costs a tenth of a login (measured), and can wait

# What nearly every event is: a look at the newest events finds these at once, and keys would only grow.
WITHOUT_KEY: Final = frozenset({LOGIN_ACCEPTED, LOGIN_CHALLENGED, LOGIN_REFUSED})

_HOUR: Final = {
    "sqlite": "CAST(strftime('%%s', at) AS INTEGER) / 3600",
    "postgresql": "CAST(floor(extract(epoch FROM at) / 3600) AS bigint)",
}
_HEX: Final = {"sqlite": "user_id", "postgresql": "replace(CAST(user_id AS text), '-', '')"}

_COUNTS: Final = """
    SELECT {hour}, name, reason, application_id, count(*) FROM events_event
    WHERE id > %s AND id <= %s AND name LIKE 'login.%%' AND application_id IS NOT NULL
    GROUP BY 1, 2, 3, 4"""

_COUNT: Final = """
    INSERT INTO events_tally (hour, name, reason, application_id, count) {counts}
    ON CONFLICT (hour, name, reason, application_id) DO UPDATE
    SET count = events_tally.count + excluded.count"""

_INDEX: Final = """
    INSERT INTO events_key (key, event_id)
    SELECT {hex}, id FROM events_event WHERE id > %s AND id <= %s AND user_id IS NOT NULL
    UNION ALL SELECT reason, id FROM events_event WHERE id > %s AND id <= %s AND reason <> ''
    UNION ALL SELECT name, id FROM events_event WHERE id > %s AND id <= %s AND name NOT IN ({without})
    ORDER BY 1, 2"""


def catch_up(at_once: int = AT_ONCE) -> bool:
    """Take the next events; tell whether more can be taken right away."""
    newest = newest_id()  # before we have a transaction's number
    mark, _ = Tallied.objects.get_or_create(pk=1)
    if mark.done < mark.ahead:
        if not _has_passed(mark.horizon):
            return False
        last = min(mark.done + at_once, mark.ahead)
        with transaction.atomic():
            if not _moved(mark, done=last):
                return False
            _take(mark.done, last)
        return last < mark.ahead
    if newest > mark.done:
        with transaction.atomic():
            horizon = _number()
            return _moved(mark, ahead=newest, horizon=horizon) and _has_passed(horizon)
    return False


def _moved(mark: Tallied, **to: int) -> bool:
    """Move the mark on; tell whether it still stood there: another node may have been first."""
    return Tallied.objects.filter(pk=mark.pk, done=mark.done, ahead=mark.ahead).update(**to) == 1


def look() -> tuple[int, int]:
    """Return the newest event's id, and how many events are behind it that wait to be taken."""
    newest = newest_id()
    return newest, newest - done()


def may_wait(came: int, seconds: float, behind: int) -> bool:
    """Tell whether to catch up may wait: `came` events in so many seconds are a burst of logins.

    Readers look at what is behind themselves, so it must not become more than they read.
    """
    return came > BURST * seconds and behind < FRESH_MOST / 2


def fresh() -> list[tuple[int, str, str, int]]:
    """Return hour, name, reason and number of the logins that wait to be taken, as far as readers look."""
    after = done()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(hour=_HOUR[connection.vendor]), [after, after + FRESH_MOST])
        return [(hour, name, reason, count) for hour, name, reason, _application, count in cursor.fetchall()]


def done() -> int:
    """Return the id up to which all events are in Tally and Key."""
    mark = Tallied.objects.filter(pk=1).values_list("done", flat=True).first()
    return mark or 0


def _take(after: int, last: int) -> None:
    between = [after, last]
    vendor = connection.vendor
    without = ", ".join(["%s"] * len(WITHOUT_KEY))
    with connection.cursor() as cursor:
        counts = _COUNTS.format(hour=_HOUR[vendor])
        cursor.execute(_COUNT.format(counts=counts), between)
        cursor.execute(_INDEX.format(hex=_HEX[vendor], without=without), [*between * 3, *WITHOUT_KEY])


def _number() -> int:
    """Return this transaction's number: all that were given one before have a smaller one."""
    return 0 if connection.vendor == "sqlite" else _one("pg_current_xact_id()")


def _has_passed(horizon: int) -> bool:
    """Tell whether all transactions up to this number have ended."""
    return connection.vendor == "sqlite" or _one("pg_snapshot_xmin(pg_current_snapshot())") > horizon


def _one(number: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(CAST({number} AS text) AS bigint)")
        return int(cursor.fetchone()[0])
