"""Users: the list, and one of them in the panel beside it."""

import time
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from secondgate.console import people, roles
from secondgate.console.access import may
from secondgate.console.forms.find_people import FindForm
from secondgate.console.sessions import lately
from secondgate.console.undo import take_undo
from secondgate.events.read import Wanted, look, told
from secondgate.login.explain import explain, why
from secondgate.login.waits import waiting
from secondgate.people.known_as import names_of
from secondgate.people.models import User
from secondgate.web.models import Session
from secondgate.web.paging import page
from secondgate.web.visitor import Request

TABS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("All", {}),
    ("No second factor", {"factor": "without"}),
    ("With one", {"factor": "with"}),
    ("Enabled", {"state": "enabled"}),
    ("Disabled", {"state": "disabled"}),
)
MENUS: Final = ("group", "directory", "role")  # the filters that fold away where there is no room
KEPT: Final = ("q", "group", "directory", "role", "state", "factor", "after", "before")  # of the list
PLACE: Final = (*MENUS, "after", "before")  # a page of one list is none of another
EVENTS: Final = 10  # of one person in the panel
MARKS: Final = {"login.accepted": "ok", "login.refused": "bad", "login.challenged": "wait"}


@may("users.read")
@require_safe
def users(request: Request) -> HttpResponse:
    """List people; `panel` names the one to show beside them."""
    try:
        pk = UUID(request.GET.get("panel", ""))
    except ValueError:
        pk = None
    return _shown(request, User.objects.filter(pk=pk).first() if pk else None)


@may("users.read")
@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    """Show one person, at an address of their own."""
    return _shown(request, get_object_or_404(User, pk=pk))


def _shown(request: Request, person: User | None) -> HttpResponse:
    form = FindForm(request.GET)
    wanted = form.wanted()
    found = page(request, people.find(wanted), key="search")
    kept = {key: str(request.GET[key]) for key in KEPT if request.GET.get(key)}
    context = {
        "form": form,
        "wanted": wanted,
        "page": found,
        "rows": people.rows_of(found.rows),
        "tabs": _tabs(kept),
        "filtered": sum(bool(getattr(wanted, name)) for name in MENUS),
        "unfiltered": urlencode({name: text for name, text in kept.items() if name not in PLACE}),
        "kept": urlencode(kept),
        "person": person,
        "panel": person,
        "undo": take_undo(request),
    }
    if person:
        context |= _panel(request, person)
    return render(request, "console/users.html", context)


def _tabs(kept: dict[str, str]) -> list[tuple[str, str, bool]]:
    base = {key: value for key, value in kept.items() if key not in ("state", "factor", "after", "before")}
    at = {key: value for key, value in kept.items() if key in ("state", "factor")}
    return [(title, urlencode({**base, **adds}), at == adds) for title, adds in TABS]


def _panel(request: Request, person: User) -> dict[str, Any]:
    """Return what the panel shows: a fixed number of queries, and no search through all events."""
    now = time.time()
    before = request.GET.get("before_event", "")
    wanted = Wanted(users=(person.pk,), before=int(before[:18]) if before.isdecimal() else None)
    found = look(wanted, most=EVENTS)
    held = person.authenticators.order_by("created_at", "name")
    entry = getattr(person, "entry", None)
    touchable = roles.may_touch(request.user, person)
    return {
        "names": [f"{realm}\\{name}" for realm, name in names_of(person)],
        "directory": entry.directory if entry else None,
        "groups": [one.group for one in person.memberships.select_related("group").order_by("group__name")],
        "factors": [people.factor(one, now) for one in held],
        "browsers": Session.objects.filter(user=person, expire_date__gt=timezone.now()).count(),
        "waits": waiting([person], now).get(person.pk, 0),
        "sessions": lately(person.pk),
        "events": [
            {
                "told": one,
                "at": event.at,
                "mark": MARKS.get(event.name, ""),
                "why": why(one),
                "lines": list(explain(one)),
                "href": _log_address(event.id),
            }
            for event, one in zip(found.events, told(found.events), strict=True)
        ],
        "further": None if found.is_done else found.reached,
        "touchable": touchable,
        # Then a second factor is the next step, and the one primary button of the page.
        "to_enrol": touchable and not person.has_factor and roles.may(request.user, "users.enrol"),
    }


def _log_address(event: int) -> str:
    """Return where the log shows an event."""
    try:
        return f"{reverse('console:log')}?event={event}"
    except NoReverseMatch:
        return ""
