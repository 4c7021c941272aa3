"""Make, change and remove providers, and open what they are set to."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db import transaction

from secondgate.events.record import record_change
from secondgate.messaging.models import Provider
from secondgate.messaging.registry import KINDS
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

TABLE = Provider._meta.db_table


def opened(provider: Provider) -> Any:
    """Return the settings of a provider, its secrets among them."""
    settings = KINDS[provider.kind].settings
    known = {field.name for field in fields(settings)}
    shown = {name: value for name, value in provider.settings.items() if name in known}
    kept = {field.name: secrets.kept(TABLE, provider.pk, field.name) for field in secret_fields(settings)}
    return settings(**shown, **{name: value.decode() for name, value in kept.items() if value is not None})


@transaction.atomic
def configure(
    name: str, *, by: str, kind: str, settings: Mapping[str, Any], kept: Mapping[str, str]
) -> Provider:
    """Make the provider of this name, or change it to be so.

    `kept` are the settings for the vault; one that is missing there stays as it is, an empty one goes.
    """
    provider = Provider.objects.select_for_update().filter(name=name).first()
    before = described(provider) if provider else None
    provider = provider or Provider(name=name, position=Provider.objects.count())
    provider.kind, provider.settings = kind, dict(settings)
    provider.save()
    for field, value in kept.items():
        if value:
            secrets.keep(TABLE, provider.pk, field, value.encode())
        else:
            secrets.forget_field(TABLE, provider.pk, field)
    after = described(provider)
    if after != before:
        record_change("provider", provider.pk, before, after, by=by)
    return provider


@transaction.atomic
def remove(provider: Provider, *, by: str) -> None:
    """Remove a provider."""
    record_change("provider", provider.pk, described(provider), None, by=by)
    secrets.forget(TABLE, [provider.pk])
    provider.delete()


def described(provider: Provider) -> dict[str, Any]:
    """Return a provider as events show it."""
    kept = secrets.kept_all(TABLE, [provider.pk])
    shown = {field: secrets.reference(value) for (_row, field), value in kept.items()}
    return {"name": provider.name, "kind": provider.kind, **provider.settings, **shown}
