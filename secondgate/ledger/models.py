"""The ledger's own tables."""

from django.db import models


class Revision(models.Model):
    """One row whose number grows with every change of configuration.

    Database triggers move it (the migration `0002_revision_triggers`), so that no code can forget to.
    """

    number = models.BigIntegerField(default=1)

    class Meta:
        db_table = "ledger_revision"


class Throttle(models.Model):
    """Failures in a row of one user, of one source, or of one name that belongs to nobody."""

    key = models.CharField(max_length=80, primary_key=True)
    failures = models.IntegerField()
    failed_at = models.FloatField()

    class Meta:
        db_table = "ledger_throttle"
        indexes = [models.Index(fields=["failed_at"], name="throttle_by_age")]


class Node(models.Model):
    """A process that serves, as it last said itself: what it runs, and what each of its checks says.

    `said` is "ok" or the fault, by the name of the check.
    """

    name = models.CharField(max_length=120, primary_key=True)
    parts = models.JSONField(default=list)
    said = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_node"
