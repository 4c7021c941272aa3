"""What may be done to users and groups: each verb saves, and writes its events.

Verbs that take many make a handful of statements of them: SQLite has one write lock, and logins
wait for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from secondgate.events import names
from secondgate.events.record import record, record_change, record_changes
from secondgate.people.login_names import normalise
from secondgate.people.models import Group, LoginName, Membership, User, words_of

OWNER: Final = "owner"
AT_ONCE: Final = 500  # members of a group that go in one transaction: 10 ms, 50 on a busy machine
SHOWN: Final = 100  # members of a group that an event names


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
    create_all({user: realm}, by=by)
    return user


@transaction.atomic
def create_all(users: Mapping[User, str], *, by: str) -> None:
    """Save new users, each to be found by their login in their realm; nobody else may have it."""
    User.add(list(users))
    LoginName.objects.bulk_create(
        LoginName(realm=normalise(realm), name=normalise(user.login), user=user)
        for user, realm in users.items()
    )
    record_changes("user", ((user.pk, None, described(user)) for user in users), by=by, users=own(users))


@transaction.atomic
def add_login_name(user: User, name: str, *, realm: str, by: str) -> bool:
    """Let a further login name in `realm` find a user; return whether it is new. Raises NameTaken."""
    row, is_new = LoginName.objects.get_or_create(
        realm=normalise(realm), name=normalise(name), defaults={"user": user}
    )
    if row.user_id != user.pk:
        raise NameTaken(name)
    if is_new:
        record(names.LOGIN_NAME_ADDED, by=by, user_id=user.pk, facts={"login": row.name, "realm": row.realm})
    return is_new


@transaction.atomic
def change(user: User, *, by: str, **fields: Any) -> None:
    """Change the name, the address or the state of a user."""
    change_all({user: fields}, by=by)


@transaction.atomic
def change_all(users: Mapping[User, Mapping[str, Any]], *, by: str) -> None:
    """Change the name, the address or the state of users; nothing is written where nothing differs."""
    changes = []
    # Read again: what somebody else has changed in the meantime is not to be written back.
    found = User.objects.select_for_update().in_bulk([user.pk for user in users])
    for user in found.values():
        before = described(user)
        for name, value in users[user].items():
            setattr(user, name, value)
        if described(user) != before:
            changes.append((user.pk, before, described(user)))
        user.search = words_of(user)
    if changes:
        User.objects.bulk_update(found.values(), ["name", "email", "enabled", "search"])
        record_changes("user", changes, by=by, users=own(users))


@transaction.atomic
def set_password_hashes(hashes: Mapping[User, str], *, by: str) -> None:
    """Give users of the built-in directory a password, by its hash (`passwords.hashed`).

    The hashes are made before, outside of the transaction: each takes 23 ms.
    """
    changes = [(user.pk, password_state(user), PASSWORD_CHANGED) for user in hashes]
    for user, password_hash in hashes.items():
        user.password = password_hash
    User.objects.bulk_update(hashes, ["password"])
    record_changes("user", changes, by=by, users=own(hashes))


@transaction.atomic
def set_role(user: User, role: str, *, by: str) -> None:
    """Give a user a role of the console, "" for none. Raises LastOwner."""
    if role != OWNER:
        keep_an_owner([user])
    before, user.role = user.role, role
    if before != role:
        user.save(update_fields=["role"])
        facts = {"user": user.pk.hex, "before": before or "none", "after": role or "none"}
        record(names.ROLE_CHANGED, by=by, user_id=user.pk, facts=facts)


def owners() -> QuerySet[User]:
    """Return who may do everything, and can log in: nobody finds an owner who has no login name."""
    found = LoginName.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(found), role=OWNER, enabled=True)


def keep_an_owner(leaving: Iterable[User]) -> None:
    """Return where an owner is left when these people are not any more. Raises LastOwner.

    Within a transaction: until it ends, nobody else takes one of the owners away.
    """
    left = set(owners().select_for_update().values_list("pk", flat=True))
    if left and left <= {user.pk for user in leaving}:
        raise LastOwner


@transaction.atomic
def set_enabled(user: User, enabled: bool, *, by: str) -> None:
    """Let a user log in, or not any more. Raises LastOwner."""
    if not enabled:
        keep_an_owner([user])
    change(user, by=by, enabled=enabled)


@transaction.atomic
def remove(users: Sequence[User], *, by: str) -> None:
    """Remove users; what they did stays in the log. Their authenticators must have been removed.

    Raises LastOwner.
    """
    keep_an_owner(users)
    record_changes("user", ((user.pk, described(user), None) for user in users), by=by, users=own(users))
    User.objects.filter(pk__in=[user.pk for user in users]).delete()


@transaction.atomic
def make_group(name: str, *, by: str) -> Group:
    """Return the group of this name, made if it was not there."""
    group = Group.objects.filter(name=name).first()
    if group is None:
        group = Group(name=name)
        group.save()
        record_change("group", group.pk, None, new_group(name), by=by)
    return group


def remove_group(group: Group, *, by: str) -> None:
    """Remove a group; its members stay. A large one empties by and by, for logins wait for the write lock."""
    before, members = described_group(group), Membership.objects.filter(group=group)
    while some := list(members.values_list("pk", flat=True)[:AT_ONCE]):
        Membership.objects.filter(pk__in=some).delete()
    with transaction.atomic():
        record_change("group", group.pk, before, None, by=by)
        group.delete()


@transaction.atomic
def change_members(group: Group, *, leave: Collection[User], join: Collection[User], by: str) -> None:
    """Take users out of a group and into it.

    The event names those who left and those who joined, not the others: a group may have thousands.
    """
    Membership.objects.filter(group=group, user__in=leave).delete()
    Membership.objects.bulk_create(
        (Membership(group=group, user=user) for user in join), ignore_conflicts=True
    )
    before, after = members_changed(leave, join)
    record_change("group", group.pk, before, after, by=by)


def members_changed(leave: Iterable[User], join: Iterable[User]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what an event shows before and after of a change of members."""
    before, after = (sorted(user.login for user in users) for users in (leave, join))
    return {"members": before}, {"members": after}


