"""One's own authenticators: call them otherwise, take them away, make backup codes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secondgate.methods import enrolment
from secondgate.policies.covering import covering
from secondgate.policies.resolve import LoginMethod
from secondgate.portal import ways
from secondgate.portal.access import next_page, signed_in
from secondgate.portal.forms.name import NameForm
from secondgate.web.visitor import Request


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, pk: UUID) -> HttpResponse:
    """Give one of them another name."""
    authenticator = get_object_or_404(request.user.authenticators, pk=pk)
    old = authenticator.name
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": old})
    if form.is_valid():
        try:
            enrolment.rename(authenticator, form.cleaned_data["name"], by=request.user.pk.hex)
        except ValueError:
            form.add_error("name", _("You have one of that name. Give this one another."))
        else:
            return redirect("portal:home")
    context = {"form": form, "old": old}
    return render(request, "portal/rename.html", context, status=422 if form.errors else 200)


@signed_in(fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Request, pk: UUID) -> HttpResponse:
    """Say what follows, then take one of them away."""
    authenticator = get_object_or_404(request.user.authenticators, pk=pk)
    if request.method == "POST":
        mine = enrolment.held_by([request.user])[request.user.pk]
        enrolment.remove([mine[authenticator.name]], by=request.user.pk.hex)
        messages.success(request, _("{name} was removed.").format(name=authenticator.name), "ok")
        return redirect("portal:home")
    rest = set(request.user.authenticators.exclude(pk=pk).values_list("method", flat=True))
    closed = [
        place.application.name
        for place in covering(request.user)
        if place.rule.login is not LoginMethod.PASSWORD_ONLY
        and authenticator.method in place.rule.methods
        and rest.isdisjoint(place.rule.methods)
    ]
    context = {"way": ways.way(authenticator), "is_last": not rest, "closed": closed}
    return render(request, "portal/remove.html", context)


@signed_in(fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def backup_codes(request: Request) -> HttpResponse:
    """Make ten codes, and show them once."""
    held = request.user.authenticators.filter(method=enrolment.BACKUP_CODES).first()
    context: dict[str, Any] = {
        "way": ways.way(held) if held else None,
        "next": next_page(request, "portal:home"),
    }
    if request.method == "POST":
        context["codes"] = enrolment.give_backup_codes(request.user, by=request.user.pk.hex)
    return render(request, "portal/backup_codes.html", context)
