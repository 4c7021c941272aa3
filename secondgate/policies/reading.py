"""What the database knows of policies and their people, as the plain data that the pure rules take.

The login path does not come here: it has its snapshot. Queries are as many for one policy as for a hundred.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from secondgate.applications.kinds import KINDS
from secondgate.applications.models import Application
from secondgate.directories.models import ApplicationDirectory, Directory
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS, RADIUS
from secondgate.people.models import Group, Membership, User
from secondgate.policies.grants import known, together
from secondgate.policies.hints import Crowd, Guarded
from secondgate.policies.models import Policy
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.policies.what_if import Who

LOOKED_AT: Final = 5000  # people: the form is read again at each change, and 100,000 would take a second
SHOWN: Final = 5  # names of people who would notice: more would not be read


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: applications with their policies, and the names of groups by id."""

    guarded: Sequence[Guarded]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Noticed:
    """Whom a policy would concern: how many, how many of them it would refuse, and some of those.

    `more`: there are more people than were looked at, and the figures are of those that were.
    """

    people: int
    without: int
    some: Sequence[User]
    more: bool = False


def standing() -> Standing:
    """Return all applications and their policies as they are now."""
    groups = {pk.hex: name for pk, name in Group.objects.values_list("pk", "name")}
    links: dict[UUID, set[str]] = defaultdict(set)
    for policy, group in Policy.groups.through.objects.values_list("policy_id", "group_id"):
        links[policy].add(group.hex)
    rules: dict[UUID, list[Rule]] = defaultdict(list)
    applications = list(Application.objects.order_by("name"))
    for one in Policy.objects.select_related("application").order_by("position", "name"):
        application = one.application
        challenge = application.challenge if one.challenge is None else one.challenge
        login, groups_of = LoginMethod(one.login), frozenset(links[one.pk])
        carried = together(list(known(application.grants)), list(known(one.grants)))
        rules[one.application_id].append(
            Rule(one.pk.hex, one.name, groups_of, login, tuple(one.methods), challenge, grants=carried)
        )
    named, usual = _code_servers()
    described, all_described = _described()
    guarded = [
        Guarded(
            one.pk.hex,
            one.name,
            KINDS[one.kind],
            one.separator,
            tuple(rules[one.pk]),
            named.get(one.pk, usual),
            described.get(one.pk, all_described),
        )
        for one in applications
        if one.kind in KINDS
    ]
    return Standing(guarded, groups)


def _code_servers() -> tuple[dict[UUID, str], str]:
    """Return the server that checks codes, by application with directories of its own, and for the others."""
    first = Directory.objects.filter(kind=RADIUS).order_by("position", "name").values_list("name", flat=True)
    links = ApplicationDirectory.objects.order_by("-position")  # so that the first one is the last to be set
    named: dict[UUID, str] = {}
    for application, kind, name in links.values_list("application_id", "directory__kind", "directory__name"):
        named[application] = name if kind == RADIUS else named.get(application, "")
    return named, first.first() or ""


def _described() -> tuple[dict[UUID, frozenset[str]], frozenset[str]]:
    """Return what directories tell of people, by application with directories of its own, and for the others.

    By names in lower case.
    """
    told = {
        pk: frozenset(name.lower() for name in settings.get("further_attributes", ()))
        for pk, settings in Directory.objects.values_list("pk", "settings")
    }
    by_application: dict[UUID, frozenset[str]] = defaultdict(frozenset)
    for application, directory in ApplicationDirectory.objects.values_list("application_id", "directory_id"):
        by_application[application] |= told[directory]
    return by_application, frozenset().union(*told.values())


def crowds(now: Standing) -> dict[str, Crowd]:
    """Return what is known of each policy's people, by policy."""
    members = Membership.objects.filter(group=OuterRef("pk"))
    peopled = {pk.hex for pk in Group.objects.filter(Exists(members)).values_list("pk", flat=True)}
    rules = [rule for one in now.guarded for rule in one.rules]
    equipped = _equipped(rules)
    return {
        rule.id: Crowd(
            tuple(sorted(now.groups[id_] for id_ in rule.groups - peopled)),
            rule.id in equipped or RADIUS in rule.methods,
        )
        for rule in rules
    }


def _equipped(rules: Iterable[Rule]) -> set[str]:
    """Return the policies of whose people at least one holds a method that it takes."""
    held = Authenticator.objects.filter(enabled=True, user__isnull=False)
    known = {name for name in held.order_by().values_list("method", flat=True).distinct() if name in METHODS}
    for_all = {rule.id for rule in rules if not rule.groups and known & set(rule.methods)}
    takes = Q()
    for name in known:
        takers = [UUID(rule.id) for rule in rules if rule.groups and name in rule.methods]
        if takers:
            # In the same filter as the outer policy below, so that both speak of the same membership.
            takes |= Q(method=name, user__memberships__group__policy__in=takers)
    if not takes:
        return for_all
    people = held.filter(takes, user__memberships__group__policy=OuterRef("pk"))
    return for_all | {pk.hex for pk in Policy.objects.filter(Exists(people)).values_list("pk", flat=True)}


def noticed(
    application: Application | None, groups: Iterable[Group], login: str, methods: Sequence[str]
) -> Noticed:
    """Return whom a policy like this would concern, of the first LOOKED_AT people that it is for."""
    rows = _people_of(list(groups))
    people = User.objects.filter(enabled=True, pk__in=rows[:LOOKED_AT])
    directories = directories_of(application) if application else []
    people = people.filter(entry__directory__in=directories) if directories else people
    more = rows[LOOKED_AT : LOOKED_AT + 1].exists()
    if login == LoginMethod.PASSWORD_ONLY or RADIUS in methods:  # who of them a server knows cannot be asked
        return Noticed(people.count(), 0, (), more)
    held = Authenticator.objects.filter(user=OuterRef("pk"), enabled=True, method__in=methods)
    without = people.filter(~Exists(held))
    return Noticed(people.count(), without.count(), list(without[:SHOWN]), more)


def _people_of(groups: list[Group]) -> QuerySet[Any, Any]:
    """Return the ids of a policy's people; read from the groups, since those may be small."""
    if groups:
        return Membership.objects.filter(group__in=groups).order_by().values("user_id")
    return User.objects.filter(enabled=True).order_by().values("pk")


def directories_of(application: Application) -> list[UUID]:
    """Return the directories whose people an application takes; none means all of them."""
    links = ApplicationDirectory.objects.filter(application=application)
    return list(links.values_list("directory_id", flat=True))


def who(user: User, application: Application) -> Who:
    """Return a user as a login in thought takes them."""
    directories = directories_of(application)
    entry = getattr(user, "entry", None)
    held = user.authenticators.filter(enabled=True).order_by("created_at", "name")
    return Who(
        name=user.name or user.login,
        enabled=user.enabled,
        directory=entry.directory.name if entry else "no directory",
        may_use=entry is not None and (not directories or entry.directory_id in directories),
        groups=frozenset(pk.hex for pk in user.memberships.values_list("group_id", flat=True)),
        held=tuple(held.values_list("name", "method")),
    )
