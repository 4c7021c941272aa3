"""Groups: the list, one with its members, and what may be done to them."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secondgate.console import people, roles
from secondgate.console.access import may
from secondgate.console.forms.group import GroupForm, MembersForm, RenameGroupForm
from secondgate.console.removal import ask_first, way_to
from secondgate.people import accounts, members
from secondgate.people.login_names import candidates
from secondgate.people.models import Group, LoginName, Membership, User
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy
from secondgate.web.paging import page
from secondgate.web.visitor import Request

COUNT_MOST = 1000  # members of a group that are counted for its row: "1,000 or more"
LOGINS_MOST = 500  # people put into a group at once


@may("users.read")
@require_safe
def groups(request: Request) -> HttpResponse:
    """List groups, with what names them and how many are in them."""
    text = request.GET.get("q", "")[:200].strip()
    found = _counted().filter(name__icontains=text) if text else _counted()
    shown = page(request, found, key="name")
    named: dict[UUID, list[Policy]] = {}
    links = Policy.groups.through.objects.filter(group__in=shown.rows).select_related("policy")
    for link in links.order_by("policy__position"):
        named.setdefault(link.group_id, []).append(link.policy)
    rows = [(group, named.get(group.pk, [])) for group in shown.rows]
    context = {"page": shown, "rows": rows, "text": text, "most": COUNT_MOST}
    return render(request, "console/groups.html", context)


class Counted(Subquery):
    """How many rows of a subquery there are, in one query for all groups of a page."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _counted() -> QuerySet[Group]:
    """Return the groups with `count`, how many are in them; nobody is counted beyond COUNT_MOST."""
    inside = Membership.objects.filter(group=OuterRef("pk")).values("pk")[:COUNT_MOST]
    return Group.objects.annotate(count=Counted(inside))


@may("users.read")
@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    """Show one group and its members."""
    group = get_object_or_404(_counted(), pk=pk)
    text = request.GET.get("q", "")[:200]
    shown = page(request, people.find(people.Wanted(text=text, group=group.pk)), key="search")
    context = {
        "group": group,
        "page": shown,
        "rows": people.rows_of(shown.rows),
        "text": text,
        "policies": group.policy_set.order_by("position"),
        "most": COUNT_MOST,
    }
    return render(request, "console/groups_one.html", context)


@may("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Create a group."""
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if Group.objects.filter(name=name).exists():
            form.add_error("name", "There is a group of that name already.")
        else:
            group = accounts.make_group(name, by=request.user.pk.hex)
            return redirect("console:groups-one", group.pk)
    context = {
        "title": "Create a group",
        "says": "Policies speak about groups. People are put into it afterwards.",
        "form": form,
        "leads": "Create the group",
    }
    return render(request, "console/groups_form.html", context, status=422 if form.errors else 200)


@may("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, pk: UUID) -> HttpResponse:
    """Call a group otherwise."""
    group = get_object_or_404(Group, pk=pk)
    form = RenameGroupForm(
        request.POST if request.method == "POST" else None,
        shown={"name": group.name},
        initial={"name": group.name},
    )
    if form.is_valid():
        try:
            members.rename_group(group, form.cleaned_data["name"], by=request.user.pk.hex)
        except accounts.NameTaken:
            form.add_error("name", "There is a group of that name already.")
        else:
            return redirect("console:groups-one", group.pk)
    context = {
        "title": f"Rename {group.name}",
        "says": "Policies that name it follow. A configuration file that names it must be changed by hand.",
        "form": form,
        "group": group,
        "leads": "Save the name",
    }
    return render(request, "console/groups_form.html", context, status=422 if form.errors else 200)


@may("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Request, pk: UUID) -> HttpResponse:
    """Say which policies name it and what then happens; then remove it."""
    group = get_object_or_404(_counted(), pk=pk)
    if request.method == "POST":
        try:
            policies.remove_group(group, by=request.user.pk.hex)
        except policies.OnlyGroup:
            return redirect("console:groups-remove", pk)
        messages.success(request, f"{group.name} was removed. Its people stay.", "ok")
        return redirect("console:groups")
    # Not by a count over the join: that would count the one group that it is joined by.
    others = Policy.groups.through.objects.filter(policy=OuterRef("pk")).exclude(group=group)
    named = list(group.policy_set.annotate(others=Exists(others)).order_by("position"))
    alone = [policy for policy in named if not policy.others]
    says = {
        "group": group,
        "most": COUNT_MOST,
        "alone": alone,
        "blocked": alone,
        "named": [policy for policy in named if policy.others],
    }
    way = way_to("Groups", "groups", (group.name, reverse("console:groups-one", args=[group.pk])))
    return ask_first(request, group.name, "group", way, says, page="groups_remove")


@may("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add_members(request: Request, pk: UUID) -> HttpResponse:
    """Put people into a group, by their login names."""
    group = get_object_or_404(Group, pk=pk)
    form = MembersForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found, wrong = _called(form.cleaned_data["logins"].splitlines())
        above = [
            user for user in User.objects.filter(pk__in=found) if not roles.may_touch(request.user, user)
        ]
        wrong += [f"Your role does not act on {user.login}, who has the role {user.role}." for user in above]
        if wrong:
            form.add_error("logins", " ".join(wrong))
        else:
            count = members.add_members(group, found, by=request.user.pk.hex)
            known = f", {len(found) - count} were in it already" if count < len(found) else ""
            messages.success(request, f"{count} people were added to {group.name}{known}.", "ok")
            return redirect("console:groups-one", group.pk)
    context = {
        "title": f"Add people to {group.name}",
        "says": "The policies that name the group count for them from the next login on.",
        "form": form,
        "group": group,
        "leads": "Add them",
    }
    return render(request, "console/groups_form.html", context, status=422 if form.errors else 200)


def _called(lines: Sequence[str]) -> tuple[list[UUID], list[str]]:
    """Return who is called so, one a line, and what is wrong with the lines, in words. One query."""
    wanted = {line.strip(): candidates(line) for line in lines if line.strip()}
    if len(wanted) > LOGINS_MOST:
        return [], [f"These are {len(wanted)} names; {LOGINS_MOST} can be added at once."]
    every = {candidate.name for readings in wanted.values() for candidate in readings}
    rows = list(LoginName.objects.filter(name__in=every).values_list("realm", "name", "user_id"))
    found: list[UUID] = []
    wrong: list[str] = []
    for line, readings in wanted.items():
        users = {
            user
            for reading in readings
            for realm, name, user in rows
            if name == reading.name and reading.realm in (None, realm)
        }
        if len(users) == 1:
            found.extend(users)
        elif users:
            wrong.append(f"“{line}” fits {len(users)} people: type the realm too, as in CORP\\ann.")
        else:
            wrong.append(f"Nobody is called “{line}”.")
    return found, wrong


@may("users.change")
@require_POST
def remove_members(request: Request, pk: UUID) -> HttpResponse:
    """Take those selected out of a group."""
    group = get_object_or_404(Group, pk=pk)
    ids = request.POST.getlist("user")
    chosen = User.objects.filter(pk__in=_uuids(ids))
    below = [user.pk for user in chosen if roles.may_touch(request.user, user)]
    count = members.remove_members(group, below, by=request.user.pk.hex)
    messages.success(request, f"{count} people were removed from {group.name}.", "ok")
    return redirect("console:groups-one", group.pk)


def _uuids(texts: Sequence[str]) -> list[UUID]:
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
