"""What the palette finds: people, groups, applications, policies, addresses."""

from collections.abc import Callable, Iterator
from typing import Final

from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from secondgate.applications.models import Application, Client
from secondgate.console.access import may
from secondgate.console.people import Wanted, find
from secondgate.people.login_names import normalise
from secondgate.people.models import Group, LoginName
from secondgate.policies.models import Policy
from secondgate.web.visitor import Request

MOST: Final = 8  # of a kind: more would not be read

Found = tuple[str, str, str, str]  # title, address, icon, keys: as the palette lists them


def _people(text: str) -> Iterator[Found]:
    # As the list of people finds them, in its order; then whoever is known by another login name.
    found = list(find(Wanted(text=text)).order_by("search", "id")[:MOST])
    known_as = LoginName.objects.filter(name__startswith=text).exclude(user__in=found)
    others = known_as.select_related("user").order_by("name")[: MOST - len(found)]
    for user, name in [*((one, one.login) for one in found), *((one.user, one.name) for one in others)]:
        title = f"{user.name}, {name}" if user.name else name
        yield title, reverse("console:users-one", args=[user.pk]), "user", ""


def _groups(text: str) -> Iterator[Found]:
    for one in Group.objects.filter(name__icontains=text).order_by("name")[:MOST]:
        yield one.name, reverse("console:groups-one", args=[one.pk]), "layers", ""


def _applications(text: str) -> Iterator[Found]:
    for one in Application.objects.filter(name__icontains=text).order_by("name")[:MOST]:
        yield one.name, reverse("console:applications-one", args=[one.pk]), "app-window", ""


def _policies(text: str) -> Iterator[Found]:
    found = Policy.objects.filter(name__icontains=text).select_related("application").order_by("name")
    for one in found[:MOST]:
        href = f"{reverse('console:policies')}#p-{one.pk}"  # whoever may not change it reads it there
        yield f"{one.name}, {one.application.name}", href, "list-checks", ""


def _addresses(text: str) -> Iterator[Found]:
    for one in Client.objects.filter(network__startswith=text).select_related("application")[:MOST]:
        title = f"{one.network}, {one.application.name}"
        yield title, reverse("console:applications-one", args=[one.application_id]), "network", ""


FINDERS: Final[tuple[Callable[[str], Iterator[Found]], ...]] = (
    _people, _groups, _applications, _policies, _addresses,
)  # fmt: skip


@may("users.read")
@require_safe
def search(request: Request) -> JsonResponse:
    """Return what is called so."""
    text = normalise(request.GET.get("q", ""))[:100]
    found = [one for finder in FINDERS for one in finder(text)] if len(text) > 1 else []
    return JsonResponse({"found": found})
