"""In and out: name and password, then the second factor, each by the login decision."""

from base64 import b64decode, b64encode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from secondgate.ledger.ledger import LedgerError
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.login.reasons import LATER
from secondgate.messaging.delivery import can_mail
from secondgate.people.models import User
from secondgate.policies.resolve import Rule
from secondgate.portal.access import next_page, signed_in
from secondgate.portal.forms.sign_in import CodeForm, PasswordForm
from secondgate.web.forms import Form
from secondgate.web.sign_in import CONFIRM, SIGN_IN, Typed, own_name, sign_in
from secondgate.web.visitor import Request, leave, prove_again, welcome

STEP = "signing-in"  # where the session keeps the question between the two steps: name and State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_step(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = Typed(form.cleaned_data["login"], form.cleaned_data["password"])
        outcome = _decided(request, typed, form)
        if isinstance(outcome, Challenge):
            request.session.cycle_key()
            request.session[STEP] = {
                "login": typed.login_name,
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
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        del request.session[STEP]
        typed = Typed(step["login"], form.cleaned_data["code"], b64decode(step["state"]))
        outcome = _decided(request, typed, form)
        if isinstance(outcome, Accept):
            return _let_in(request, outcome, step["next"])
        again = PasswordForm(initial={"login": step["login"]})
        again.fields["login"].widget.attrs.pop("autofocus")  # the name stands there: on to the password
        again.fields["password"].widget.attrs["autofocus"] = True
        context = {
            "form": again,
            "next": step["next"],
            "said": form.non_field_errors(),
            "again": True,
            "can_mail": can_mail(),
        }
        return render(request, "portal/sign_in.html", context, status=422)
    return render(request, "portal/code.html", {"form": form}, status=422 if form.errors else 200)


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Request) -> HttpResponse:
    """Ask for the second factor once more, before secrets, roles and the removal of factors."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = Typed(own_name(request.user), form.cleaned_data["code"])
        outcome = _decided(request, typed, form, rule=CONFIRM)
        if isinstance(outcome, Accept) and outcome.proof:
            prove_again(request, outcome.proof.method)
            return redirect(next_page(request, "portal:home"))
    context = {"form": form, "next": next_page(request, "portal:home")}
    return render(request, "portal/confirm.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out."""
    leave(request)
    return redirect("portal:sign-in")


def _decided(request: HttpRequest, typed: Typed, form: Form, *, rule: Rule = SIGN_IN) -> Outcome | None:
    """Return how it ends; a refusal stands in the form, in the words of its reason."""
    try:
        outcome = sign_in(request, typed, rule=rule)
    except LedgerError:
        form.add_error(None, LATER)
        return None
    if isinstance(outcome, Refuse):
        form.add_error(None, _(outcome.message))
    return outcome


def _let_in(request: HttpRequest, outcome: Accept, page: str) -> HttpResponse:
    user = User.objects.get(pk=outcome.user.id)
    welcome(request, user, method=outcome.proof.method if outcome.proof else "")
    return redirect(page if outcome.proof else "portal:add-totp")
