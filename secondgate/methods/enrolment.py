"""Give users authenticators, change them, take them away; each verb writes its events.

What is to change is found out by `difference`, which writes nothing: a plan asks it, too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import chain, count
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from secondgate.events.record import record_changes
from secondgate.methods.answer import Answer
from secondgate.methods.backup_codes import BackupCodesSettings, new_codes
from secondgate.methods.bypass_code import BypassCodeSettings, new_code
from secondgate.methods.method import Enrolled, Fits
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS, STAND_INS
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

TABLE = Authenticator._meta.db_table
BACKUP_CODES: Final = "backup-codes"
BYPASS_CODE: Final = "bypass-code"


@dataclass(frozen=True, slots=True)
class Held:
    """An authenticator, and its opened secret."""

    authenticator: Authenticator
    secret: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """An authenticator that a user is to have. `settings` are of the method's own type.

    `was` is the name it goes by until now, where it is to get another. `proof` has shown that it works.
    """

    user: User
    method: str
    name: str
    settings: Any
    was: str = ""
    proof: Fits | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """An authenticator as it is to be, and its states for the event. `before` None: it is new."""

    held: Held
    before: dict[str, Any] | None
    after: dict[str, Any]


Drawer = dict[str, Held]  # what one user has, by name


def proves(method: str, settings: Any, answer: Answer, now: float) -> Fits | None:
    """Return the proof that new settings work, as `answer` shows at `now` (Unix time), or None."""
    kind = METHODS[method]
    secret, shown, position = kind.store(settings)
    verdict = kind.check(Enrolled("", "", secret, shown, position), answer, now)
    return verdict if isinstance(verdict, Fits) else None


def held_by(users: Collection[User]) -> dict[UUID, Drawer]:
    """Return what each of these users has, by their id."""
    return _drawers(users, Authenticator.objects.all())


def _drawers(users: Collection[User], among: QuerySet[Authenticator]) -> dict[UUID, Drawer]:
    found: dict[UUID, Drawer] = {user.pk: {} for user in users}
    rows = list(among.filter(user__in=users).order_by("created_at", "name"))
    sealed = secrets.kept_all(TABLE, [row.pk for row in rows])
    for row in rows:
        assert row.user_id is not None
        found[row.user_id][row.name] = Held(row, sealed.get((row.pk, "secret"), b""))
    return found


def difference(wanted: Wanted, drawer: Drawer) -> Difference | None:
    """Return what has to change for a user to have an authenticator, in `drawer`, too; None for nothing.

    What logins have used stays used, whatever it is called now and whatever else has changed; what `proof`
    has shown is used, too. Raises ValueError, in words.
    """
    kind = METHODS[wanted.method]
    secret, shown, position = kind.store(wanted.settings)
    if wanted.proof:
        position = wanted.proof.position
    held = drawer.pop(wanted.was or wanted.name, None)
    row = held.authenticator if held else Authenticator(user=wanted.user, method=wanted.method)
    if row.method != wanted.method:
        raise ValueError(
            f"{wanted.name} is a {row.method} authenticator already; give this one another name."
        )
    before = described(held) if held else None
    if held is None or held.secret != secret or row.settings != shown:
        for one in (*drawer.values(), *([held] if held else [])):
            if one.authenticator.method == wanted.method:
                position = kind.carry(_enrolled(one), secret, shown, position)
        row.position = position
    row.name, row.settings = wanted.name, shown
    drawer[row.name] = Held(row, secret)
    after = described(drawer[row.name])
    return None if after == before else Difference(drawer[row.name], before, after)


@transaction.atomic
def enrol(wanted: Sequence[Wanted], *, by: str) -> None:
    """Give users authenticators, or known ones another name or other settings (see `difference`)."""
    # Locked: a login that moves a position now must not see it written back.
    drawers = _drawers({one.user for one in wanted}, Authenticator.objects.select_for_update())
    found = [difference(one, drawers[one.user.pk]) for one in wanted]
    differences = [one for one in found if one]
    Authenticator.add([one.held.authenticator for one in differences if one.before is None])
    for one in differences:
        if one.before is not None:
            one.held.authenticator.save(update_fields=["name", "settings", "position"])
    secrets.keep_all(TABLE, {(one.held.authenticator.pk, "secret"): one.held.secret for one in differences})
    changes = ((one.held.authenticator.pk, one.before, one.after) for one in differences)
    users = {one.held.authenticator.pk: one.held.authenticator.user_id for one in differences}
    record_changes("authenticator", changes, by=by, users=users)


def give_backup_codes(user: User, *, by: str) -> list[str]:
    """Give `user` ten new backup codes in place of those that they have; return them, to be shown once."""
    codes = new_codes()
    _give_the_one(user, BACKUP_CODES, BackupCodesSettings(codes), by=by)
    return codes


def give_bypass_code(user: User, *, until: datetime, uses: int, why: str, by: str) -> str:
    """Give `user` a new bypass code in place of one that they have; return it, to be shown once."""
    code = new_code()
    _give_the_one(user, BYPASS_CODE, BypassCodeSettings(code, until.isoformat(), uses, why), by=by)
    return code


@transaction.atomic
def _give_the_one(user: User, method: str, settings: Any, *, by: str) -> None:
    """Give what one has once only; a new one takes the place and the name of the old."""
    held = user.authenticators.filter(method=method).order_by("created_at").first()
    taken = set(user.authenticators.exclude(method=method).values_list("name", flat=True))
    name = held.name if held else free_name(METHODS[method].title, taken)
    enrol([Wanted(user, method, name, settings)], by=by)


def has_live(user: User, now: float) -> bool:
    """Tell whether `user` has anything that a login may still take at `now` (Unix time).

    What stood in for a while, and is over, stays until it is taken away: it proves nothing any more. All else
    counts, disabled or unknown: a password alone is not to put another one beside it.
    """
    return any(not _is_over(one, now) for one in user.authenticators.all())


def _is_over(one: Authenticator, now: float) -> bool:
    stand_in = STAND_INS.get(one.method)
    return stand_in is not None and stand_in.is_over(one.settings, one.position, now)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, with a number behind it where somebody's authenticator is called so already."""
    numbered = (f"{wanted} {number}" for number in count(2))
    return next(name for name in chain([wanted], numbered) if name not in taken)


