"""How each directory fares, as the logins have found it: read off the events that they wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from secondgate.events import names
from secondgate.events.models import Event
from secondgate.events.search import Wanted, look

NEWEST: Final = 500  # events of each kind; a directory whose last trouble is older has had none of late
# Each process notices by itself, and one that was restarted does not tell that a directory answers again:
# silence counts for a day, and is told again by each login that it refuses.
LASTS: Final = timedelta(days=1)
OF_TROUBLE: Final = (
    Wanted(name=names.DIRECTORY_WENT_SILENT),
    Wanted(name=names.DIRECTORY_ANSWERED_AGAIN),
    Wanted(reason=names.DIRECTORY_DOWN),
    Wanted(reason=names.DIRECTORY_FAULT),
)
# The lines of a login's trail that tell of it.
SAYS_SO: Final = tuple(
    f"{step}.{what}" for step in ("password", "second-factor", "policy") for what in ("fault", "silent")
)


@dataclass(frozen=True, slots=True)
class Health:
    """When a directory fell silent, if it still is; and its last trouble, in words."""

    silent_since: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None


def health() -> dict[UUID, Health]:
    """Return how the directories fare of which there is anything to tell; the others answer."""
    told: dict[UUID, list[tuple[Event, str]]] = {}
    found = [event for wanted in OF_TROUBLE for event in look(wanted, most=NEWEST).events]
    for event in sorted(found, key=lambda event: -event.id):
        for directory, fault in _said(event):
            told.setdefault(directory, []).append((event, fault))
    now = timezone.now()
    return {directory: _health(events, now) for directory, events in told.items()}


def _health(newest_first: list[tuple[Event, str]], now: datetime) -> Health:
    silent: list[datetime] = []  # what says so, the newest first; the oldest tells since when
    for event, _fault in newest_first:
        if event.name == names.DIRECTORY_ANSWERED_AGAIN:
            break
        if event.name == names.DIRECTORY_WENT_SILENT or event.reason == names.DIRECTORY_DOWN:
            silent.append(event.at)
    since = silent[-1] if silent and now - silent[0] < LASTS else None
    for event, fault in newest_first:
        if fault:
            return Health(since, fault, event.at)
    return Health(since)


def _said(event: Event) -> Iterable[tuple[UUID, str]]:
    """Yield the directory that an event speaks of, and its fault."""
    lines: list[dict[str, Any]] = [event.facts]
    lines += [facts for code, facts in event.facts.get("trail", ()) if code in SAYS_SO]
    for facts in lines:
        try:
            yield UUID(hex=facts["directory"]), str(facts.get("fault", ""))
        except (KeyError, ValueError):
            continue
