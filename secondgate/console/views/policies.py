"""Policies: read from the top, the first that fits decides."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secondgate.applications.kinds import KINDS
from secondgate.applications.models import Application
from secondgate.console.access import may
from secondgate.console.forms import policy as forms
from secondgate.console.forms.policy import PolicyForm
from secondgate.console.policy_preview import preview, uuids
from secondgate.console.removal import ask_first, way_to
from secondgate.console.reply_attributes import with_line
from secondgate.methods.registry import IN_BROWSER, METHODS
from secondgate.policies import configure as policies
from secondgate.policies.hints import Hint, hints
from secondgate.policies.models import Policy
from secondgate.policies.reading import crowds, standing
from secondgate.policies.sentence import Said, in_words
from secondgate.web.visitor import Request


@may("policies.read")
@require_safe
def show_policies(request: Request) -> HttpResponse:
    """Show every application's policies in their order, in words, with what is odd about them."""
    now = standing()
    about: dict[str, list[Hint]] = defaultdict(list)
    for hint in hints(now.guarded, crowds(now), now.groups):
        about[hint.about].append(hint)
    applications = [
        {
            "one": one,
            "pk": UUID(one.id),
            "hints": about[one.id],
            "policies": [
                {
                    "pk": UUID(rule.id),
                    "rule": rule,
                    "words": in_words(
                        Said(
                            one.name, one.kind, sorted(now.groups[id_] for id_ in rule.groups), rule.login,
                            rule.methods, rule.challenge, one.separator,
                        )
                    ),
                    "hints": about[rule.id],
                }
                for rule in one.rules
            ],
        }
        for one in now.guarded
    ]  # fmt: skip
    context = {
        "applications": applications,
        "odd": sum(hint.level != "info" for found in about.values() for hint in found),
        "moved": request.GET.get("moved", ""),
        "went": request.GET.get("went", ""),
    }
    return render(request, "console/policies.html", context)


@may("policies.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add_policy(request: Request) -> HttpResponse:
    """Make a policy; it comes last of its application."""
    application = _proposed(request)
    kind = KINDS.get(application.kind) if application else None
    name = f"{application.name} MFA" if application else ""
    initial = {
        "name": "" if Policy.objects.filter(name=name).exists() else name,
        "application": application.pk if application else "",
        "login": kind.login if kind else "",
        "methods": [name for name in METHODS if name not in IN_BROWSER],
    }
    return _edit(request, None, initial)


def _proposed(request: Request) -> Application | None:
    """Return the application that the address names, or else the only one that has no policy yet."""
    if asked := uuids([request.GET.get("application")]):
        return Application.objects.filter(pk__in=asked).first()
    without = list(Application.objects.filter(policies=None)[:2])
    return without[0] if len(without) == 1 else None


@may("policies.change")
@require_http_methods(["GET", "HEAD", "POST"])
def change_policy(request: Request, pk: UUID) -> HttpResponse:
    """Change a policy, its name too; it keeps its place."""
    policy = get_object_or_404(Policy.objects.select_related("application"), pk=pk)
    return _edit(request, policy, forms.initial_of(policy))


def _edit(request: Request, policy: Policy | None, initial: dict[str, Any]) -> HttpResponse:
    shown = policies.described(policy) if policy else {}
    form = PolicyForm(policy=policy, shown=shown, initial=initial)
    if request.method == "POST":
        values = forms.typed(request.POST)
        if {"look", "raise", "suggest"} & request.POST.keys():  # nothing is judged yet, and nothing saved
            values["methods"] = forms.raised(values["methods"], request.POST.get("raise", ""))
            values["grants"] = with_line(values["grants"], request.POST.get("suggest", ""))
            form = PolicyForm(policy=policy, shown=shown, initial=values)
            form.initial["mark"] = values["mark"]
        else:
            form = PolicyForm(request.POST, policy=policy, shown=shown)
            if form.is_valid():
                return _saved(request, policy, form)
        initial = values
    context = {
        "form": form,
        "policy": policy,
        "values": initial,
        "methods": forms.shown_methods(initial),
        **preview(policy, initial),
    }
    return render(request, "console/policy.html", context, status=422 if form.errors else 200)


def _saved(request: Request, policy: Policy | None, form: PolicyForm) -> HttpResponse:
    made = policies.configure(by=request.user.pk.hex, policy=policy, **form.fields_of_policy())
    verb = "changed. It counts from the next login" if policy else "added. It counts from the next login"
    messages.success(request, f"{made.name} is {verb}.", "ok")
    return redirect(f"{reverse('console:policies')}#p-{made.pk}")


@may("policies.change")
@require_POST
def move_policy(request: Request, pk: UUID) -> HttpResponse:
    """Move a policy one place up or down among those of its application."""
    policy = get_object_or_404(Policy.objects.select_related("application"), pk=pk)
    went = "up" if request.POST.get("to") == "up" else "down"
    policies.move(policy, -1 if went == "up" else 1, by=request.user.pk.hex)
    # No fragment: a browser that goes to one gives the focus to nothing, and the keyboard would be lost.
    return redirect(f"{reverse('console:policies')}?moved={pk}&went={went}")


@may("policies.change")
@require_http_methods(["GET", "HEAD", "POST"])
def remove_policy(request: Request, pk: UUID) -> HttpResponse:
    """Say what follows, then remove a policy."""
    policy = get_object_or_404(Policy.objects.select_related("application"), pk=pk)
    if request.method == "POST":
        policies.remove(policy, by=request.user.pk.hex)
        messages.success(request, f"{policy.name} was removed. It counts from the next login.", "ok")
        return redirect("console:policies")
    rest = list(policy.application.policies.filter(position__gt=policy.position).order_by("position", "name"))
    groups = list(policy.groups.order_by("name"))
    says = {"policy": policy, "groups": groups, "next": rest[0] if rest else None}
    way = way_to("Policies", "policies", (policy.name, reverse("console:policies-one", args=[policy.pk])))
    return ask_first(request, policy.name, "policy", way, says, page="policies_remove")
