"""How each directory fares, as the logins have found it: read off the events that they wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from secondgate.events import names
from secondgate.events.models import Event

NEWEST: Final = 500  # events of each kind; a directory whose last trouble is older has had none of late


@dataclass(frozen=True, slots=True)
class Health:
    """When a directory fell silent, if it still is; and its last trouble, in words."""

    silent_since: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None


def health() -> dict[UUID, Health]:
    """Return how the directories fare of which there is anything to tell; the others answer."""
    told: dict[UUID, list[tuple[Event, str]]] = {}
    found = [event for some in _of_trouble() for event in some.order_by("-id")[:NEWEST]]
    for event in sorted(found, key=lambda event: -event.id):
        for directory, fault in _said(event):
            told.setdefault(directory, []).append((event, fault))
    return {directory: _health(events) for directory, events in told.items()}


def _of_trouble() -> tuple[QuerySet[Event], ...]:
    """Return the events that tell of it, one query for each of their indexes."""
    return (
        Event.objects.filter(name=names.DIRECTORY_WENT_SILENT),
        Event.objects.filter(name=names.DIRECTORY_ANSWERED_AGAIN),
        Event.objects.filter(reason=names.DIRECTORY_FAULT),
    )


def _health(newest_first: list[tuple[Event, str]]) -> Health:
    silent_since = None
    for event, _fault in newest_first:
        if event.name == names.DIRECTORY_ANSWERED_AGAIN:
            break
        if event.name == names.DIRECTORY_WENT_SILENT:
            silent_since = event.at  # the oldest of them: several workers notice it one by one
    for event, fault in newest_first:
        if fault:
            return Health(silent_since, fault, event.at)
    return Health(silent_since)


def _said(event: Event) -> Iterable[tuple[UUID, str]]:
    """Yield the directory that an event speaks of, and its fault."""
    lines: list[dict[str, Any]] = [event.facts]
    lines += [facts for code, facts in event.facts.get("trail", ()) if code == "password.fault"]
    for facts in lines:
        try:
            yield UUID(hex=facts["directory"]), str(facts.get("fault", ""))
        except (KeyError, ValueError):
            continue
