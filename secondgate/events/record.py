"""Write an event of a change, inside the change's own transaction.

Logins are written by the ledger, which batches them; everything else comes through here.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils import timezone

from secondgate.events import names
from secondgate.events.models import Event


def record(
    name: str,
    *,
    by: str,
    facts: Mapping[str, Any],
    user_id: UUID | None = None,
    application_id: UUID | None = None,
) -> Event:
    """Write that `name` happened. `by` says who did it: a user's id, or "apply", "serve"."""
    assert name in names.SAYS, name
    return Event.objects.create(
        at=timezone.now(),
        name=name,
        user_id=user_id,
        application_id=application_id,
        facts={"by": by, **facts},
    )


def record_change(noun: str, subject_id: UUID, before: Any, after: Any, *, by: str) -> None:
    """Write that a thing was made, changed or removed, with its state before and after.

    The states are what `secondgate export` would say: secrets are references in both.
    """
    record_changes(noun, [(subject_id, before, after)], by=by)


def record_changes(
    noun: str,
    changes: Iterable[tuple[UUID, Any, Any]],
    *,
    by: str,
    users: Mapping[UUID, UUID | None] = MappingProxyType({}),
) -> None:
    """Write an event for each change, a subject's id with its states, in one statement.

    `users` says whose a subject is: the event is one of theirs, too.
    """
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            at=now,
            name=f"{noun}.{verb_of(before, after)}",
            user_id=users.get(subject_id),
            facts={"by": by, "subject": subject_id.hex, "before": before, "after": after},
        )
        for subject_id, before, after in changes
    )


def verb_of(before: Any, after: Any) -> str:
    """Return what happened to a thing, by its states: there is none before it is made, or once it is gone."""
    return "created" if before is None else "removed" if after is None else "changed"
