"""What was heard of the applications lately: read off the newest events, however many there are.

There is no index on an event's application (it would cost every login a fifth of its time), so these
questions look at a window at the end of the log and no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from secondgate.events import names
from secondgate.events.models import Event

WINDOW: Final = 10_000  # events; read in 15 ms (measured); at a login a second nearly three hours
TRIED: Final = "secondgate try"  # the client of a login that was tried here: no packet brought it

HEARD: Final = (names.LOGIN_ACCEPTED, names.LOGIN_CHALLENGED, names.LOGIN_REFUSED, names.PACKET_DROPPED)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one application: its newest packet, and when somebody was last let in."""

    newest: Event
    let_in: datetime | None


def newest_id() -> int:
    """Return the id of the newest event; 0 where there is none."""
    return Event.objects.aggregate(newest=Max("id"))["newest"] or 0


def window() -> QuerySet[Event]:
    """Return the newest events."""
    return Event.objects.filter(id__gt=newest_id() - WINDOW)


def made_lately() -> set[str]:
    """Return the ids of the applications that were made within the window, as events have them."""
    made = window().filter(name="application.created").values_list("facts__subject", flat=True)
    return set(made)


def heard() -> dict[UUID, Heard]:
    """Return what was heard of each application, by its id."""
    packets = window().filter(application_id__isnull=False, name__in=HEARD).exclude(facts__client=TRIED)
    accepted = Q(name=names.LOGIN_ACCEPTED)
    rows = packets.values("application_id").annotate(newest=Max("id"), let_in=Max("at", filter=accepted))
    found = {row["application_id"]: row for row in rows.order_by()}
    events = Event.objects.in_bulk([row["newest"] for row in found.values()])
    return {id_: Heard(events[row["newest"]], row["let_in"]) for id_, row in found.items() if id_}


def heard_of(application: UUID, *, most: int = 20) -> Sequence[Event]:
    """Return the newest packets of one application, the newest first."""
    packets = window().filter(application_id=application, name__in=HEARD).exclude(facts__client=TRIED)
    return list(packets.order_by("-id")[:most])


def strangers(*, most: int = 100) -> Sequence[Event]:
    """Return the newest packets from addresses of no application, the newest first."""
    return list(window().filter(name=names.CLIENT_UNKNOWN).order_by("-id")[:most])
