"""Make, change and remove applications; each verb writes its event."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application, Client
from secondgate.events.record import record_change
from secondgate.vault import secrets

TABLE = Application._meta.db_table


@transaction.atomic
def configure(
    name: str,
    *,
    by: str,
    application: Application | None = None,
    secret: str | None = None,
    clients: Sequence[str],
    **fields: Any,
) -> Application:
    """Make the application of this name, or change it to be so. `secret` None: as it is.

    With `application` it is that one that changes, its name included. `clients` are networks as
    `ipaddress` writes them.
    """
    application = application or Application.objects.filter(name=name).first()
    before = described(application) if application else None
    application = application or Application(name=name)
    fields["name"] = name
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


def add_client(application: Application, network: str, *, by: str) -> Application:
    """Let an application speak from one more network."""
    held = application.clients.order_by("pk").values_list("network", flat=True)
    return configure(
        application.name, by=by, application=application, clients=list(dict.fromkeys([*held, network]))
    )


@transaction.atomic
def give_up(application: Application, networks: Collection[str], *, by: str) -> None:
    """Take clients from an application: another one is about to have them."""
    before = _networks(application)
    application.clients.filter(network__in=networks).delete()
    after = [network for network in before if network not in networks]
    record_change("application", application.pk, {"clients": before}, {"clients": after}, by=by)


@transaction.atomic
def remove(application: Application, *, by: str) -> None:
    """Remove an application with its clients and its secret. Its policies must have been removed."""
    record_change("application", application.pk, described(application), None, by=by)
    secrets.forget(TABLE, [application.pk])
    application.delete()


def described(application: Application) -> dict[str, Any]:
    """Return an application as events and exports show it."""
    secret = secrets.kept(TABLE, application.pk, "secret")
    return {
        "name": application.name,
        "kind": application.kind,
        "clients": _networks(application),
        "secret": None if secret is None else secrets.reference(secret),
        "message_authenticator": application.message_authenticator,
        "challenge": application.challenge,
        "separator": application.separator,
        "grants": application.grants,
    }


def clients_after(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the clients in the order in which they will be: one that stays keeps its place."""
    return [one for one in present if one in wanted] + [one for one in wanted if one not in present]


def _networks(application: Application) -> list[str]:
    return list(application.clients.order_by("pk").values_list("network", flat=True))


def _set_clients(application: Application, networks: Sequence[str]) -> None:
    present = _networks(application)
    application.clients.exclude(network__in=networks).delete()
    for network in networks:
        if network not in present:
            Client.objects.create(application=application, network=network)
