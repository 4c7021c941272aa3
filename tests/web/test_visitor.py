"""What a browser's session keeps, and which addresses are written down."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver, path

from secondgate import process_log
from secondgate.people import accounts
from secondgate.urls import urlpatterns as ours
from secondgate.web.session_store import SessionStore
from secondgate.web.visitor import place_of, welcome

TOKEN = "a-token-that-opens-a-door"
ADDRESSES = (f"/portal/password/{TOKEN}/", f"/console/welcome/{TOKEN}/")


def fails(_request: HttpRequest, token: str) -> None:
    raise RuntimeError("as a database that is away")


urlpatterns = [path("fails/<str:token>/", fails), *ours]


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    """What the process log gets, with the handlers that the service has."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    quiet = {name: logging.getLogger(name).level for name in ("django.request", "django.security.csrf")}
    process_log.begin()
    yield lambda: capsys.readouterr().out
    root.handlers[:], root.level = before, level
    for name, was in quiet.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


@pytest.mark.django_db
def test_nothing_of_who_sat_here_before_is_there_for_the_next() -> None:
    ann, bob = (accounts.create(login, realm="built-in", by="test") for login in ("ann", "bob"))
    request = RequestFactory().get("/")
    request.session = SessionStore()
    welcome(request, ann, method="totp")
    for kept in ("new-totp", "new-passkey", "shown-once", "confirming", "undo", "signing-in"):
        request.session[kept] = {"row": "hers", "sealed": "hers"}
    request.session.save()
    old = request.session.session_key
    welcome(request, bob, method="")
    request.session.save()
    assert request.session.session_key != old
    assert set(request.session.keys()) == {"user", "method", "proved_at", "source", "agent"}
    assert not SessionStore().exists(old)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_form_that_is_refused_writes_no_token_down(address: str, logged: Callable[[], str]) -> None:
    assert Client(enforce_csrf_checks=True).post(address, {"password": "x"}).status_code == 403
    said = logged()
    assert TOKEN not in said
    assert "<str:token>" in json.loads(said)["path"]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_fails_writes_no_token_down(logged: Callable[[], str]) -> None:
    assert Client(raise_request_exception=False).post(f"/fails/{TOKEN}/").status_code == 500
    said = logged()
    assert TOKEN not in said
    assert "/fails/<str:token>/" in said


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_token_is_known_by_its_route(address: str) -> None:
    request = RequestFactory().get(address)
    request.resolver_match = get_resolver().resolve(address)
    assert TOKEN not in place_of(request)
