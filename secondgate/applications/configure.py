"""Make, change and remove applications; each verb writes its event."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application, Client
from secondgate.events.record import record_change
from secondgate.vault import secrets

TABLE = Application._meta.db_table


@transaction.atomic
def configure(
    name: str, *, by: str, secret: str | None = None, clients: Sequence[str], **fields: Any
) -> Application:
    """Make the application of this name, or change it to be so. `secret` None: as it is.

    `clients` are networks as `ipaddress` writes them.
    """
    application = Application.objects.filter(name=name).first()
    before = described(application) if application else None
    application = application or Application(name=name)
    for field, value in fields.items():
        setattr(application, field, value)
    if before is None or before != {**before, **fields}:
        application.save()
    _set_clients(application, clients)
    if secret is not None and secrets.kept(TABLE, application.pk, "secret") != secret.encode():
        secrets.keep(TABLE, application.pk, "secret", secret.encode())
    after = described(application)
    if after != before:
        record_change("application", application.pk, before, after, by=by)
    return application


@transaction.atomic
def remove(application: Application, *, by: str) -> None:
    """Remove an application with its clients, policies and secret."""
    before = described(application)
    record_change("application", application.pk, before, None, by=by)
    secrets.forget(TABLE, application.pk)
    application.delete()


def described(application: Application) -> dict[str, Any]:
    """Return an application as events and exports show it."""
    return {
        "name": application.name,
        "kind": application.kind,
        "clients": [client.network for client in application.clients.order_by("pk")],
        "secret": secrets.kept_as(TABLE, application.pk, "secret"),
        "message_authenticator": application.message_authenticator,
        "challenge": application.challenge,
        "separator": application.separator,
    }


def _set_clients(application: Application, networks: Sequence[str]) -> None:
    present = list(application.clients.order_by("pk").values_list("network", flat=True))
    if present == list(networks):
        return
    application.clients.exclude(network__in=networks).delete()
    for network in networks:
        if network not in present:
            Client.objects.create(application=application, network=network)
