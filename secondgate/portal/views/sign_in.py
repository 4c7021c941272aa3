"""In and out: name and password, then the second factor, each by the login decision."""

from base64 import b64decode, b64encode
from uuid import UUID

from django.forms.utils import ErrorList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from secondgate.login.outcome import Accept, Challenge
from secondgate.messaging.delivery import can_mail
from secondgate.people.models import User
from secondgate.portal.access import next_page
from secondgate.portal.deciding import decided, to_sign
from secondgate.portal.forms.passkey import PasskeyForm
from secondgate.portal.forms.sign_in import CodeForm, PasswordForm
from secondgate.web.forms import Form
from secondgate.web.sign_in import Typed
from secondgate.web.visitor import leave, welcome

STEP = "signing-in"  # where the session keeps the question between the two steps: name and State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_step(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = Typed(form.cleaned_data["login"], form.cleaned_data["password"])
        outcome = decided(request, typed, form)
        if isinstance(outcome, Challenge):
            request.session.cycle_key()
            request.session[STEP] = {
                "login": typed.login_name,
                "user": outcome.user.id,
                "state": b64encode(outcome.state).decode(),
                "next": next_page(request, "portal:home"),
            }
            return redirect("portal:code")
        if isinstance(outcome, Accept):
            return _let_in(request, outcome, next_page(request, "portal:home"))
    context = {"form": form, "next": next_page(request, "portal:home"), "can_mail": can_mail()}
    return render(request, "portal/sign_in.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code_step(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor. A wrong answer closes the question, so it begins anew with the password."""
    step = request.session.get(STEP)
    if step is None:
        return redirect("portal:sign-in")
    state = b64decode(step["state"])
    form: Form = (PasskeyForm if "passkey" in request.POST else CodeForm)(request.POST or None)
    if form.is_valid():
        del request.session[STEP]
        answer = form.cleaned_data.get("passkey") or form.cleaned_data["code"]
        outcome = decided(request, Typed(step["login"], answer, state), form)
        if isinstance(outcome, Accept):
            return _let_in(request, outcome, step["next"])
        return _once_more(request, step, form.non_field_errors())
    context = {
        "form": form if isinstance(form, CodeForm) else CodeForm(),
        "options": to_sign(request, UUID(step["user"]), state),
    }
    return render(request, "portal/code.html", context, status=422 if form.errors else 200)


def _once_more(request: HttpRequest, step: dict[str, str], said: ErrorList) -> HttpResponse:
    """Begin anew with the password, and say kindly why: each guess at a code costs a right password."""
    form = PasswordForm(initial={"login": step["login"]})
    form.fields["login"].widget.attrs.pop("autofocus")  # the name stands there: on to the password
    form.fields["password"].widget.attrs["autofocus"] = True
    context = {"form": form, "next": step["next"], "said": said, "again": True, "can_mail": can_mail()}
    return render(request, "portal/sign_in.html", context, status=422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out."""
    leave(request)
    return redirect("portal:sign-in")


def _let_in(request: HttpRequest, outcome: Accept, page: str) -> HttpResponse:
    user = User.objects.get(pk=outcome.user.id)
    welcome(request, user, method=outcome.proof.method if outcome.proof else "")
    return redirect(page if outcome.proof else "portal:add-totp")
