"""Make, change, order and remove policies; each verb writes its event."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application
from secondgate.events.record import record_change
from secondgate.people.models import Group
from secondgate.policies.models import Policy


@transaction.atomic
def configure(
    name: str, *, by: str, application: Application, groups: Sequence[Group], **fields: Any
) -> Policy:
    """Make the policy of this name, or change it to be so. A new one comes last."""
    policy = Policy.objects.filter(name=name).first()
    before = described(policy) if policy else None
    policy = policy or Policy(name=name, position=_next_position())
    for field, value in {**fields, "application": application}.items():
        setattr(policy, field, value)
    if before is None or before != {**before, **fields, "application": application.name}:
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
    before = list(Policy.objects.order_by("position").values_list("name", flat=True))
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


@transaction.atomic
def remove(policy: Policy, *, by: str) -> None:
    """Remove a policy; what it matched falls to the next, or is refused."""
    record_change("policy", policy.pk, described(policy), None, by=by)
    policy.delete()


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
    }
