"""The person's own page: their authenticators, and how their last logins ended."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secondgate.portal.access import signed_in
from secondgate.web.visitor import Request


@signed_in()
@require_safe
def home(request: Request) -> HttpResponse:
    """Show what the person has."""
    held = request.user.authenticators.order_by("created_at")
    return render(request, "portal/home.html", {"authenticators": held})
