"""Applications: the list, and each one with its set-up values, its first packet and its settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secondgate.applications import configure
from secondgate.applications.guide import Guide, Values, filled, guide
from secondgate.applications.kinds import KINDS, Kind
from secondgate.applications.models import Application
from secondgate.applications.shared_secret import new_secret
from secondgate.console import reply_attributes, signing
from secondgate.console.access import may
from secondgate.console.forms.application import (
    EditApplication,
    NewApplication,
    NewClient,
    NewSecret,
    initial_of,
    plain,
    typed,
)
from secondgate.console.once import show_next, shown_now
from secondgate.console.removal import ask_first, way_to
from secondgate.directories.configure import directories_of, set_directories
from secondgate.events import names, newest
from secondgate.events.models import Event
from secondgate.events.newest import Heard
from secondgate.events.read import told
from secondgate.login.explain import explain, why
from secondgate.policies import configure as policies
from secondgate.setup import first_packet, own_address
from secondgate.setup.first_packet import SAYS, State, Stranger, Words
from secondgate.web.forms import mark_of
from secondgate.web.paging import page
from secondgate.web.visitor import Request

AT_THE_SAME_TIME: Final = (
    "Somebody else has just taken this name, or one of these addresses or certificates. Nothing was saved: "
    "save again to see which it is."
)
SERVERS: Final = "servers"  # the session's key of our addresses, as they were typed last
SERVERS_MOST: Final = 10
STRANGERS_MOST: Final = 20  # unknown addresses told one by one; a scan of the network has hundreds
TONES: Final = {
    names.LOGIN_ACCEPTED: "ok",
    names.LOGIN_CHALLENGED: "info",
}  # of a trail; all else ended badly


@dataclass(frozen=True, slots=True)
class Row:
    """An application in the list."""

    application: Application
    kind: Kind
    clients: list[str]
    policies: list[str]
    words: Words
    heard: Heard | None
    stranger: Stranger | None


@may("applications.read")
@require_safe
def applications(request: Request) -> HttpResponse:
    """List them."""
    text = request.GET.get("q", "").strip()[:100]
    found = Application.objects.prefetch_related("clients", "policies")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(clients__network__startswith=text)).distinct()
    shown = page(request, found, key="name")
    strangers = first_packet.unlisted(newest.strangers())
    called = dict(Application.objects.values_list("pk", "name"))
    context = {
        "page": shown,
        "rows": list(_rows(shown.rows, strangers)),
        "q": text,
        **_told(strangers, called, wanted=request.GET.get("address", "")),
        "any": bool(called),
    }
    return render(request, "console/applications.html", context)


def _told(strangers: list[Stranger], called: dict[UUID, str], *, wanted: str) -> dict[str, Any]:
    """Return what the callout says of unknown addresses; open where one came for one of them."""
    # One that shows the secret of an application must not drown in a scan of the network.
    ordered = sorted(strangers, key=lambda one: (one.address != wanted, not one.fits))
    return {
        "strangers": [
            (one, [(id_, called[id_]) for id_ in _known(one, called)]) for one in ordered[:STRANGERS_MOST]
        ],
        "strangers_count": len(strangers),
        "strangers_more": len(strangers[STRANGERS_MOST:]),
        "strangers_at": max((one.at for one in strangers), default=None),
        "strangers_open": any(one.address == wanted for one in strangers),
    }


def _known(stranger: Stranger, called: dict[UUID, str]) -> list[UUID]:
    return [id_ for id_ in map(UUID, stranger.fits) if id_ in called]


def _rows(found: Iterable[Application], strangers: list[Stranger]) -> Iterable[Row]:
    heard, made = newest.heard(), newest.made_lately()
    for one in found:
        of_it = heard.get(one.pk)
        yield Row(
            one,
            KINDS[one.kind],
            [plain(client.network) for client in sorted(one.clients.all(), key=lambda client: client.pk)],
            [policy.name for policy in one.policies.all()],
            SAYS[first_packet.state_of(of_it.newest) if of_it else first_packet.silence(one, made)],
            of_it,
            next((stranger for stranger in strangers if one.pk.hex in stranger.fits), None),
        )


@may("applications.change")
@require_safe
def choose_kind(request: Request) -> HttpResponse:
    """Show the kinds."""
    text = request.GET.get("q", "").strip().lower()[:100]
    kinds = [
        kind for kind in KINDS.values() if all(word in f"{kind.title} {kind.also} {kind.name}".lower()
        for word in text.split())
    ]  # fmt: skip
    context = {"kinds": kinds, "q": text, "client": request.GET.get("client", "")[:50]}
    return render(request, "console/applications_new.html", context)


@may("applications.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_application(request: Request, kind: str) -> HttpResponse:
    """Add an application of a kind, and lead to its values and its first packet."""
    of = _kind(kind)
    initial = {
        "name": _free_name(of),
        "clients": request.GET.get("client", "")[:50],
        "challenge": of.challenge and of.asks,
    }
    if "suggest" in request.POST:  # nothing is judged yet, and nothing saved
        form = NewApplication(kind=of, initial=typed(request.POST))
    else:
        form = NewApplication(_posted(request), kind=of, initial=initial)
    if form.is_valid():
        secret = form.cleaned_data.pop("secret") or new_secret(of)
        application = _saved(request, form, kind=kind, secret=secret)
        if application is not None:
            show_next(request, application, secret)
            return redirect("console:applications-one", application.pk)
    context = {
        "form": form,
        "kind": of,
        "guide": guide(kind),
        **reply_attributes.shown(kind, form["grants"].value() or ""),
    }
    return render(request, "console/applications_add.html", context, status=422 if form.errors else 200)


@may("applications.read")
@require_safe
def application(request: Request, pk: UUID) -> HttpResponse:
    """Show one: what to enter over there, what was heard of it, what it is set to."""
    one = get_object_or_404(Application, pk=pk)
    secret = shown_now(request, one)
    clients = list(one.clients.order_by("pk").values_list("network", flat=True))
    servers = _servers(request, clients)
    shown = _state(one)
    context = {
        "secret": secret,
        # Who comes back to what works looks for what was heard of it, not for how it is set up.
        "works": shown["diagnosis"].head.state == State.ACCEPTED and secret is None,
        "servers": ", ".join(servers),
        "guide": _filled(one, servers, clients, secret),
        "clients": [plain(network) for network in clients],
        "certificate_names": one.certificate_names.order_by("pk").values_list("name", flat=True),
        **signing.shown(one),
        "policies": one.policies.order_by("position"),
        "directories": directories_of(one),
        **shown,
    }
    return render(request, "console/applications_one.html", context)


@may("applications.read")
@require_safe
def state(request: Request, pk: UUID) -> HttpResponse:
    """Show what was heard of an application: the part of its page that lives."""
    shown = _state(get_object_or_404(Application, pk=pk))
    if request.GET.get("mark") == shown["mark"]:
        return HttpResponse(status=204)  # nothing new: the page stays as it is, and no reader speaks again
    return render(request, "console/_application_state.html", shown)


@may("applications.change")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_application(request: Request, pk: UUID) -> HttpResponse:
    """Change an application; it counts from the very next login."""
    one = get_object_or_404(Application, pk=pk)
    directories = directories_of(one)
    kind, shown = KINDS[one.kind], {**configure.described(one), "directories": directories}
    if "suggest" in request.POST:  # nothing is judged yet, and nothing saved
        form = EditApplication(kind=kind, application=one, initial=typed(request.POST), shown=shown)
        form.initial["mark"] = request.POST.get("mark", "")
    else:
        initial = initial_of(one, directories)
        form = EditApplication(_posted(request), kind=kind, application=one, initial=initial, shown=shown)
    if form.is_valid():
        changed = _saved(request, form, kind=one.kind, application=one)
        if changed is not None:
            messages.success(request, f"{changed.name} is saved. It counts from the next login.", "ok")
            return redirect("console:applications-one", pk)
    context = {
        "application": get_object_or_404(Application, pk=pk),
        "form": form,
        "kind": kind,
        **reply_attributes.shown(kind.name, form["grants"].value() or ""),
    }
    return render(request, "console/applications_edit.html", context, status=422 if form.errors else 200)


@may("applications.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def replace_secret(request: Request, pk: UUID) -> HttpResponse:
    """Put another shared secret in the place of the one that is kept."""
    one = get_object_or_404(Application, pk=pk)
    form = NewSecret(_posted(request), kind=KINDS[one.kind])
    if form.is_valid():
        secret = form.cleaned_data["secret"] or new_secret(KINDS[one.kind])
        clients = list(one.clients.order_by("pk").values_list("network", flat=True))
        configure.configure(one.name, by=request.user.pk.hex, application=one, secret=secret, clients=clients)
        show_next(request, one, secret)
        return redirect("console:applications-one", pk)
    context = {"application": one, "form": form}
    return render(request, "console/applications_secret.html", context, status=422 if form.errors else 200)


@may("applications.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_application(request: Request, pk: UUID) -> HttpResponse:
    """Say what goes with an application, and remove it."""
    one = get_object_or_404(Application, pk=pk)
    if request.method == "POST":
        name, by = one.name, request.user.pk.hex
        with transaction.atomic():
            for policy in one.policies.order_by("position"):
                policies.remove(policy, by=by)
            configure.remove(one, by=by)
        messages.success(request, f"{name} is removed. Its packets get no answer any more.", "ok")
        return redirect("console:applications")
    way = way_to(
        "Applications", "applications", (one.name, reverse("console:applications-one", args=[one.pk]))
    )
    says = {
        "clients": [plain(client.network) for client in one.clients.order_by("pk")],
        "policies": one.policies.order_by("position"),
        "heard": newest.heard_of(one.pk, most=1),
    }
    return ask_first(request, one.name, "application", way, says, page="applications_remove")


@may("applications.change")
@require_POST
def add_client(request: Request, pk: UUID) -> HttpResponse:
    """Let an application speak from one more address: the button beside a stranger."""
    one = get_object_or_404(Application, pk=pk)
    form = NewClient(request.POST)
    if not form.is_valid():
        raise Http404
    address = form.cleaned_data["address"]
    network = f"{address}/{128 if ':' in address else 32}"
    try:
        configure.add_client(one, network, by=request.user.pk.hex)
    except IntegrityError:
        messages.warning(request, f"{address} belongs to another application already.", "warn")
    else:
        messages.success(request, f"{address} belongs to {one.name} now. Its next packet is answered.", "ok")
    return redirect("console:applications-one", pk)


@may("applications.read")
@require_POST
def remember_servers(request: Request, pk: UUID) -> HttpResponse:
    """Fill the values with these addresses of ours from now on, in this browser."""
    typed = request.POST.get("servers", "").replace(",", " ").split()
    request.session[SERVERS] = [one[:253] for one in typed[:SERVERS_MOST]]
    return redirect("console:applications-one", pk)


def _posted(request: Request) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _free_name(kind: Kind) -> str:
    held = set(Application.everything.values_list("name", flat=True))
    numbered = (f"{kind.title} {number}" for number in range(2, 1000))
    return next((name for name in (kind.title, *numbered) if name not in held), kind.title)


def _saved(
    request: Request,
    form: Any,
    *,
    kind: str,
    application: Application | None = None,
    secret: str | None = None,
) -> Application | None:
    """Return the application as the form says it, saved; None where somebody was faster."""
    values = dict(form.cleaned_data)
    directories, name = values.pop("directories"), values.pop("name")
    by = request.user.pk.hex
    try:
        with transaction.atomic():
            one = configure.configure(
                name, by=by, application=application, secret=secret, kind=kind, **values
            )
            set_directories(one, directories, by=by)
    except IntegrityError:
        form.add_error(None, AT_THE_SAME_TIME)
        return None
    return one


def _servers(request: Request, clients: list[str]) -> list[str]:
    typed: list[str] = request.session.get(SERVERS, [])
    return typed or own_address.own_addresses(settings.SECONDGATE, clients)


def _filled(one: Application, servers: list[str], clients: list[str], secret: str | None) -> Guide:
    here = settings.SECONDGATE
    port, accounting = own_address.radius_port(here), own_address.accounting_port(here)
    return filled(one.kind, Values(servers, port, accounting, clients, secret))


def _state(one: Application) -> dict[str, Any]:
    diagnosis = first_packet.diagnose(one)
    packets = _packets(diagnosis.heard[:6])
    newest_one = packets[0] if packets else None
    return {
        "application": one,
        "kind": KINDS[one.kind],
        "diagnosis": diagnosis,
        "looking": _filled(one, ["this server"], [], None).waiting,
        "packets": packets,
        "trail": list(explain(newest_one["told"])) if newest_one else [],
        "tone": TONES.get(newest_one["event"].name, "bad") if newest_one else "",
        "mark": mark_of({"heard": [event.pk for event in diagnosis.heard], "others": diagnosis.strangers}),
    }


def _packets(heard: Iterable[Event]) -> list[dict[str, Any]]:
    events = list(heard)
    return [
        {
            "event": event,
            "told": one,
            "words": SAYS[first_packet.state_of(event)],
            "why": why(one) or one.sentence,
        }
        for event, one in zip(events, told(events), strict=True)
    ]
