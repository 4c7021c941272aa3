"""The directories' tables."""

from uuid import uuid4

from django.db import models

from secondgate.applications.models import Application
from secondgate.events.models import Named
from secondgate.people.models import User


class Directory(Named):
    """A place where passwords and people live. The secrets among its settings are in the vault.

    `realms` are what may stand before a backslash or after an @; the first is the realm of its users'
    login names.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=40)
    realms = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "directories_directory"
        verbose_name = "directory"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """Where a user lives. `external_id` is the directory's own identity of them (objectGUID,
    entryUUID); empty until the directory has been asked."""

    user = models.OneToOneField(User, models.CASCADE, related_name="entry")
    directory = models.ForeignKey(Directory, models.CASCADE, related_name="entries")
    external_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "directories_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_user_an_identity",
            )
        ]


class ApplicationDirectory(models.Model):
    """A directory whose people may use an application. None at all means every directory."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="directory_links")
    directory = models.ForeignKey(Directory, models.CASCADE, related_name="application_links")
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "directories_application"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["application", "directory"], name="once_an_application")
        ]
