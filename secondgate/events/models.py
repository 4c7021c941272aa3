"""The events' tables."""

from collections.abc import Sequence
from typing import Any, Self

from django.db import models

from secondgate.events import names


class Event(models.Model):
    """What happened. Codes and facts only: sentences are made when it is read.

    The id grows in the order of writing. There is no index on the user: it would cost a login a
    fifth of its time (measured), and the id is the order in which everything is read.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    version = models.SmallIntegerField(default=1)
    name = models.CharField(max_length=40)
    reason = models.CharField(max_length=40, default="")
    application_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    source = models.CharField(max_length=64, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "events_event"
        indexes = [
            models.Index(fields=["at"], name="events_by_time"),
            # The few that tell how directories fare, among millions of logins: a login's own row is in
            # none, so it pays for them with comparisons. One value each: given as a parameter, SQLite
            # knows its index again by equality only.
            models.Index(
                fields=["id"], name="events_of_silence", condition=models.Q(name=names.DIRECTORY_WENT_SILENT)
            ),
            models.Index(
                fields=["id"],
                name="events_of_answers",
                condition=models.Q(name=names.DIRECTORY_ANSWERED_AGAIN),
            ),
            models.Index(
                fields=["id"], name="events_of_faults", condition=models.Q(reason=names.DIRECTORY_FAULT)
            ),
        ]


class Subject(models.Model):
    """What an id in an event is called. A name can be erased here, and every event forgets it."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=255)

    class Meta:
        db_table = "events_subject"


class Named(models.Model):
    """Base of everything that events speak of: a change of its name follows into Subject."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and tell Subject the name that `str()` gives."""
        super().save(*args, **kwargs)
        self._tell([self])

    @classmethod
    def add(cls, rows: Sequence[Self]) -> None:
        """Save new rows, and tell Subject of them; two statements for all of them."""
        cls._default_manager.bulk_create(rows)
        cls._tell(rows)

    @classmethod
    def _tell(cls, rows: Sequence[Self]) -> None:
        kind = str(cls._meta.verbose_name)
        Subject.objects.bulk_create(
            [Subject(id=row.pk, kind=kind, name=str(row)[:255]) for row in rows],
            update_conflicts=True, unique_fields=["id"], update_fields=["kind", "name"],
        )  # fmt: skip
