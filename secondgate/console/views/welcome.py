"""The first run: from the one-time link to the owner account, and what comes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from secondgate.applications.models import Application
from secondgate.console.forms.owner import OwnerForm
from secondgate.events.models import Event
from secondgate.events.names import LOGIN_ACCEPTED
from secondgate.methods.models import Authenticator
from secondgate.people.accounts import NameTaken
from secondgate.policies.models import Policy
from secondgate.setup import owner_link


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say how the console is opened: sign-in comes with the console itself."""
    return render(request, "console/closed.html", {"has_owner": owner_link.has_owner()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_owner(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner account, once."""
    link = owner_link.valid(token)
    if link is None:
        return render(request, "console/link_spent.html", {"has_owner": owner_link.has_owner()}, status=410)
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            owner = owner_link.make_owner(token, **form.cleaned_data)
        except NameTaken:
            form.add_error("login", "Somebody is called so already. Choose another one.")
        else:
            return redirect("console:setup") if owner else redirect("console:welcome", token)
    context = {"form": form, "until": link.expires_at}
    return render(request, "console/welcome.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def next_steps(request: HttpRequest) -> HttpResponse:
    """Show what is to be done next. It names nothing: nobody is signed in here yet."""
    steps = [
        ("Make the owner account", owner_link.has_owner()),
        ("Add an application", Application.objects.exists()),
        ("Give someone an authenticator", Authenticator.objects.exists()),
        ("Choose a policy", Policy.objects.exists()),
        ("See the first login accepted", Event.objects.filter(name=LOGIN_ACCEPTED).exists()),
    ]
    done = sum(ok for _title, ok in steps)
    return render(request, "console/next_steps.html", {"steps": steps, "done": done})
