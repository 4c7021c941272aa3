"""What may be done to users and groups: each verb saves, and writes its event."""

from collections.abc import Collection
from typing import Any, Final

from django.db import transaction

from secondgate.events import names
from secondgate.events.record import record, record_change
from secondgate.people.login_names import normalise
from secondgate.people.models import Group, LoginName, Membership, User

OWNER: Final = "owner"


class NameTaken(Exception):
    """Raised when a login name already finds somebody else."""


class LastOwner(Exception):
    """Raised when nobody would be left who may do everything."""


@transaction.atomic
def create(login: str, *, realm: str, by: str, **fields: Any) -> User:
    """Make a user whom `login` in `realm` finds. Raises NameTaken."""
    if LoginName.objects.filter(realm=normalise(realm), name=normalise(login)).exists():
        raise NameTaken(login)
    user = User(login=login, **fields)
    user.save()
    LoginName.objects.create(realm=normalise(realm), name=normalise(login), user=user)
    record_change("user", user.pk, None, described(user), by=by)
    return user


@transaction.atomic
def change(user: User, *, by: str, **fields: Any) -> None:
    """Change fields of a user; nothing is written where nothing differs."""
    before = described(user)
    for name, value in fields.items():
        setattr(user, name, value)
    if described(user) != before:
        user.save(update_fields=list(fields))
        record_change("user", user.pk, before, described(user), by=by)


@transaction.atomic
def set_password_hash(user: User, password_hash: str, *, by: str) -> None:
    """Give a user of the built-in directory a password, by its hash (`passwords.hashed`).

    The hash is made before, outside of the transaction: it takes 23 ms.
    """
    before = {"password": "kept" if user.password else None}
    user.password = password_hash
    user.save(update_fields=["password"])
    record_change("user", user.pk, before, {"password": "changed"}, by=by)


@transaction.atomic
def set_role(user: User, role: str, *, by: str) -> None:
    """Give a user a role of the console, "" for none. Raises LastOwner."""
    owners = list(
        User.objects.select_for_update().filter(role=OWNER, enabled=True).values_list("pk", flat=True)
    )
    if role != OWNER and owners == [user.pk]:
        raise LastOwner
    before, user.role = user.role, role
    if before != role:
        user.save(update_fields=["role"])
        facts = {"user": user.pk.hex, "before": before or "none", "after": role or "none"}
        record(names.ROLE_CHANGED, by=by, user_id=user.pk, facts=facts)


@transaction.atomic
def remove(user: User, *, by: str) -> None:
    """Remove a user; what they did stays in the log."""
    record_change("user", user.pk, described(user), None, by=by)
    user.delete()


@transaction.atomic
def make_group(name: str, *, by: str) -> Group:
    """Return the group of this name, made if it was not there."""
    group = Group.objects.filter(name=name).first()
    if group is None:
        group = Group(name=name)
        group.save()
        record_change("group", group.pk, None, {"name": name, "members": []}, by=by)
    return group


@transaction.atomic
def remove_group(group: Group, *, by: str) -> None:
    """Remove a group; its members stay."""
    record_change("group", group.pk, {"name": group.name, "members": member_logins(group)}, None, by=by)
    group.delete()


@transaction.atomic
def set_members(group: Group, users: Collection[User], *, by: str) -> None:
    """Make `users` the members of a group."""
    before = member_logins(group)
    wanted = {user.pk for user in users}
    Membership.objects.filter(group=group).exclude(user_id__in=wanted).delete()
    present = set(Membership.objects.filter(group=group).values_list("user_id", flat=True))
    Membership.objects.bulk_create(Membership(group=group, user_id=pk) for pk in wanted - present)
    after = member_logins(group)
    if after != before:
        record_change("group", group.pk, {"members": before}, {"members": after}, by=by)


def member_logins(group: Group) -> list[str]:
    """Return what the members of a group are called, in order."""
    return sorted(Membership.objects.filter(group=group).values_list("user__login", flat=True))


def described(user: User) -> dict[str, Any]:
    """Return a user's own fields as an event shows them."""
    return {"login": user.login, "name": user.name, "email": user.email, "enabled": user.enabled}


def kept_password(user: User) -> dict[str, str] | None:
    """Return the reference that stands for a user's password in an export; None where there is none."""
    return {"kept": "argon2id"} if user.password else None
