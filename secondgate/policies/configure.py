"""Make, change, order and remove policies; each verb writes its event."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application
from secondgate.events.record import record_change
from secondgate.people import accounts
from secondgate.people.models import Group
from secondgate.policies.models import Policy


class NameTaken(Exception):
    """Raised when another policy is called so."""


@transaction.atomic
def configure(
    name: str,
    *,
    by: str,
    application: Application,
    groups: Sequence[Group],
    policy: Policy | None = None,
    **fields: Any,
) -> Policy:
    """Make the policy of this name, or change it to be so. A new one comes last.

    `policy` is one that is there and is called `name` from now on: it stays the same policy to the log
    and in the order. Raises NameTaken.
    """
    called = Policy.objects.filter(name=name).first()
    if policy and called and called.pk != policy.pk:
        raise NameTaken(name)
    policy = policy or called
    before = described(policy) if policy else None
    policy = policy or Policy(position=_next_position())
    for field, value in {**fields, "name": name, "application": application}.items():
        setattr(policy, field, value)
    if before is None or before != {**before, **fields, "name": name, "application": application.name}:
        policy.save()
    if set(policy.groups.all()) != set(groups):
        policy.groups.set(groups)
    after = described(policy)
    if after != before:
        record_change("policy", policy.pk, before, after, by=by)
    return policy


@transaction.atomic
def put_in_order(names: Sequence[str], *, by: str) -> None:
    """Put these policies in this order, in the places that they hold among all; the others stay."""
    # Locked, since two who move at once would otherwise both start from the same order.
    before = [one.name for one in Policy.objects.select_for_update().order_by("position", "name")]
    after = ordered(before, names)
    if before == after:
        return
    for position, name in enumerate(after):
        Policy.objects.filter(name=name).update(position=position)
    subject = Policy.objects.get(name=first_moved(before, after))
    record_change("policy", subject.pk, {"order": before}, {"order": after}, by=by)


def ordered(before: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return `before` with these names in this order, in the places that they hold among all."""
    turn = iter(names)
    return [next(turn) if name in names else name for name in before]


def first_moved(before: Sequence[str], after: Sequence[str]) -> str:
    """Return the policy that a change of order is told of."""
    return next(name for name, was in zip(after, before, strict=True) if name != was)


def move(policy: Policy, places: int, *, by: str) -> None:
    """Move a policy so many places down among those of its application; a negative number moves it up.

    It stops at the end. Policies of other applications stay where they are: nothing hangs on them.
    """
    names = list(policy.application.policies.order_by("position", "name").values_list("name", flat=True))
    at = names.index(policy.name)
    names.insert(max(0, at + places), names.pop(at))
    put_in_order(names, by=by)


@transaction.atomic
def remove(policy: Policy, *, by: str) -> None:
    """Remove a policy; what it matched falls to the next, or is refused."""
    record_change("policy", policy.pk, described(policy), None, by=by)
    policy.delete()


class OnlyGroup(Exception):
    """Raised where a policy would be for everyone if its only group went. `policies` are their names."""

    def __init__(self, policies: Sequence[str]) -> None:
        super().__init__(", ".join(policies))
        self.policies = policies


def remove_group(group: Group, *, by: str) -> None:
    """Remove a group; policies that name others, too, go on without it. Raises OnlyGroup."""
    with transaction.atomic():
        named = list(group.policy_set.select_for_update().order_by("position"))
        if alone := [policy.name for policy in named if policy.groups.count() == 1]:
            raise OnlyGroup(alone)
        for policy in named:
            before = described(policy)
            policy.groups.remove(group)
            record_change("policy", policy.pk, before, described(policy), by=by)
    accounts.remove_group(group, by=by)


def _next_position() -> int:
    last = Policy.objects.order_by("position").values_list("position", flat=True).last()
    return 0 if last is None else last + 1


def described(policy: Policy) -> dict[str, Any]:
    """Return a policy as events and exports show it."""
    return {
        "name": policy.name,
        "application": policy.application.name,
        "groups": sorted(policy.groups.values_list("name", flat=True)),
        "login": policy.login,
        "methods": policy.methods,
        "challenge": policy.challenge,
        "grants": policy.grants,
    }
