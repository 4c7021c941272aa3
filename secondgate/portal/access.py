"""`@signed_in`: the portal's pages are for whoever has shown who they are."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from secondgate.methods.enrolment import has_live
from secondgate.web.visitor import Request, is_fresh, is_proven

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], Any]


def signed_in(*, fresh: bool = False) -> Callable[[View[P]], View[P]]:
    """Guard a page of the portal. `fresh`: the second factor was shown a moment ago, if there is one."""

    def guarding(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            if not request.user:
                return lead(request, "portal:sign-in")
            if fresh and not _is_proof_enough(request):
                return lead(request, "portal:confirm")
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return guarding


def _is_proof_enough(request: Request) -> bool:
    """Tell whether the second factor was shown a moment ago, by whoever has one.

    A browser that came in by password alone, before there was a factor, must not take it away.
    """
    if is_proven(request):
        return is_fresh(request)
    return not has_live(request.user, time.time())


def lead(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to a page, and back here afterwards."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}")


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Return the page of ours that `next` names; anything else leads to `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if is_ours else reverse(otherwise)
