"""Directories: where people and their passwords live, and how they fare."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from secondgate.applications.models import Application
from secondgate.console.access import above_in_directories, may, may_set_up
from secondgate.console.directory_tries import Tried, act
from secondgate.console.forms import directory as forms
from secondgate.console.forms.directory import BUILT_IN
from secondgate.console.removal import ask_first, way_to
from secondgate.directories import configure as directories
from secondgate.directories.health import Health, health
from secondgate.directories.models import Directory, Entry
from secondgate.directories.presets import PRESETS, presets_of
from secondgate.directories.registry import KINDS
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.vault.setting import parts_of
from secondgate.web.visitor import Request

GLYPHS: Final = {"local": "hard-drive", "active-directory": "building-2", "radius": "radio"}
RECENT: Final = timedelta(hours=1)  # a fault as old as that is worth a look; an older one is history
FINE: Final = Health()


@may("directories.read")
@require_safe
def show_directories(request: Request) -> HttpResponse:
    """Show every directory, how many people it has, and how it fares."""
    count = dict(Entry.objects.values_list("directory").annotate(Count("pk")))
    fare, now, above = health(), timezone.now(), above_in_directories(request.user)
    rows = [
        {
            "one": one,
            "kind": KINDS[one.kind].title if one.kind in KINDS else one.kind,
            "glyph": GLYPHS.get(one.kind, "server"),
            "where": _where(one),
            "people": count.get(one.pk, 0),
            "above": above.get(one.pk),
            "health": fare.get(one.pk, FINE),
            "troubled": (at := fare.get(one.pk, FINE).fault_at) is not None and now - at < RECENT,
        }
        for one in Directory.objects.all()
    ]
    return render(request, "console/directories.html", {"rows": rows})


def _where(directory: Directory) -> list[str]:
    """Return where a directory is: the first of its settings that says so."""
    if directory.kind not in KINDS:
        return []
    for _part, held in parts_of(KINDS[directory.kind].settings):
        for one in held:
            if one.metadata.get("leads"):
                value = directory.settings.get(one.name, "")
                return value if isinstance(value, list) else [str(value)]
    return []


@may("directories.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_directory(request: Request) -> HttpResponse:
    """Choose the kind, then fill in its form."""
    kind, preset = request.GET.get("kind", ""), PRESETS.get(request.GET.get("preset", ""))
    if kind not in KINDS or kind == BUILT_IN:
        kinds = [
            {"kind": one, "glyph": GLYPHS.get(one.name, "server"), "presets": presets_of(one.name)}
            for one in KINDS.values()
            if one.name != BUILT_IN
        ]
        return render(request, "console/directories_kinds.html", {"kinds": kinds})
    initial = {f"{forms.SET}{name}": value for name, value in preset.settings.items()} if preset else {}
    return _edit(request, kind, None, initial)


@may_set_up("directories.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change_directory(request: Request, directory: Directory, above: Sequence[User]) -> HttpResponse:
    """Change a directory, its name too; its people stay its people."""
    if directory.kind not in KINDS:
        raise Http404
    return _edit(request, directory.kind, directory, forms.initial_of(directory), above=above)


def _edit(
    request: Request,
    kind: str,
    directory: Directory | None,
    initial: dict[str, Any],
    *,
    above: Sequence[User] = (),
) -> HttpResponse:
    form_class, session = forms.form_of(kind), str(request.session.session_key)
    shown = directories.described(directory) if directory else {}
    given: dict[str, Any] = {"directory": directory, "session": session, "shown": shown, "initial": initial}
    tried = Tried()
    if request.method != "POST":
        form = form_class(**given)
    else:
        tried = act(request, form_class, given)
        form = tried.form or form_class(tried.data, **given)
        if tried.form is None and form.is_valid():
            made = directories.configure(by=request.user.pk.hex, directory=directory, **form.stored())
            what = "changed" if directory else "added"
            messages.success(request, f"{made.name} is {what}. It counts from the next login.", "ok")
            return redirect("console:directories")
    if above:
        forms.to_read(form)
    context = {
        "form": form,
        "above": above,
        "directory": directory,
        "kind": KINDS[kind],
        "presets": presets_of(kind),
        "parts": [_shown(form, part, held, tried) for part, held in form.parts],
        "tried": tried,
        "built_in": kind == BUILT_IN,
    }
    return render(request, "console/directory.html", context, status=422 if form.errors else 200)


def _shown(form: forms.DirectoryForm, part: Any, held: list[Any], tried: Tried) -> dict[str, Any]:
    """Return a part of the form as the page has it."""
    return {
        "part": part,
        "fields": [
            {
                "bound": form[f"{forms.SET}{one.name}"],
                "name": one.name,
                "meta": one.metadata,
                "kept": one.name in form.kept,
                "carried": form.carried.get(one.name, ""),
                "branches": tried.branches if tried.browsed == one.name else None,
                "below": tried.below,
            }
            for one in held
        ],
        "findings": tried.findings if tried.part == part else (),
        "failed": tried.part == part and any(not finding.ok for finding in tried.findings),
        "last": part == form.parts[-1][0],
    }


@may_set_up("directories.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_directory(request: Request, directory: Directory, above: Sequence[User]) -> HttpResponse:
    """Say who would lose their login, then remove a directory."""
    if directory.kind == BUILT_IN:
        raise Http404
    relying = directories.relying_on(directory)
    if request.method == "POST" and not relying:
        with suppress(accounts.LastOwner):  # the page says so
            directories.remove(directory, by=request.user.pk.hex)
            messages.success(request, f"{directory.name} was removed. It counts from the next login.", "ok")
            return redirect("console:directories")
    last = directories.hold_every_owner([directory])
    people = User.objects.filter(entry__directory=directory)
    says = {
        "relying": relying,
        "above": above,
        "last": last,
        "blocked": above or relying or last,
        "people": people.count(),
        "some": people.order_by("login")[:5],
        "administrators": people.exclude(role="").count(),
        "named_by": Application.objects.filter(directory_links__directory=directory).order_by("name"),
    }
    status = 409 if request.method == "POST" else 200
    address = reverse("console:directories-one", args=[directory.pk])
    way = way_to("Directories", "directories", (directory.name, address))
    return ask_first(
        request, directory.name, "directory", way, says, page="directories_remove", status=status
    )
