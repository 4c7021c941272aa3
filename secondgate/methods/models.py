"""The methods' tables. The login path reads and moves them through the ledger."""

from uuid import uuid4

from django.db import models

from secondgate.applications.models import Application
from secondgate.events.models import Named
from secondgate.people.models import User


class Authenticator(Named):
    """One user's enrolled instance of a method, or a hardware token that nobody has yet.

    `position` is how far it has been used: a TOTP's newest step, a HOTP's newest counter, the used
    backup codes as bits. It only moves by the ledger's conditional write. `spent_by` is the digest of
    the request that moved it last: the identical datagram, come again, gets the same answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="authenticators")
    method = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    position = models.BigIntegerField(default=-1)
    spent_by = models.CharField(max_length=32, default="")
    spent_at = models.FloatField(default=0)  # Unix time: compared with the packet's, never shown raw
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "methods_authenticator"
        verbose_name = "authenticator"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_name_a_user")]

    def __str__(self) -> str:
        return self.name


class Challenge(models.Model):
    """A question that waits for its answer. Of its State only a hash is kept."""

    state_hash = models.CharField(max_length=64, primary_key=True)
    application = models.ForeignKey(Application, models.CASCADE, related_name="challenges")
    user = models.ForeignKey(User, models.CASCADE, related_name="challenges")
    policy_mark = models.CharField(max_length=32)
    asked_at = models.FloatField()
    answered_by = models.CharField(max_length=32, default="")
    passed_on = models.TextField(default="", db_default="")  # whose question it is, where it is not ours

    class Meta:
        db_table = "methods_challenge"
        indexes = [models.Index(fields=["asked_at"], name="challenges_by_age")]
