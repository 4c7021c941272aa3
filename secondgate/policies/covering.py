"""Where one person can log in, and by which policy: `resolve`, asked for each application."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from secondgate.applications.models import Application
from secondgate.directories.models import ApplicationDirectory, Entry
from secondgate.people.models import Membership, User
from secondgate.policies.models import Policy
from secondgate.policies.resolve import LoginMethod, Rule, resolve


@dataclass(frozen=True, slots=True)
class Covered:
    """An application that a person may use, and the policy that holds for them there."""

    application: Application
    rule: Rule


def covering(user: User) -> list[Covered]:
    """Return the applications that `user` can log in to, by name. Five queries, however many there are."""
    rules: dict[Application, list[Rule]] = defaultdict(list)
    for policy in Policy.objects.select_related("application").prefetch_related("groups"):
        rules[policy.application].append(_rule(policy))
    groups = frozenset(
        pk.hex for pk in Membership.objects.filter(user=user).values_list("group_id", flat=True)
    )
    home = Entry.objects.filter(user=user).values_list("directory_id", flat=True).first()
    named: dict[UUID, set[UUID]] = defaultdict(set)
    for application_id, directory_id in ApplicationDirectory.objects.values_list(
        "application_id", "directory_id"
    ):
        named[application_id].add(directory_id)
    return [
        Covered(application, rule)
        for application in sorted(rules, key=lambda one: one.name.lower())
        if (application.pk not in named or home in named[application.pk])
        and (rule := resolve(rules[application], groups))
    ]


def _rule(policy: Policy) -> Rule:
    asks = policy.application.challenge if policy.challenge is None else policy.challenge
    groups = frozenset(group.pk.hex for group in policy.groups.all())
    return Rule(policy.pk.hex, policy.name, groups, LoginMethod(policy.login), tuple(policy.methods), asks)
