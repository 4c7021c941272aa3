"""The events' tables."""

from collections.abc import Sequence
from typing import Any, Self

from django.db import models


class Event(models.Model):
    """What happened. Codes and facts only: sentences are made when it is read.

    The id grows in the order of writing. There is no index on the user: it would cost a login a
    fifth of its time (measured), and the id is the order in which everything is read. What is asked
    by user or by reason is found through Key, which is written after the login, not by it.
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
        indexes = [models.Index(fields=["at"], name="events_by_time")]


class Key(models.Model):
    """An event under a key that finds it: whose it is (an id), why it was refused, or what happened.

    `tally.catch_up` writes them, away from the login path. What nearly every event is has no key.
    """

    pk = models.CompositePrimaryKey("key", "event_id")
    key = models.CharField(max_length=40)
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "events_key"


class Tally(models.Model):
    """How many logins of one hour ended in one way at one application.

    `hour` counts hours of Unix time: a whole number that both databases group and divide alike.
    """

    hour = models.BigIntegerField()
    name = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)
    application_id = models.UUIDField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "events_tally"
        constraints = [
            models.UniqueConstraint(fields=["hour", "name", "reason", "application_id"], name="one_tally")
        ]
        indexes = [models.Index(fields=["application_id", "hour"], name="tally_by_application")]


class Tallied(models.Model):
    """One row: up to which event everything is counted in Tally and found through Key.

    `ahead` comes next, once every transaction older than `horizon` has ended (see `tally`).
    """

    done = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)

    class Meta:
        db_table = "events_tallied"


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
