"""`@may(permission)`: the one place where the console's pages are guarded."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from secondgate.console import roles
from secondgate.directories.models import Directory
from secondgate.events import names
from secondgate.events.record import record
from secondgate.limits import Seldom
from secondgate.people.models import User
from secondgate.web.visitor import Request, is_fresh, is_proven

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], Any]

NAMED: Final = 5  # people whom a refusal names
GUARD: Final = "permission"  # where a view carries what it asks for, for the test that every view does

_recorded = Seldom(1, within=60)  # of one person and one permission: nobody fills the log


def may(permission: str, *, fresh: bool = False) -> Callable[[View[P]], View[P]]:
    """Guard a view: signed in, with two factors, and the table of roles allows `permission`.

    `fresh` asks for the second factor once more where it was not shown a moment ago: for secrets, roles
    and the removal of factors. The view may be `async`: the guard asks the database, in a thread then.
    """

    assert permission in roles.MAY, permission

    def guarding(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            turned_away = _turn_away(request, permission, fresh)
            return view(request, *args, **kwargs) if turned_away is None else turned_away

        @wraps(view)
        async def guarded_async(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            turned_away = await sync_to_async(_turn_away)(request, permission, fresh)
            return await view(request, *args, **kwargs) if turned_away is None else turned_away

        guard = guarded_async if iscoroutinefunction(view) else guarded
        setattr(guard, GUARD, permission)
        return never_cache(guard)

    return guarding


def _turn_away(request: Request, permission: str, fresh: bool) -> HttpResponse | None:
    """Return where the visitor is led instead; None where they may go on."""
    if request.user is None or not request.user:
        return _to(request, "portal:sign-in")
    if not is_proven(request):
        messages.warning(request, "The console takes two factors. Make your second one here.", "warn")
        return _to(request, "portal:add-totp")
    if not roles.may(request.user, permission):
        return refused(request, permission, roles.MAY[permission][0])
    if fresh and not is_fresh(request):
        return _to(request, "portal:confirm")
    return None


def may_touch(
    permission: str, *, fresh: bool = False
) -> Callable[[Callable[Concatenate[Request, User, P], Any]], Callable[..., Any]]:
    """Guard an act on one person, whom the view gets in place of `pk`: not on those above oneself."""

    def guarding(view: Callable[Concatenate[Request, User, P], Any]) -> Callable[..., Any]:
        @may(permission, fresh=fresh)
        @wraps(view)
        def guarded(request: Request, /, pk: UUID, *args: P.args, **kwargs: P.kwargs) -> Any:
            person = get_object_or_404(User, pk=pk)
            if not roles.may_touch(request.user, person):
                return refused(request, permission, f"To act on somebody who has the role {person.role}")
            return view(request, person, *args, **kwargs)

        return guarded

    return guarding


def may_set_up(
    permission: str, *, fresh: bool = False
) -> Callable[[Callable[Concatenate[Request, Directory, Sequence[User], P], Any]], Callable[..., Any]]:
    """Guard the set-up of one directory, which the view gets in place of `pk`, with who lives there above.

    Whoever says how people are looked up says who can log in as them: so where somebody lives whom the
    visitor may not touch, the page is for reading, and nothing is done, nor tried out with what is kept.
    """

    def guarding(
        view: Callable[Concatenate[Request, Directory, Sequence[User], P], Any],
    ) -> Callable[..., Any]:
        @may(permission, fresh=fresh)
        @wraps(view)
        def guarded(request: Request, /, pk: UUID, *args: P.args, **kwargs: P.kwargs) -> Any:
            directory = get_object_or_404(Directory, pk=pk)
            above = above_in_directories(request.user).get(pk, ())
            if above and request.method not in ("GET", "HEAD"):
                who = ", ".join(f"{user.login} ({user.role})" for user in above[:NAMED])
                lives = "lives" if len(above) == 1 else "live"
                says = f"To set up, test or remove {directory.name}, where {who} {lives}"
                return refused(request, permission, says, remedy="An owner can do that.")
            return view(request, directory, above, *args, **kwargs)

        return guarded

    return guarding


def above_in_directories(visitor: User) -> Mapping[UUID, Sequence[User]]:
    """Return who lives in each directory and is not for this visitor to touch; those of all, in one query."""
    found: dict[UUID, list[User]] = defaultdict(list)
    people = User.objects.filter(role__gt="", entry__isnull=False).select_related("entry")
    for user in people.order_by("login"):
        if not roles.may_touch(visitor, user):
            found[user.entry.directory_id].append(user)
    return found


def refused(
    request: Request,
    permission: str,
    says: str,
    *,
    remedy: str = "An owner can change that under Administrators.",
) -> HttpResponse:
    """Say that the visitor's role does not allow it, and record that it was tried."""
    if _recorded.may((request.user.pk, permission)):
        facts = {"user": request.user.pk.hex, "permission": permission, "path": request.path[:200]}
        record(names.PERMISSION_REFUSED, by=request.user.pk.hex, user_id=request.user.pk, facts=facts)
    held = request.user.role or "no role"
    context = {
        "title": "Not with your role",
        "text": f"You have {held}, which does not include: {says[0].lower()}{says[1:]}. "
        f"{remedy} This try has been recorded.",
        "href": reverse("console:overview") if request.user.role else reverse("portal:home"),
        "leads": "To the overview" if request.user.role else "To your own page",
    }
    return render(request, "components/says.html", context, status=403)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to a page of the portal, and back here afterwards."""
    back = (
        request.get_full_path() if request.method in ("GET", "HEAD") else request.headers.get("Referer", "")
    )
    path = back if back.startswith("/") else "/" + back.partition("//")[2].partition("/")[2]
    address = f"{reverse(name)}?{urlencode({'next': path})}"
    if request.headers.get("HX-Request"):  # htmx would put the page into a corner of this one
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)
