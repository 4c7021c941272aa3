"""Make, change and remove applications; each verb writes its event."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import transaction

from secondgate.applications.models import Application
from secondgate.events.record import record_change
from secondgate.vault import secrets

TABLE = Application._meta.db_table
# What an application is known by, each of one application only; the column that says it.
KNOWN_BY: Final = {"clients": "network", "certificate_names": "name"}


@transaction.atomic
def configure(
    name: str,
    *,
    by: str,
    application: Application | None = None,
    secret: str | None = None,
    clients: Sequence[str],
    certificate_names: Sequence[str] | None = None,
    **fields: Any,
) -> Application:
    """Make the application of this name, or change it to be so. `secret`, `certificate_names` None: as it is.

    With `application` it is that one that changes, its name included. `clients` are networks as
    `ipaddress` writes them, `certificate_names` as `certificate_names.read` does.
    """
    application = application or Application.objects.filter(name=name).first()
    before = described(application) if application else None
    application = application or Application(name=name)
    fields["name"] = name
    for field, value in fields.items():
        setattr(application, field, value)
    if before is None or before != {**before, **fields}:
        application.save()
    _set_known_by(application, "clients", clients)
    if certificate_names is not None:
        _set_known_by(application, "certificate_names", certificate_names)
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
def give_up(application: Application, key: str, moved: Collection[str], *, by: str) -> None:
    """Take clients or names of certificates from an application: another one is about to have them."""
    before = _known_by(application, key)
    after = [one for one in before if one not in moved]
    _set_known_by(application, key, after)
    record_change("application", application.pk, {key: before}, {key: after}, by=by)


@transaction.atomic
def remove(application: Application, *, by: str) -> None:
    """Remove an application and its secret. Its policies must have been removed."""
    record_change("application", application.pk, described(application), None, by=by)
    secrets.forget(TABLE, [application.pk])
    application.delete()


def described(application: Application) -> dict[str, Any]:
    """Return an application as events and exports show it."""
    secret = secrets.kept(TABLE, application.pk, "secret")
    return {
        "name": application.name,
        "kind": application.kind,
        **{key: _known_by(application, key) for key in KNOWN_BY},
        "secret": None if secret is None else secrets.reference(secret),
        "message_authenticator": application.message_authenticator,
        "limit_proxy_state": application.limit_proxy_state,
        "challenge": application.challenge,
        "separator": application.separator,
        "grants": application.grants,
    }


def known_by_after(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return clients or names in the order in which they will be: one that stays keeps its place."""
    return [one for one in present if one in wanted] + [one for one in wanted if one not in present]


def _known_by(application: Application, key: str) -> list[str]:
    rows = getattr(application, key).order_by("pk")
    return list(rows.values_list(KNOWN_BY[key], flat=True))


def _set_known_by(application: Application, key: str, wanted: Sequence[str]) -> None:
    present, column = _known_by(application, key), KNOWN_BY[key]
    rows = getattr(application, key)
    rows.exclude(**{f"{column}__in": wanted}).delete()
    for one in wanted:
        if one not in present:
            rows.create(**{column: one})
