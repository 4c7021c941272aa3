"""What stands around every page of the console: where one can go, and who one is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from secondgate import __version__
from secondgate.applications.models import Application
from secondgate.console import roles
from secondgate.directories.models import Directory
from secondgate.people.models import Group, User
from secondgate.policies.models import Policy

COUNT_AGAIN: Final = 30.0  # seconds: to count 100,000 users takes 7 ms, more than the rest of a page


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the sidebar. `keys` lead there; `count` says how many there are."""

    title: str
    name: str
    icon: str
    permission: str
    keys: str = ""
    count: Callable[[], int] | None = None


_directories = Directory.objects
NAV: Final[tuple[tuple[str, tuple[Place, ...]], ...]] = (
    (
        "",
        (
            Place("Overview", "overview", "layout-dashboard", "overview.read", "g o"),
            Place("Live log", "log", "activity", "log.read", "g l"),
        ),
    ),
    (
        "Sign-in",
        (
            Place(
                "Applications", "applications", "app-window", "applications.read", "g a",
                Application.objects.count,
            ),
            Place("Policies", "policies", "list-checks", "policies.read", "g p", Policy.objects.count),
            Place("What if", "what-if", "split", "policies.read", "g w"),
        ),
    ),
    (
        "People",
        (
            Place("Users", "users", "users", "users.read", "g u", User.objects.count),
            Place("Groups", "groups", "layers", "users.read", "g g", Group.objects.count),
            Place("Directories", "directories", "folder-tree", "directories.read", "g d", _directories.count),
        ),
    ),
    (
        "System",
        (
            Place("Administrators", "administrators", "shield", "administrators.read", "g r"),
            Place("Settings", "settings", "settings", "settings.read", "g s"),
        ),
    ),
)  # fmt: skip


def address(name: str, *args: Any) -> str:
    """Return where a page of the console is; "" where there is no page of that name."""
    try:
        return reverse(f"console:{name}", args=args)
    except NoReverseMatch:
        return ""


_counts: dict[str, tuple[float, int]] = {}


def _counted(place: Place) -> int | None:
    if place.count is None:
        return None
    now = time.monotonic()
    at, count = _counts.get(place.name, (-COUNT_AGAIN, 0))
    if now - at >= COUNT_AGAIN or count < 1000:  # few are counted at once
        count = place.count()
        _counts[place.name] = (now, count)
    return count


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the console's pages their sidebar; nothing to any other page."""
    if not request.path.startswith("/console/") or not getattr(request, "user", None):
        return {}
    user: User = request.user  # type: ignore[assignment]
    at = request.resolver_match.url_name if request.resolver_match else ""
    parts = []
    for title, places in NAV:
        shown = [
            {
                "place": place,
                "href": reverse(f"console:{place.name}"),
                "count": _counted(place),
                "here": at == place.name or (at or "").startswith(f"{place.name}-"),
            }
            for place in places
            if user.role and roles.may(user, place.permission)
        ]
        if shown:
            parts.append((title, shown))
    return {
        "nav": parts,
        "version": __version__,
        "may": {name: roles.may(user, name) for name in roles.MAY} if user.role else {},
    }
