"""What if: a login in thought."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secondgate.applications.models import Application
from secondgate.console.access import may
from secondgate.console.forms.what_if import WhatIfForm
from secondgate.directories.people import people_called
from secondgate.login.reasons import REASONS
from secondgate.people.models import User
from secondgate.policies.hints import Guarded
from secondgate.policies.reading import standing, who
from secondgate.policies.what_if import what_if
from secondgate.web.visitor import Request

COMPARED: Final = 5  # applications: with more of them, a list beside the answer would not be read


@may("policies.read")
@require_safe
def show(request: Request) -> HttpResponse:
    """Show what would happen if somebody logged in. Nothing is sent; the address keeps the question."""
    asked = "who" in request.GET
    form = WhatIfForm(request.GET if asked else None, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = people_called(form.cleaned_data["who"])
        if len(found) == 1:
            context |= _answered(found[0], **form.cleaned_data)
        else:
            form.add_error("who", _not_one(form.cleaned_data["who"], found))
    return render(request, "console/what_if.html", context, status=422 if form.errors else 200)


def _answered(user: User, *, application: Application, method: str, **_: Any) -> dict[str, Any]:
    now = standing()
    answers = {
        one.id: (one, what_if(one, who(user, at), now.groups, method=method))
        for one, at in _pairs(now.guarded)
        if one.id == application.pk.hex or len(now.guarded) <= COMPARED
    }
    _guarded, answer = answers.pop(application.pk.hex)
    return {
        "answer": answer,
        "looked": [(UUID(one.rule.id), one) for one in answer.looked],
        "at": application,
        "reply": REASONS[answer.reason].reply if answer.reason else "",
        "compared": answers.values(),
    }


def _pairs(guarded: Iterable[Guarded]) -> Iterator[tuple[Guarded, Application]]:
    rows = {one.pk.hex: one for one in Application.objects.all()}
    return ((one, rows[one.id]) for one in guarded if one.id in rows)


def _not_one(typed: str, found: list[User]) -> str:
    if found:
        return f"{len(found)} people are called so: a login would be refused. Type the realm, too: CORP\\ann."
    return (
        f"Nobody here is called “{typed}”. If a directory knows them, their first login makes them a user; "
        "until then there is nothing to show."
    )
