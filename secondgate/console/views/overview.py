"""The overview."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secondgate.console.access import may
from secondgate.web.visitor import Request


@may("overview.read")
@require_safe
def overview(request: Request) -> HttpResponse:
    """Show how it goes."""
    return render(request, "console/overview.html")
