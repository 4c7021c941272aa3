"""Who is at the browser: signed in, for how long, and how well proven."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from secondgate.people.models import User
from secondgate.web.models import Session

IDLE: Final = 3600  # seconds without a page after which one signs in again; OWASP: 15 to 60 minutes
SEEN_EVERY: Final = 60  # seconds between two notes of it: a write a page would wake the disk each time
FRESH: Final = 600  # seconds for which a proof serves for secrets, roles and removals (sudo: 300 to 900)
POLL: Final = "X-Poll"  # a request by which a page renews itself: nobody is at the keyboard
AGENT_MOST: Final = 200
PLACE_MOST: Final = 64
PATH_MOST: Final = 200


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def source_of(request: HttpRequest) -> str:
    """Return the browser's address; a proxy on this machine is asked for it (uvicorn's proxy headers)."""
    return str(request.META.get("REMOTE_ADDR", ""))[:PLACE_MOST]


def place_of(request: HttpRequest) -> str:
    """Return the page that is asked for, as it may be written down: a token in its address opens doors."""
    found = request.resolver_match
    if found is None or "token" not in found.kwargs:
        return request.path[:PATH_MOST]
    return f"/{found.route}"


def agent_of(request: HttpRequest) -> str:
    """Return what the browser calls itself."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:AGENT_MOST]


class Visitor:
    """Middleware: `request.user` is the User who is signed in, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the visitor up when a page asks who it is, and not before."""
        cast(Any, request).user = SimpleLazyObject(lambda: _user(request))
        return self._get_response(request)


def _user(request: HttpRequest) -> User | None:
    key = request.session.get("user")
    if key is None:
        return None
    now = timezone.now()
    row = Session.objects.select_related("user").filter(pk=request.session.session_key).first()
    idle = (now - row.seen_at).total_seconds() if row and row.seen_at else IDLE
    if row is None or row.user is None or not row.user.enabled or idle >= IDLE:
        request.session.flush()
        return None
    if idle >= SEEN_EVERY and not _renews_itself(request):
        Session.objects.filter(pk=row.pk).update(seen_at=now)
    return row.user


def _renews_itself(request: HttpRequest) -> bool:
    """Tell whether the page asks, and nobody at it: an EventSource comes back by itself, too."""
    return POLL in request.headers or request.headers.get("Accept", "") == "text/event-stream"


def signed_in_by(keys: Iterable[str]) -> dict[str, User]:
    """Return who is signed in by which of these sessions: those that have not ended, nor been idle."""
    since = timezone.now() - timedelta(seconds=IDLE)
    live = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now(), seen_at__gt=since)
    return {row.pk: row.user for row in live.select_related("user") if row.user and row.user.enabled}


def welcome(request: HttpRequest, user: User, *, method: str) -> None:
    """Sign `user` in to this browser. `method` is the second factor that was shown, "" for none.

    Nothing of an earlier session stays: whoever had it may have seen the seed, or the secret, that it keeps.
    """
    request.session.flush()
    request.session.update(
        {
            "user": user.pk.hex,
            "method": method,
            "proved_at": time.time(),
            "source": source_of(request),
            "agent": agent_of(request),
        }
    )


def prove_again(request: HttpRequest, method: str) -> None:
    """Take down that the visitor has just shown a second factor once more."""
    request.session.cycle_key()
    request.session.update({"method": method, "proved_at": time.time()})


def is_proven(request: HttpRequest) -> bool:
    """Tell whether this browser was signed in with two factors."""
    return bool(request.session.get("method"))


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the second factor was shown a moment ago; a form opened then may take its time."""
    allowed = FRESH if request.method in ("GET", "HEAD") else 3 * FRESH
    return bool(0 <= time.time() - request.session.get("proved_at", 0) < allowed)


def leave(request: HttpRequest) -> None:
    """Sign this browser out."""
    request.session.flush()


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Sign a user out everywhere, `but` in the session of that key; return how many there were."""
    return Session.objects.filter(user=user).exclude(pk=but or "").delete()[0]
