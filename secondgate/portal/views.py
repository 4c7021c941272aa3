"""The portal's pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Tell whoever comes where they are, and whom to ask."""
    return render(request, "portal/home.html")
