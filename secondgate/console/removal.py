"""The page before a removal: one look for every kind of thing, and one way back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from secondgate.people.models import User
from secondgate.web.visitor import Request

Way = tuple[tuple[str, str], ...]  # pages that lead there: title and address, the nearest last


def ask_first(
    request: Request,
    what: str,
    noun: str,
    way: Way,
    says: Mapping[str, Any],
    *,
    page: str = "remove",
    status: int = 200,
) -> HttpResponse:
    """Return the page that says what goes with `what`, whose kind is `noun`.

    `says` is what the template `page` tells; the plain one tells `says["says"]`.
    """
    context = {"what": what, "noun": noun, "way": way, "back": way[-1][1], **says}
    return render(request, f"console/{page}.html", context, status=status)


def way_to(title: str, name: str, *pages: tuple[str, str]) -> Way:
    """Return the way by one list of the sidebar, and further pages."""
    return ((title, reverse(f"console:{name}")), *pages)


def way_to_person(person: User) -> Way:
    """Return the way to a person's page."""
    address = reverse("console:users-one", args=[person.pk])
    return way_to("Users", "users", (person.name or person.login, address))
