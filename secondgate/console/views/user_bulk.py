"""One act on several people: a page says what will happen to whom, then it is done, each as an event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from secondgate.console import roles
from secondgate.console.access import may
from secondgate.console.forms.choose_group import ChooseGroupForm
from secondgate.console.undo import offer_undo
from secondgate.methods import enrolment
from secondgate.people import accounts
from secondgate.people.members import add_members, remove_members
from secondgate.people.models import Group, User
from secondgate.web.visitor import Request, end_sessions

MOST: Final = 500  # people at once: each is an event, and a transaction of its own

Do = Callable[[Sequence[User], Group | None, str], list[User]]  # returns those on whom it was done


@dataclass(frozen=True, slots=True)
class Act:
    """One act: in words, who may, what is done, and which act takes it back."""

    title: str
    says: str
    leads: str
    done: str
    permission: str
    do: Do
    undo: str = ""
    asks_group: bool = False
    fresh: bool = False
    is_safe: bool = True
    ends_sessions: bool = False  # a browser that was stolen, too, must not stay signed in


def _set_enabled(enabled: bool) -> Do:
    def do(people: Sequence[User], _group: Group | None, by: str) -> list[User]:
        done = []
        for user in people:
            if user.enabled != enabled:
                try:
                    accounts.set_enabled(user, enabled, by=by)
                except accounts.LastOwner:
                    continue
                done.append(user)
        return done

    return do


def _join(people: Sequence[User], group: Group | None, by: str) -> list[User]:
    assert group
    inside = set(group.memberships.filter(user__in=people).values_list("user_id", flat=True))
    add_members(group, [user.pk for user in people], by=by)
    return [user for user in people if user.pk not in inside]


def _leave(people: Sequence[User], group: Group | None, by: str) -> list[User]:
    assert group
    inside = set(group.memberships.filter(user__in=people).values_list("user_id", flat=True))
    remove_members(group, [user.pk for user in people], by=by)
    return [user for user in people if user.pk in inside]


def _reset(people: Sequence[User], _group: Group | None, by: str) -> list[User]:
    return [user for user in people if enrolment.remove_all(user, by=by)]


ACTS: Final = {
    "disable": Act(
        "Disable",
        "No login of theirs is accepted from then on, and the portal is closed to them. Their authenticators "
        "and groups stay as they are.",
        "Disable {who}",
        "disabled: no login of theirs is accepted",
        "users.change",
        _set_enabled(False),
        undo="enable",
        is_safe=False,
        ends_sessions=True,
    ),
    "enable": Act(
        "Enable",
        "They may log in again, as their policies say.",
        "Enable {who}",
        "enabled",
        "users.change",
        _set_enabled(True),
        undo="disable",
    ),
    "join": Act(
        "Add to a group",
        "The policies that name the group count for them from the next login on.",
        "Add {who}",
        "added to {group}",
        "users.change",
        _join,
        undo="leave",
        asks_group=True,
    ),
    "leave": Act(
        "Remove from a group",
        "The policies that name the group no longer count for them, from the next login on. Who is not in it "
        "stays as they are.",
        "Remove {who}",
        "removed from {group}",
        "users.change",
        _leave,
        undo="join",
        asks_group=True,
    ),
    "reset": Act(
        "Remove authenticators",
        "All of them, backup codes and bypass codes, too. Where a second factor is asked for, they are "
        "refused until they have a new one. This cannot be taken back: it must be enrolled anew.",
        "Remove all authenticators of {who}",
        "without authenticators now",
        "users.reset",
        _reset,
        fresh=True,
        is_safe=False,
        ends_sessions=True,
    ),
}


def page(name: str) -> Callable[..., Any]:
    """Return the view of one act."""
    act = ACTS[name]

    @may(act.permission, fresh=act.fresh)
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: Request) -> HttpResponse:
        sent = request.POST if request.method == "POST" else request.GET
        people, above = _chosen(request.user, sent.getlist("user"))
        form = ChooseGroupForm(request.POST or None) if act.asks_group else None
        if request.method == "POST" and people and (form is None or form.is_valid()):
            group = form.cleaned_data["group"] if form else None
            done = act.do(people, group, request.user.pk.hex)
            if act.ends_sessions:
                for user in done:
                    end_sessions(user, but=request.session.session_key)
            _tell(request, act, people, done, group)
            return redirect("console:users")
        who = f"{len(people)} people" if len(people) != 1 else people[0].name or people[0].login
        leads = act.leads.format(who=who)
        context = {"act": act, "people": people, "above": above, "form": form, "leads": leads}
        status = 422 if form and form.errors else 200
        return render(request, "console/users_bulk.html", context, status=status)

    return view


def _chosen(visitor: User, wanted: Sequence[str]) -> tuple[list[User], list[User]]:
    """Return those of the people on whom the visitor may act, and those above them."""
    ids = []
    for text in wanted[:MOST]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    found = list(User.objects.filter(pk__in=ids).order_by("search", "id"))
    below = [user for user in found if roles.may_touch(visitor, user)]
    return below, [user for user in found if user not in below]


def _tell(request: Request, act: Act, people: list[User], done: list[User], group: Group | None) -> None:
    says = act.done.format(group=group.name if group else "")
    if not done:
        messages.warning(request, f"Nothing has changed: {_names(people)} stay as they were.", "warn")
        return
    text = f"{_names(done)} {'is' if len(done) == 1 else 'are'} {says}."
    if len(done) < len(people):
        text += f" {len(people) - len(done)} stay as they were."
    if act.undo:
        act_name = f"console:users-bulk-{act.undo}"
        offer_undo(request, text, act_name, [user.pk for user in done], group=group.name if group else "")
    else:
        messages.success(request, text, "ok")


def _names(people: list[User]) -> str:
    names = [user.name or user.login for user in people]
    return (
        names[0]
        if len(names) == 1
        else f"{len(names)} people ({', '.join(names[:3])}{' …' * (len(names) > 3)})"
    )
