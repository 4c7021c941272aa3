"""What the palette finds: people, groups, applications, policies, addresses."""

from collections.abc import Callable, Iterator
from typing import Final

from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from secondgate.applications.models import Application, Client
from secondgate.console.access import may
from secondgate.people.login_names import normalise
from secondgate.people.models import LoginName
from secondgate.web.visitor import Request

MOST: Final = 8  # of a kind: more would not be read

Found = tuple[str, str, str, str]  # title, address, icon, keys: as the palette lists them


def _people(text: str) -> Iterator[Found]:
    # By the beginning of a name: the index finds it among 100,000.
    found = LoginName.objects.filter(name__startswith=text).select_related("user").order_by("name")
    for one in found[:MOST]:
        yield (
            f"{one.user.name or one.user.login}, {one.name}",
            reverse("console:users-one", args=[one.user_id]),
            "user",
            "",
        )


def _applications(text: str) -> Iterator[Found]:
    for one in Application.objects.filter(name__icontains=text).order_by("name")[:MOST]:
        yield one.name, reverse("console:applications-one", args=[one.pk]), "app-window", ""


def _addresses(text: str) -> Iterator[Found]:
    for one in Client.objects.filter(network__startswith=text).select_related("application")[:MOST]:
        title = f"{one.network}, {one.application.name}"
        yield title, reverse("console:applications-one", args=[one.application_id]), "network", ""


FINDERS: Final[tuple[Callable[[str], Iterator[Found]], ...]] = (_people, _applications, _addresses)


@may("users.read")
@require_safe
def search(request: Request) -> JsonResponse:
    """Return what begins so."""
    text = normalise(request.GET.get("q", ""))[:100]
    found = [one for finder in FINDERS for one in finder(text)] if len(text) > 1 else []
    return JsonResponse({"found": found})
