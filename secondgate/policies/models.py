"""The policies' tables."""

from uuid import uuid4

from django.db import models

from secondgate.applications.models import NOTHING, Application
from secondgate.events.models import Named
from secondgate.people.models import Group


class Policy(Named):
    """What a login at one application needs. The first that matches, by position, wins."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    position = models.PositiveIntegerField()
    # PROTECT: each policy that goes with its application is an event, which no cascade writes.
    application = models.ForeignKey(Application, models.PROTECT, related_name="policies")
    groups = models.ManyToManyField(Group, blank=True, db_table="policies_policy_group")
    login = models.CharField(max_length=40)
    methods = models.JSONField(default=list)
    challenge = models.BooleanField(null=True)  # null: as the application has it
    grants = models.JSONField(
        default=list, db_default=NOTHING
    )  # lines of `grants`, beside those of the application

    class Meta:
        db_table = "policies_policy"
        verbose_name = "policy"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name
