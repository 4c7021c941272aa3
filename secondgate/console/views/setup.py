"""The checklist of the first hour: its items tick themselves as the product sees them happen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from secondgate.applications.models import Application
from secondgate.console.access import may
from secondgate.events.models import Event
from secondgate.events.names import LOGIN_ACCEPTED
from secondgate.methods.models import Authenticator
from secondgate.people.models import User
from secondgate.policies.models import Policy
from secondgate.web.visitor import Request


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is for, where it is done, and how the product knows that it is."""

    title: str
    says: str
    leads: str
    view: str
    is_done: Callable[[], bool]

    @property
    def href(self) -> str:
        """Return where it is done."""
        try:
            return reverse(f"console:{self.view}")
        except NoReverseMatch:
            return ""


def _accepted_over_radius() -> bool:
    ids = list(Application.objects.values_list("pk", flat=True))
    return Event.objects.filter(name=LOGIN_ACCEPTED, application_id__in=ids).exists()


STEPS: Final = (
    Step(
        "Add an application",
        "What people log in to: Amazon WorkSpaces, or a VPN. You get the values to enter there.",
        "Add application",
        "applications-new",
        Application.objects.exists,
    ),
    Step(
        "Add people",
        "From your directory, or here by hand. People of a connected directory come with their first login.",
        "Add people",
        "users",
        User.objects.filter(role="").exists,
    ),
    Step(
        "Give someone an authenticator",
        "Show them a QR code, or let them scan their own in the portal.",
        "Choose a person",
        "users",
        Authenticator.objects.filter(user__role="").exists,
    ),
    Step(
        "Choose a policy",
        "Who needs which second factor. For WorkSpaces we suggest: second factor only.",
        "Choose",
        "policies-new",
        Policy.objects.exists,
    ),
    Step(
        "See the first login accepted",
        "Log in for real, or send a test login through the real listener.",
        "Open the log",
        "log",
        _accepted_over_radius,
    ),
)


@may("overview.read")
@require_safe
def checklist(request: Request) -> HttpResponse:
    """Show what is done, and the next step."""
    steps = [(step, step.is_done()) for step in STEPS]
    done = sum(ok for _step, ok in steps)
    now = next((step for step, ok in steps if not ok), None)
    context = {"steps": steps, "done": done, "count": len(steps), "now": now}
    return render(request, "console/setup.html", context)
