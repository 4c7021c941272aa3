"""The applications' tables."""

from typing import Final
from uuid import uuid4

from django.db import models

from secondgate.applications.kinds import WEB
from secondgate.events.models import Named

NOTHING: Final = models.Value([], models.JSONField())  # an older version, on another node, says nothing of it


class OverRadius(models.Manager["Application"]):
    """The applications that ask over RADIUS: all but our own web."""

    def get_queryset(self) -> models.QuerySet["Application"]:
        """Return them."""
        return super().get_queryset().exclude(kind=WEB.name)


class Application(Named):
    """A thing that asks us over RADIUS. Its shared secret is in the vault.

    `everything` has the console and portal, too: for names that must be free, and for what they record.
    """

    objects = OverRadius()
    everything = models.Manager["Application"]()

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=40)
    message_authenticator = models.CharField(max_length=10, default="auto")
    limit_proxy_state = models.CharField(max_length=10, default="auto", db_default="auto")
    challenge = models.BooleanField(default=True)
    separator = models.CharField(max_length=8, default=",")
    grants = models.JSONField(default=list, db_default=NOTHING)  # lines of `policies.grants`

    class Meta:
        db_table = "applications_application"
        verbose_name = "application"

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """An address or network that an application speaks from, in the form of `ipaddress`."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="clients")
    network = models.CharField(max_length=50, unique=True)
    signs = models.BooleanField(default=False)  # it has sent a Message-Authenticator
    # Whether all of its requests that let somebody in had Proxy-State; None before there was one.
    proxies = models.BooleanField(null=True)

    class Meta:
        db_table = "applications_client"


class CertificateName(models.Model):
    """A name in a TLS certificate that speaks for an application, in the form of `certificate_names`."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="certificate_names")
    name = models.CharField(max_length=253, unique=True)

    class Meta:
        db_table = "applications_certificatename"


class Unsigned(models.Model):
    """When a client last sent requests without Message-Authenticator, to within an hour.

    Apart from the client's own row: each change of that one is a change of configuration.
    """

    # No constraint: an older version, on another node, removes clients and does not know this table.
    client = models.OneToOneField(
        Client, models.CASCADE, primary_key=True, related_name="unsigned", db_constraint=False
    )
    at = models.DateTimeField()
    proxied_at = models.DateTimeField(null=True)  # those with Proxy-State

    class Meta:
        db_table = "applications_unsigned"
