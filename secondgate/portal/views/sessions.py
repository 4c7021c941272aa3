"""The browsers in which one is signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from secondgate.portal.access import signed_in
from secondgate.web.models import Session
from secondgate.web.visitor import Request, end_sessions


@signed_in()
@require_safe
def sessions(request: Request) -> HttpResponse:
    """List them, the newest first."""
    mine = Session.objects.filter(user=request.user, expire_date__gt=timezone.now()).order_by("-seen_at")
    return render(request, "portal/sessions.html", {"sessions": mine, "here": request.session.session_key})


@signed_in()
@require_POST
def end_others(request: Request) -> HttpResponse:
    """Sign out everywhere else."""
    count = end_sessions(request.user, but=request.session.session_key)
    messages.success(request, _("Signed out in {count} other browsers.").format(count=count), "ok")
    return redirect("portal:sessions")
