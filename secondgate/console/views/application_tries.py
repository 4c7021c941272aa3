"""A test login: real, through the running listener's own pipeline, its trail shown step by step."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from secondgate.applications.models import Application
from secondgate.console.access import may
from secondgate.console.forms.application import TryLogin
from secondgate.login.explain import explain, tried_event, why
from secondgate.setup import control
from secondgate.setup.control import Tried
from secondgate.web.visitor import Request

# How each reply is said: the tone, and the sentence.
ENDS: Final[dict[str, tuple[str, str]]] = {
    "Access-Accept": ("ok", "Accepted"),
    "Access-Challenge": ("info", "A second question is asked"),
    "Access-Reject": ("bad", "Refused"),
}


@may("applications.change")
@require_http_methods(["GET", "HEAD", "POST"])
def try_login(request: Request, pk: UUID) -> HttpResponse:
    """Try a login, and show why it ended so; a question is answered in the same form."""
    one = get_object_or_404(Application, pk=pk)
    form = TryLogin(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"application": one, "form": form}
    if form.is_valid():
        said = form.cleaned_data
        try:
            tried = control.try_login(
                settings.SECONDGATE.data, one.name, said["user"], said["typed"], state=said["state"]
            )
        except control.ControlError as error:
            form.add_error(None, str(error))
        else:
            context |= _shown(one, said["user"], tried)
            context["form"] = _next_form(said["user"], tried)
    return render(request, "console/applications_test.html", context, status=422 if form.errors else 200)


def _next_form(user: str, tried: Tried) -> TryLogin:
    form = TryLogin(initial={"user": user, "state": tried.state})
    if tried.state:
        form.fields["user"].widget.attrs["readonly"] = True
        form.fields["typed"].label = tried.message or "Code"
    return form


def _shown(one: Application, user: str, tried: Tried) -> dict[str, Any]:
    event = tried_event(one.name, user, tried.reason, tried.trail)
    tone, title = ENDS.get(tried.code, ("bad", tried.code))
    return {"tried": tried, "tone": tone, "title": title, "why": why(event), "trail": list(explain(event))}