def members_of(groups: Collection[str]) -> dict[str, set[UUID]]:
    """Return who is in the groups of these names, as ids of users."""
    found: dict[str, set[UUID]] = {name: set() for name in groups}
    rows = Membership.objects.filter(group__name__in=groups).values_list("group__name", "user_id")
    for group, user in rows:
        found[group].add(user)
    return found


def own(users: Iterable[User]) -> dict[UUID, UUID | None]:
    """Return whose the changes of users are: their own."""
    return {user.pk: user.pk for user in users}


def described(user: User) -> dict[str, Any]:
    """Return a user's own fields as an event shows them."""
    return {"login": user.login, "name": user.name, "email": user.email, "enabled": user.enabled}


def described_group(group: Group) -> dict[str, Any]:
    """Return a group as events show it: some members, and how many more there are."""
    members = Membership.objects.filter(group=group)
    some = list(members.order_by("user__login").values_list("user__login", flat=True)[: SHOWN + 1])
    if len(some) > SHOWN:
        some[SHOWN:] = [f"and {members.count() - SHOWN} more"]
    return {"name": group.name, "members": some}


def new_group(name: str) -> dict[str, Any]:
    """Return a group that has just been made as its event shows it."""
    return {"name": name, "members": []}


PASSWORD_CHANGED = {"password": "changed"}


def password_state(user: User) -> dict[str, Any]:
    """Return what an event shows of the password that a user had."""
    return {"password": "kept" if user.password else None}


def kept_password(user: User) -> dict[str, str] | None:
    """Return the reference that stands for a user's password in an export; None where there is none."""
    return {"kept": "argon2id"} if user.password else None
