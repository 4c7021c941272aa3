"""Add, change and remove one user; their groups and their sessions."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from secondgate.console.access import may, may_touch
from secondgate.console.forms.user import EditUserForm, GroupsForm, UserForm
from secondgate.console.removal import ask_first, way_to_person
from secondgate.directories.directory import realms_of
from secondgate.directories.models import Entry
from secondgate.directories.people import is_taken
from secondgate.events import names
from secondgate.events.record import record
from secondgate.login import waits
from secondgate.messaging.models import Provider
from secondgate.messaging.provider import MessagingError
from secondgate.methods import enrolment
from secondgate.people import accounts
from secondgate.people.known_as import names_of, set_names
from secondgate.people.members import add_members, remove_members
from secondgate.people.models import User
from secondgate.people.passwords import hashed
from secondgate.web import onboarding, visitor
from secondgate.web.visitor import Request


def to_panel(pk: UUID) -> HttpResponse:
    """Lead to the list with this person beside it."""
    return redirect(f"{reverse('console:users')}?panel={pk}")


@may("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Add somebody to the built-in directory, or to one that cannot tell who there is."""
    form = UserForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = _make(form, by=request.user.pk.hex)
        except accounts.NameTaken:
            form.add_error("login", "Somebody of this directory is called so already.")
        else:
            messages.success(request, f"{user.name or user.login} was added. Next: a second factor.", "ok")
            return to_panel(user.pk)
    return render(request, "console/users_new.html", {"form": form}, status=422 if form.errors else 200)


def _make(form: UserForm, *, by: str) -> User:
    """Make the user with all that was typed, or nothing. Raises NameTaken."""
    typed = form.cleaned_data
    password_hash = hashed(typed["password"]) if typed["password"] else ""  # 23 ms: before the transaction
    directory = typed["directory"]
    realm = realms_of(directory.name, directory.realms)[0]
    with transaction.atomic():
        if is_taken(directory, typed["login"]):
            raise accounts.NameTaken(typed["login"])
        user = accounts.create(typed["login"], realm=realm, by=by, name=typed["name"], email=typed["email"])
        Entry.objects.create(user=user, directory=directory)
        if password_hash:
            accounts.set_password_hashes({user: password_hash}, by=by)
        for group in typed["groups"]:
            add_members(group, [user.pk], by=by)
    return user


@may_touch("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, person: User) -> HttpResponse:
    """Change name, address and login names."""
    entry = getattr(person, "entry", None)
    directory, by = entry.directory if entry else None, request.user.pk.hex
    held = [f"{realm}\\{name}" if realm else name for realm, name in names_of(person)]
    form = EditUserForm(
        request.POST if request.method == "POST" else None,
        directory=directory,
        shown={**accounts.described(person), "names": held},
        initial={"name": person.name, "email": person.email, "names": "\n".join(held)},
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            with transaction.atomic():
                for _realm, name in typed["names"]:
                    if directory and is_taken(directory, name, but=person):
                        raise accounts.NameTaken(name)
                set_names(person, typed["names"], by=by)
                accounts.change(person, by=by, name=typed["name"], email=typed["email"])
        except accounts.NameTaken as taken:
            form.add_error("names", f"“{taken}” finds somebody else of this directory already.")
        else:
            messages.success(request, f"{typed['name'] or person.login} is changed.", "ok")
            return to_panel(person.pk)
    context = {"person": person, "form": form, "directory": directory, "verb": "Edit", "place": "Edit"}
    return render(request, "console/users_edit.html", context, status=422 if form.errors else 200)


@may_touch("users.change")
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: Request, person: User) -> HttpResponse:
    """Choose their groups."""
    held = {one.group.name: one.group for one in person.memberships.select_related("group")}
    form = GroupsForm(
        request.POST if request.method == "POST" else None,
        shown={"groups": sorted(held)},
        initial={"groups": sorted(held)},
    )
    if form.is_valid():
        wanted, by = {group.name: group for group in form.cleaned_data["groups"]}, request.user.pk.hex
        for name in held.keys() - wanted.keys():
            remove_members(held[name], [person.pk], by=by)
        for name in wanted.keys() - held.keys():
            add_members(wanted[name], [person.pk], by=by)
        return to_panel(person.pk)
    context = {
        "person": person,
        "form": form,
        "verb": "Groups of",
        "place": "Groups",
        "leads": "Save the groups",
    }
    return render(request, "console/users_form.html", context, status=422 if form.errors else 200)


@may_touch("users.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Request, person: User) -> HttpResponse:
    """Say what goes with them, then remove them."""
    said = person.name or person.login
    if request.method == "POST":
        try:
            enrolment.remove_person(person, by=request.user.pk.hex)
        except accounts.LastOwner:
            messages.error(request, f"{said} is the only owner. Make somebody else an owner first.", "bad")
            return to_panel(person.pk)
        messages.success(request, f"{said} was removed. The log keeps what they did.", "ok")
        return redirect("console:users")
    entry = getattr(person, "entry", None)
    says = {
        "held": person.authenticators.count(),
        "memberships": person.memberships.count(),
        "directory": entry.directory if entry and entry.directory.kind != "local" else None,
    }
    return ask_first(request, said, "user", way_to_person(person), says, page="users_remove")


@may_touch("users.invite")
@require_POST
def invite(request: Request, person: User) -> HttpResponse:
    """Mail them the link to set their password: it goes to their own address, and to nobody else's."""
    said = person.name or person.login
    if why := _cannot_invite(person):
        messages.error(request, f"Nothing was mailed. {why}", "bad")
        return to_panel(person.pk)
    try:
        onboarding.invite(person, by=request.user.pk.hex)
    except MessagingError as fault:
        messages.error(request, f"Nothing was mailed. {fault} {fault.remedy}", "bad")
    else:
        messages.success(request, f"The link is on its way to {said}; the log tells when it was taken.", "ok")
    return to_panel(person.pk)


def _cannot_invite(person: User) -> str:
    """Return why no link can be mailed, with the way out; "" where one can."""
    if not onboarding.sets_password_here(person):
        return "Their password belongs to their own directory: it is set there."
    if not person.email:
        return "They have no address: give them one under Edit."
    if not Provider.objects.exists():
        return "There is no mail server: set one up under Settings."
    return ""


@may_touch("users.unlock")
@require_POST
def unlock(request: Request, person: User) -> HttpResponse:
    """Let them try again at once."""
    said = person.name or person.login
    if waits.lift(person, by=request.user.pk.hex):
        messages.success(request, f"{said} need not wait any more.", "ok")
    else:
        messages.success(request, f"{said} had no failures: there is nothing to lift.", "ok")
    return to_panel(person.pk)


@may_touch("users.reset")
@require_POST
def end_sessions(request: Request, person: User) -> HttpResponse:
    """Sign them out everywhere."""
    here = request.session.session_key if person.pk == request.user.pk else None
    count = visitor.end_sessions(person, but=here)
    facts = {"user": person.pk.hex, "count": count}
    record(names.SESSIONS_ENDED, by=request.user.pk.hex, user_id=person.pk, facts=facts)
    messages.success(request, f"{person.name or person.login} was signed out in {count} browsers.", "ok")
    return to_panel(person.pk)
