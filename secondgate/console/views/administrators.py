"""Administrators: who has which role, what each role may do, and where they are signed in."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secondgate.console import roles
from secondgate.console.access import may
from secondgate.console.forms.role import NewAdministratorForm, RoleForm
from secondgate.events import names
from secondgate.events.record import record
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.web import visitor
from secondgate.web.visitor import Request


@may("administrators.read")
@require_safe
def administrators(request: Request) -> HttpResponse:
    """Show who may do what."""
    live = Q(sessions__expire_date__gt=timezone.now())
    # The few with a role first, by its index: SQLite would group all people to count their sessions.
    few = User.objects.filter(pk__in=User.objects.filter(role__gt="").values("pk"))
    people = few.annotate(browsers=Count("sessions", filter=live)).order_by("login")
    table = [(says, [(role, role in held) for role in roles.Role]) for says, held in roles.MAY.values()]
    context = {"people": people, "table": table, "roles": roles.SAYS.items()}
    return render(request, "console/administrators.html", context)


@may("administrators.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add_administrator(request: Request) -> HttpResponse:
    """Find whom to give a role."""
    form = NewAdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("console:administrators-role", form.cleaned_data["login"].pk)
    return render(
        request, "console/administrators_new.html", {"form": form}, status=422 if form.errors else 200
    )


@may("administrators.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: Request, pk: UUID) -> HttpResponse:
    """Give a person a role, another one, or none."""
    person = get_object_or_404(User, pk=pk)
    initial = {"role": person.role}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            accounts.set_role(person, form.cleaned_data["role"], by=request.user.pk.hex)
        except accounts.LastOwner:
            form.add_error("role", "This is the only owner. Make somebody else an owner first.")
        else:
            messages.success(
                request, f"{person.name or person.login} is {person.role or 'no administrator'} now.", "ok"
            )
            return redirect("console:administrators")
    context = {"person": person, "form": form}
    return render(request, "console/administrators_role.html", context, status=422 if form.errors else 200)


@may("administrators.change")
@require_POST
def end_sessions(request: Request, pk: UUID) -> HttpResponse:
    """Sign an administrator out everywhere."""
    person = get_object_or_404(User.objects.exclude(role=""), pk=pk)
    here = request.session.session_key if person.pk == request.user.pk else None
    count = visitor.end_sessions(person, but=here)
    facts = {"user": person.pk.hex, "count": count}
    record(names.SESSIONS_ENDED, by=request.user.pk.hex, user_id=person.pk, facts=facts)
    messages.success(request, f"{person.name or person.login} was signed out in {count} browsers.", "ok")
    return redirect("console:administrators")