def opened(authenticator: Authenticator) -> Held:
    """Return an authenticator with its secret."""
    return Held(authenticator, secrets.kept(TABLE, authenticator.pk, "secret") or b"")


@transaction.atomic
def rename(authenticator: Authenticator, name: str, *, by: str) -> None:
    """Call an authenticator otherwise. Raises ValueError where its user has another one of that name."""
    others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    if others.filter(name=name).exists():
        raise ValueError(f"Another one is called {name} already.")
    held = opened(authenticator)
    before = described(held)
    authenticator.name = name
    after = described(held)
    if after != before:
        authenticator.save(update_fields=["name"])
        users = {authenticator.pk: authenticator.user_id}
        record_changes("authenticator", [(authenticator.pk, before, after)], by=by, users=users)


@transaction.atomic
def remove_all(user: User, *, by: str) -> int:
    """Take all of a user's authenticators away; return how many there were."""
    held = list(held_by([user])[user.pk].values())
    remove(held, by=by)
    return len(held)


@transaction.atomic
def remove_person(user: User, *, by: str) -> None:
    """Remove a user with their authenticators and what the vault keeps of these. Raises LastOwner."""
    remove_all(user, by=by)
    accounts.remove([user], by=by)


@transaction.atomic
def remove(held: Sequence[Held], *, by: str) -> None:
    """Take authenticators away."""
    ids = [one.authenticator.pk for one in held]
    changes = ((one.authenticator.pk, described(one), None) for one in held)
    users = {one.authenticator.pk: one.authenticator.user_id for one in held}
    record_changes("authenticator", changes, by=by, users=users)
    secrets.forget(TABLE, ids)
    Authenticator.objects.filter(pk__in=ids).delete()


def described(held: Held) -> dict[str, Any]:
    """Return an authenticator as events and exports show it, its seed as a reference."""
    settings = METHODS[held.authenticator.method].settings
    known = {field.name for field in fields(settings)}
    shown: Mapping[str, Any] = held.authenticator.settings
    return {
        "method": held.authenticator.method,
        "name": held.authenticator.name,
        **{field.name: secrets.reference(held.secret) for field in secret_fields(settings)},
        **{name: value for name, value in shown.items() if name in known},
    }


def _enrolled(held: Held) -> Enrolled:
    row = held.authenticator
    return Enrolled(row.pk.hex, row.name, held.secret, row.settings, row.position)
