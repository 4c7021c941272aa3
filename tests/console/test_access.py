"""Who may open what: one table, enforced in one place."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from secondgate.console import access, roles
from secondgate.events.models import Event
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.web.models import Session
from tests.console.conftest import SignedIn

PUBLIC = {"welcome"}  # the owner link is its own key


def console_views() -> list[tuple[str, object]]:
    resolver = next(
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and str(one.pattern) == "console/"
    )
    return [(str(one.name), one.callback) for one in resolver.url_patterns if isinstance(one, URLPattern)]


def test_every_view_of_the_console_asks_for_a_permission_of_the_table():
    for name, view in console_views():
        if name not in PUBLIC:
            assert getattr(view, access.GUARD, None) in roles.MAY, name


def test_a_stranger_is_led_to_the_sign_in_and_back(db: None):
    answer = Client().get("/console/administrators/?x=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/portal/sign-in/?next=%2Fconsole%2Fadministrators%2F%3Fx%3D1"


def test_a_browser_without_a_second_factor_makes_one_first(signed_in: SignedIn):
    assert signed_in("owner", method="").get("/console/")["Location"].startswith("/portal/add/totp/")


@pytest.mark.parametrize("role", ["", "auditor", "helpdesk", "administrator"])
def test_only_an_owner_gives_roles_and_a_try_is_recorded(signed_in: SignedIn, role: str):
    client = signed_in(role)
    answer = client.post(f"/console/administrators/{client.user.pk}/", {"role": "owner"})  # type: ignore[attr-defined]
    assert answer.status_code == 403
    assert "This try has been recorded" in answer.content.decode()
    assert User.objects.get(login=role or "somebody").role == role
    assert Event.objects.get(name="permission.refused").facts["permission"] == "administrators.change"


def test_tries_without_end_do_not_fill_the_log(signed_in: SignedIn):
    client = signed_in("auditor")
    for _ in range(5):
        assert client.get("/console/settings/mail/").status_code == 403
        assert client.get("/console/policies/new/").status_code == 403
    assert Event.objects.filter(name="permission.refused").count() == 2


def test_roles_need_a_fresh_proof(signed_in: SignedIn):
    client = signed_in("owner", proved=access_older())
    answer = client.get(f"/console/administrators/{client.user.pk}/")  # type: ignore[attr-defined]
    assert answer["Location"].startswith("/portal/confirm/")


def access_older() -> float:
    from secondgate.web.visitor import FRESH

    return FRESH + 1


def test_a_role_is_given_and_recorded(signed_in: SignedIn):
    ann = accounts.create("ann", realm="built-in", by="test")
    answer = signed_in("owner").post(f"/console/administrators/{ann.pk}/", {"role": "helpdesk"}, follow=True)
    assert "ann is helpdesk now." in answer.content.decode()
    facts = Event.objects.get(name="role.changed").facts
    assert (facts["before"], facts["after"]) == ("none", "helpdesk")


def test_whom_to_give_a_role_is_found_by_what_they_type(signed_in: SignedIn):
    ann, client = accounts.create("ann", realm="built-in", by="test"), signed_in("owner")
    assert client.post("/console/administrators/new/", {"login": "ANN"})["Location"].endswith(f"{ann.pk}/")
    answer = client.post("/console/administrators/new/", {"login": "<b>nobody"})
    assert answer.status_code == 422
    assert "Nobody is called “&lt;b&gt;nobody”." in answer.content.decode()
    accounts.create("ann", realm="other", by="test")
    assert (
        "2 people are called so"
        in client.post("/console/administrators/new/", {"login": "ann"}).content.decode()
    )
    assert signed_in("administrator").get("/console/administrators/new/").status_code == 403


def test_the_last_owner_stays_one(signed_in: SignedIn):
    client = signed_in("owner")
    answer = client.post(f"/console/administrators/{client.user.pk}/", {"role": ""})  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert "This is the only owner" in answer.content.decode()
    assert User.objects.get(login="owner").role == "owner"


def test_an_ended_session_opens_nothing(signed_in: SignedIn):
    olive, other = signed_in("owner"), signed_in("administrator")
    assert other.get("/console/").status_code == 200
    olive.post(f"/console/administrators/{other.user.pk}/end/")  # type: ignore[attr-defined]
    assert other.get("/console/")["Location"].startswith("/portal/sign-in/")
    assert olive.get("/console/").status_code == 200


def test_an_idle_or_disabled_one_is_out(signed_in: SignedIn):
    from datetime import timedelta

    from django.utils import timezone

    client = signed_in("owner")
    Session.objects.update(seen_at=timezone.now() - timedelta(seconds=3601))
    assert client.get("/console/").status_code == 302
    client = signed_in("owner")
    User.objects.update(enabled=False)
    assert client.get("/console/").status_code == 302


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [("owner", "owner", True), ("administrator", "owner", False), ("helpdesk", "administrator", False),
     ("helpdesk", "auditor", True), ("helpdesk", "", True), ("auditor", "helpdesk", False), ("", "owner", False)],
)  # fmt: skip
def test_nobody_acts_on_those_above(who: str, whom: str, may: bool):
    assert roles.may_touch(User(login="a", role=who), User(login="b", role=whom)) is may


def test_a_stolen_next_leads_nowhere_else(signed_in: SignedIn):
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        page = signed_in("owner").get("/portal/confirm/", {"next": evil}).content.decode()
        assert 'name="next" value="/portal/"' in page, evil


def test_an_address_of_the_console_that_is_not_there_leads_back_into_it(signed_in: SignedIn):
    page = signed_in("auditor").get("/console/nowhere/")
    assert page.status_code == 404
    assert 'href="/console/"' in page.content.decode()
    assert 'href="/portal/"' in signed_in("auditor").get("/portal/nowhere/").content.decode()


def test_an_owner_gives_a_role_from_the_page_of_a_person(signed_in: SignedIn, db: None):
    bob = accounts.create("bob", realm="built-in", by="test")
    address = f"/console/administrators/{bob.pk}/"
    assert address in signed_in("owner").get(f"/console/users/{bob.pk}/").content.decode()
    assert address not in signed_in("administrator").get(f"/console/users/{bob.pk}/").content.decode()
