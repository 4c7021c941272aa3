"""Give users authenticators, change them, take them away; each verb writes its event."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db import transaction

from secondgate.events.record import record_change
from secondgate.methods.answer import Answer
from secondgate.methods.method import Enrolled, Fits
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS
from secondgate.people.models import User
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

TABLE = Authenticator._meta.db_table


def proves(method: str, settings: Any, answer: Answer, now: float) -> Fits | None:
    """Return the proof that new settings work, as `answer` shows at `now` (Unix time), or None."""
    kind = METHODS[method]
    secret, shown, position = kind.store(settings)
    verdict = kind.check(Enrolled("", "", secret, shown, position), answer, now)
    return verdict if isinstance(verdict, Fits) else None


@transaction.atomic
def enrol(
    user: User, method: str, name: str, settings: Any, *, by: str, proof: Fits | None = None
) -> Authenticator:
    """Give `user` an authenticator, or a known one of that name other settings.

    What logins have used stays used, whatever it is called now and whatever else has changed; what `proof`
    has shown is used, too. Raises ValueError, in words.
    """
    kind = METHODS[method]
    secret, shown, position = kind.store(settings)
    if proof:
        position = proof.position
    held = {one.name: one for one in Authenticator.objects.select_for_update().filter(user=user)}
    authenticator = held.get(name) or Authenticator(user=user, name=name, method=method)
    if authenticator.method != method:
        raise ValueError(
            f"{name} is a {authenticator.method} authenticator already; give this one another name."
        )
    is_new = name not in held
    before = None if is_new else described(authenticator)
    kept = {one.pk: secrets.kept(TABLE, one.pk, "secret") or b"" for one in held.values()}
    if is_new or kept[authenticator.pk] != secret or authenticator.settings != shown:
        for one in held.values():
            if one.method == method:
                known = Enrolled(one.pk.hex, one.name, kept[one.pk], one.settings, one.position)
                position = kind.carry(known, secret, shown, position)
        authenticator.settings, authenticator.position = shown, position
        authenticator.save(update_fields=None if is_new else ["settings", "position"])
        secrets.keep(TABLE, authenticator.pk, "secret", secret)
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
