"""Find events: the one query behind the page, the command, the export and a person's timeline.

`search` is the query, exact and without an end. `look` runs it in pieces, so that no request looks at a
million rows: by the keys of `tally` where one of them fits, otherwise through windows of ids, until it
has enough or its time is up; then it says how far it came. Nothing is counted, nothing is skipped.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from secondgate.events import names, tally
from secondgate.events.models import Event, Key
from secondgate.events.newest import newest_id

OUTCOMES: Final = {
    "accepted": names.LOGIN_ACCEPTED,
    "refused": names.LOGIN_REFUSED,
    "waiting": names.LOGIN_CHALLENGED,
}

BUDGET: Final = 0.04  # seconds of one look; with what a page costs beside it, under 100 ms
FIRST_WINDOW: Final = 2000  # ids; each window is twice the one before, for a rare thing is looked for long
LAST_WINDOW: Final = 8000  # ids: about 20 ms, so that the budget is not overrun by much
KEYS_AT_ONCE: Final = 500
# Times and ids grow together, but for the moment between a packet and its commit, on several nodes with
# clocks of their own. So the end of a span of time is looked for among this many events around it.
ROUND_ABOUT: Final = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: all that is set must fit, so an empty one is every event.

    `users` are ids, any of them; `login` is part of what was typed; `address` begins the client's or the
    person's. `after` and `before` are ids, themselves not included.
    """

    name: str = ""
    outcome: str = ""
    reason: str = ""
    application: UUID | None = None
    users: tuple[UUID, ...] | None = None
    login: str = ""
    address: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    before: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys under which `tally` has all that fits; the rarest first choice; none where it has not."""
        if self.users is not None:
            return tuple(user.hex for user in self.users)
        if self.reason:
            return (self.reason,)
        return (self.name,) if self.name and self.name not in tally.WITHOUT_KEY else ()

    def fits(self, event: Event) -> bool:
        """Tell whether an event that is at hand is one of them; `search` says the same in SQL."""
        login, client = (str(event.facts.get(fact, "")) for fact in ("login", "client"))
        return all(
            (
                not self.name or event.name == self.name,
                not self.outcome or event.name == OUTCOMES.get(self.outcome),
                not self.reason or event.reason == self.reason,
                self.application is None or event.application_id == self.application,
                self.users is None or event.user_id in self.users,
                not self.login or self.login.lower() in login.lower(),
                not self.address or client.startswith(self.address) or event.source.startswith(self.address),
                self.since is None or event.at >= self.since,
                self.until is None or event.at < self.until,
                event.id > self.after,
                self.before is None or event.id < self.before,
            )
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, in the order of looking, and where the next one goes on.

    Every event up to `reached` (an id) has been looked at. `is_done`: there is nothing beyond it.
    """

    events: list[Event]
    reached: int
    is_done: bool


def search(wanted: Wanted = Wanted()) -> QuerySet[Event]:
    """Return the events that fit, oldest first."""
    found = Event.objects.filter(id__gt=wanted.after).order_by("id")
    if wanted.before is not None:
        found = found.filter(id__lt=wanted.before)
    if wanted.name:
        found = found.filter(name=wanted.name)
    if wanted.outcome:
        found = found.filter(name=OUTCOMES.get(wanted.outcome, ""))
    if wanted.reason:
        found = found.filter(reason=wanted.reason)
    if wanted.application is not None:
        found = found.filter(application_id=wanted.application)
    if wanted.users is not None:
        found = found.filter(user_id__in=wanted.users)
    if wanted.login:
        found = found.filter(facts__login__icontains=wanted.login)
    if wanted.address:
        starts = Q(facts__client__startswith=wanted.address) | Q(source__startswith=wanted.address)
        found = found.filter(starts)
    if wanted.since is not None:
        found = found.filter(at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(at__lt=wanted.until)
    return found


def look(wanted: Wanted, *, most: int, down: bool = True, budget: float = BUDGET) -> Look:
    """Return up to `most` events that fit, newest first (`down`) or oldest first, within `budget` seconds."""
    until = time.monotonic() + budget
    found: list[Event] = []
    reached = wanted.before or 0 if down else wanted.after
    for piece, reached in _pieces(wanted, down):
        found += piece.order_by("-id" if down else "id")[: most + 1 - len(found)]
        if len(found) > most:
            return Look(found[:most], found[most - 1].id, is_done=False)
        if time.monotonic() >= until:
            return Look(found, reached, is_done=False)
    return Look(found, reached, is_done=True)


def every(wanted: Wanted, *, at_once: int = 500) -> Iterator[list[Event]]:
    """Yield the events that fit, oldest first, a bunch at a time: each is a query of its own, and short."""
    end = newest_id()
    wanted = replace(wanted, before=min(wanted.before or end + 1, end + 1))
    while True:
        found = look(wanted, most=at_once, down=False)
        yield found.events
        if found.is_done:
            return
        wanted = replace(wanted, after=found.reached)


def _pieces(wanted: Wanted, down: bool) -> Iterator[tuple[QuerySet[Event], int]]:
    """Yield queries that together cover all ids that may fit, and the last id that each looks at."""
    first, last = _span(wanted)
    keys = wanted.keys
    indexed = min(tally.done(), last) if keys or wanted.users is not None else 0
    fresh = _windows(wanted, max(first, indexed + 1), last, down)
    known = _keyed(wanted, first, indexed, down) if indexed else iter(())
    yield from (one for part in ((fresh, known) if down else (known, fresh)) for one in part)


def _windows(wanted: Wanted, first: int, last: int, down: bool) -> Iterator[tuple[QuerySet[Event], int]]:
    size = FIRST_WINDOW
    while first <= last:
        if down:
            low, high = max(first, last - size + 1), last
            last = low - 1
        else:
            low, high = first, min(last, first + size - 1)
            first = high + 1
        # The window takes the place of the outer bounds: of two lower bounds SQLite may choose the lower
        # one to seek by, and then walks through the whole table.
        yield search(replace(wanted, after=low - 1, before=high + 1)), low if down else high
        size = min(2 * size, LAST_WINDOW)


def _keyed(wanted: Wanted, first: int, last: int, down: bool) -> Iterator[tuple[QuerySet[Event], int]]:
    while first <= last:
        found = Key.objects.filter(key__in=wanted.keys, event_id__gte=first, event_id__lte=last)
        ids = list(
            found.order_by("-event_id" if down else "event_id").values_list("event_id", flat=True)[
                :KEYS_AT_ONCE
            ]
        )
        if not ids:
            return
        yield search(wanted).filter(id__in=ids), ids[-1]
        first, last = (first, ids[-1] - 1) if down else (ids[-1] + 1, last)


def _span(wanted: Wanted) -> tuple[int, int]:
    """Return the smallest and the largest id that can fit."""
    first, last = wanted.after + 1, newest_id() if wanted.before is None else wanted.before - 1
    if wanted.since is not None:
        first = max(
            first, min(_around(Event.objects.filter(at__gte=wanted.since).order_by("at")), default=last + 1)
        )
    if wanted.until is not None:
        last = min(last, max(_around(Event.objects.filter(at__lt=wanted.until).order_by("-at")), default=0))
    return first, last


def _around(events: QuerySet[Event]) -> Any:
    return list(events.values_list("id", flat=True)[:ROUND_ABOUT])
