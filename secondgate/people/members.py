"""Who is in a group, without reading all of them: a group may have a hundred thousand.

The events name those who came or went, as far as there is room, and say how many there were.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from secondgate.events.record import record_change
from secondgate.people.accounts import SHOWN, NameTaken
from secondgate.people.models import Group, Membership, User


@transaction.atomic
def add_members(group: Group, users: Collection[UUID], *, by: str) -> int:
    """Put users (ids) into a group; return how many were not in it."""
    inside = Membership.objects.filter(group=group, user_id__in=users).values_list("user_id", flat=True)
    new = set(User.objects.filter(pk__in=users).values_list("pk", flat=True)) - set(inside)
    Membership.objects.bulk_create(
        [Membership(group=group, user_id=pk) for pk in new], ignore_conflicts=True, batch_size=1000
    )
    if new:
        record_change("group", group.pk, {"members": []}, {"members": _named(new)}, by=by)
    return len(new)


@transaction.atomic
def remove_members(group: Group, users: Collection[UUID], *, by: str) -> int:
    """Take users (ids) out of a group; return how many were in it."""
    inside = Membership.objects.filter(group=group, user_id__in=users)
    gone = set(inside.values_list("user_id", flat=True))
    inside.delete()
    if gone:
        record_change("group", group.pk, {"members": _named(gone)}, {"members": []}, by=by)
    return len(gone)


@transaction.atomic
def rename_group(group: Group, name: str, *, by: str) -> None:
    """Call a group otherwise: policies know it by its id. Raises NameTaken."""
    if Group.objects.filter(name=name).exclude(pk=group.pk).exists():
        raise NameTaken(name)
    before, group.name = group.name, name
    if before != name:
        group.save(update_fields=["name"])
        record_change("group", group.pk, {"name": before}, {"name": name}, by=by)


def _named(users: Collection[UUID]) -> list[str]:
    """Return what some of these users are called, and how many more there are."""
    some = User.objects.filter(pk__in=users).order_by("login").values_list("login", flat=True)[:SHOWN]
    rest = len(users) - SHOWN
    return [*some, *([f"and {rest} more"] if rest > 0 else [])]
