"""The first run: from the one-time link to the owner account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from secondgate.console.forms.owner import OwnerForm
from secondgate.people.accounts import NameTaken
from secondgate.setup import owner_link
from secondgate.web import visitor


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_owner(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner account, once, and lead to its second factor."""
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
            if owner is None:
                return redirect("console:welcome", token)
            visitor.welcome(request, owner, method="")
            return redirect(f"{reverse('portal:add-totp')}?next={reverse('console:setup')}")
    context = {"form": form, "until": link.expires_at}
    return render(request, "console/welcome.html", context, status=422 if form.errors else 200)
