"""Give users authenticators, change them, take them away; each verb writes its event."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db import transaction

from secondgate.events.record import record_change
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS
from secondgate.people.models import User
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

TABLE = Authenticator._meta.db_table


@transaction.atomic
def enrol(user: User, method: str, name: str, settings: Any, *, by: str) -> Authenticator:
    """Give `user` an authenticator, or a known one of that name another seed.

    What logins have moved stays where it is as long as the seed does. Raises ValueError, in words.
    """
    secret, shown, position = METHODS[method].store(settings)
    authenticator = Authenticator.objects.filter(user=user, name=name).first()
    before = described(authenticator) if authenticator else None
    is_new = authenticator is None
    authenticator = authenticator or Authenticator(user=user, name=name, method=method)
    if authenticator.method != method:
        raise ValueError(
            f"{name} is a {authenticator.method} authenticator already; give this one another name."
        )
    new_seed = is_new or secrets.kept(TABLE, authenticator.pk, "secret") != secret
    if new_seed:
        authenticator.position, authenticator.spent_by, authenticator.spent_at = position, "", 0
        secrets.keep(TABLE, authenticator.pk, "secret", secret)
    if new_seed or authenticator.settings != shown:
        authenticator.settings = shown
        moved = ["position", "spent_by", "spent_at"] if new_seed else []
        authenticator.save(update_fields=None if is_new else ["settings", *moved])
    after = described(authenticator)
    if after != before:
        record_change("authenticator", authenticator.pk, before, after, by=by)
    return authenticator


@transaction.atomic
def remove(authenticator: Authenticator, *, by: str) -> None:
    """Take an authenticator away."""
    record_change("authenticator", authenticator.pk, described(authenticator), None, by=by)
    secrets.forget(TABLE, authenticator.pk)
    authenticator.delete()


def described(authenticator: Authenticator) -> dict[str, Any]:
    """Return an authenticator as events and exports show it, its seed as a reference."""
    settings = METHODS[authenticator.method].settings
    known = {field.name for field in fields(settings)}
    shown: Mapping[str, Any] = authenticator.settings
    return {
        "method": authenticator.method,
        "name": authenticator.name,
        **{
            field.name: secrets.kept_as(TABLE, authenticator.pk, "secret")
            for field in secret_fields(settings)
        },
        **{name: value for name, value in shown.items() if name in known},
    }
