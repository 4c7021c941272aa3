"""The providers' table."""

from uuid import uuid4

from django.db import models

from secondgate.events.models import Named


class Provider(Named):
    """What carries messages. The secrets among its settings are in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "messaging_provider"
        verbose_name = "provider"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
