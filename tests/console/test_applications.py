"""Applications in the console: what is shown to whom, mistakes at their place, secrets once."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from secondgate.applications.kinds import KINDS
from secondgate.applications.models import Application, Unsigned
from secondgate.events import names
from secondgate.events.models import Event
from secondgate.events.record import record
from secondgate.policies import configure as policies
from secondgate.vault import secrets
from tests.console.conftest import SignedIn

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
SHOWN = re.compile(r'<div class="secret"><code>([^<]+)</code>')


@pytest.fixture
def olive(signed_in: SignedIn) -> Client:
    return signed_in("owner")


def add(client: Client, kind: str = "radius", **fields: Any) -> Any:
    """Send the form of a new application, and return the answer."""
    standard = {
        "name": "VPN", "clients": "10.0.1.10", "message_authenticator": "auto", "limit_proxy_state": "auto",
        "separator": ",", "challenge": "on",
    }  # fmt: skip
    return client.post(f"/console/applications/new/{kind}/", {**standard, **fields})


def added(client: Client, kind: str = "radius", **fields: Any) -> Application:
    answer = add(client, kind, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.get(name=fields.get("name", "VPN"))


def edited(client: Client, application: Application, **fields: Any) -> dict[str, Any]:
    """Return what the edit form would send, with these fields changed."""
    form = client.get(f"/console/applications/{application.pk}/edit/").context["form"]
    values = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    return {**values, **fields}


def heard(application: Application | None, name: str, client: str, reason: str = "", **facts: Any) -> Event:
    """Write what the listener writes of a packet."""
    event = record(name, by="", facts={"client": client, **facts})
    Event.objects.filter(pk=event.pk).update(
        application_id=application.pk if application else None, reason=reason
    )
    return event


def said(client: Client, application: Application) -> str:
    """Return the living part of an application's page."""
    return client.get(f"/console/applications/{application.pk}/state/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_added_with_what_its_form_starts_with(olive: Client, kind: str) -> None:
    page = olive.get(f"/console/applications/new/{kind}/")
    form = page.context["form"]
    start = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    answer = olive.post(f"/console/applications/new/{kind}/", {**start, "clients": "10.0.1.10\n10.0.2.0/24"})
    assert answer.status_code == 302, answer.content.decode()
    one = Application.objects.get(kind=kind)
    assert one.challenge == (KINDS[kind].challenge and KINDS[kind].asks)
    page = olive.get(answer["Location"]).content.decode()
    secret = secrets.kept("applications_application", one.pk, "secret")
    assert secret is not None
    assert secret.decode() == SHOWN.search(page)[1]  # type: ignore[index]


def test_the_values_for_workspaces_are_shown_with_the_secret_once(olive: Client) -> None:
    one = added(olive, "aws-workspaces", clients="10.0.1.10\n10.0.2.10")
    first = olive.get(f"/console/applications/{one.pk}/").content.decode()
    secret = SHOWN.search(first)[1]  # type: ignore[index]
    assert first.count(f'data-copy="{secret}"') == 3  # on its own, and in both fields of the form
    assert "Not 1814" in first
    assert "{CidrIp=10.0.1.10/32},{CidrIp=10.0.2.10/32}" in first
    assert "aws ds enable-radius" in first
    again = olive.get(f"/console/applications/{one.pk}/").content.decode()
    assert secret not in again
    assert "it was shown when it was saved" in again


def test_a_secret_is_nowhere_but_in_the_vault(olive: Client) -> None:
    added(olive, secret="a-typed-secret-of-tests")
    from secondgate.web.models import Session

    everywhere = [str(facts) for facts in Event.objects.values_list("facts", flat=True)]
    everywhere += Session.objects.values_list("session_data", flat=True)
    assert not any("a-typed-secret-of-tests" in text for text in everywhere)


def test_a_typed_secret_is_the_one(olive: Client) -> None:
    one = added(olive, secret="a-typed-secret-of-tests")
    assert secrets.kept("applications_application", one.pk, "secret") == b"a-typed-secret-of-tests"


def test_each_mistake_names_its_line_and_nothing_is_saved(olive: Client) -> None:
    added(olive, name="Other", clients="10.9.0.0/16")
    lines = "10.0.1.10\n10.0.1.300\n\n10.0.1.1/24\n10.9.0.0/16\nfd00::1\n10.0.1.10"
    answer = add(olive, name=HOSTILE, clients=lines)
    text = answer.content.decode()
    assert answer.status_code == 422
    for says in ("Line 2: “10.0.1.300” is no address or network, like", "Line 4: “10.0.1.1/24” is no address or network; did "
                 "you mean 10.0.1.0/24?", "Line 5: 10.9.0.0/16 belongs to “Other” already.", "Line 7: 10.0.1.10 stands in line 1 already."):  # fmt: skip
        assert says in text
    assert "Line 1:" not in text and "Line 6:" not in text
    assert "10.0.1.300\n\n10.0.1.1/24" in text, "what was typed stays"
    assert "<script>alert" not in text
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"name": ""}, "This field is required."), ({"name": "Console and portal"}, "called “Console and portal” already"),
     ({"clients": " \n"}, "This field is required."), ({"secret": "short"}, "5 characters are too short"),
     ({"message_authenticator": "maybe"}, "Select a valid choice"), ({"limit_proxy_state": "maybe"}, "Select a valid choice"), ({"separator": "123456789"}, "at most 8"),
     ({"directory_0": "x"}, "Select a valid choice")],
)  # fmt: skip
def test_a_mistake_is_said_at_its_field(olive: Client, fields: dict[str, str], says: str) -> None:
    answer = add(olive, **fields)
    assert answer.status_code == 422
    (name,) = fields
    assert any(says in error for error in answer.context["form"].errors[name])
    assert says in answer.content.decode()
    assert not Application.objects.exists()


def test_workspaces_cannot_be_asked_a_second_question(olive: Client) -> None:
    page = olive.get("/console/applications/new/aws-workspaces/").content.decode()
    assert "AWS Directory Service does not support Access-Challenge" in page
    assert added(olive, "aws-workspaces", challenge="on").challenge is False


def test_directories_are_kept_in_their_order(olive: Client) -> None:
    from secondgate.directories import configure as directories
    from secondgate.directories.configure import directories_of

    made = [
        directories.configure(name, by="test", kind="local", realms=[], settings={}, kept={})
        for name in ("Corp", "Lab")
    ]
    one = added(olive, directory_0=made[1].pk, directory_1=made[0].pk)
    assert directories_of(one) == ["Lab", "Corp"]
    answer = olive.post(
        f"/console/applications/{one.pk}/edit/", edited(olive, one, directory_1=str(made[1].pk))
    )
    assert "Lab stands above already." in answer.content.decode()
    olive.post(f"/console/applications/{one.pk}/edit/", edited(olive, one, directory_0="", directory_1=""))
    assert directories_of(one) == []


def test_an_edit_renames_and_is_recorded(olive: Client) -> None:
    one = added(olive)
    olive.post(f"/console/applications/{one.pk}/edit/", edited(olive, one, name=HOSTILE, clients="fd00::/64"))
    one.refresh_from_db()
    assert one.name == HOSTILE
    assert [client.network for client in one.clients.all()] == ["fd00::/64"]
    facts = Event.objects.get(name="application.changed").facts
    assert (facts["before"]["name"], facts["after"]["name"]) == ("VPN", HOSTILE)
    assert facts["by"] == olive.user.pk.hex  # type: ignore[attr-defined]
    for path in (
        "",
        f"{one.pk}/",
        f"{one.pk}/edit/",
        f"{one.pk}/secret/",
        f"{one.pk}/remove/",
        f"{one.pk}/test/",
    ):
        page = olive.get(f"/console/applications/{path}").content.decode()
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert(1)" in page, path


def test_two_who_edit_at_once_are_told(signed_in: SignedIn, olive: Client) -> None:
    one = added(olive)
    other = signed_in("administrator")
    mine, theirs = edited(olive, one, separator="/"), edited(other, one, name="Theirs")
    other.post(f"/console/applications/{one.pk}/edit/", theirs)
    answer = olive.post(f"/console/applications/{one.pk}/edit/", mine)
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.content.decode()
    one.refresh_from_db()
    assert (one.name, one.separator) == ("Theirs", ",")
    again = {**mine, "mark": answer.context["form"]["mark"].value()}
    assert olive.post(f"/console/applications/{one.pk}/edit/", again).status_code == 302


def test_an_application_may_be_known_by_its_certificates_alone(olive: Client) -> None:
    one = added(olive, clients="", certificate_names="VPN1.Example.com\n\n2001:DB8::7\n")
    page = olive.get(f"/console/applications/{one.pk}/").content.decode()
    assert "<code>vpn1.example.com</code>" in page and "<code>2001:db8::7</code>" in page
    assert "nowhere: add an address" not in page
    assert olive.post(f"/console/applications/{one.pk}/edit/", edited(olive, one)).status_code == 302
    assert list(one.certificate_names.order_by("pk").values_list("name", flat=True)) == ["vpn1.example.com", "2001:db8::7"]  # fmt: skip
    answer = olive.post(f"/console/applications/{one.pk}/edit/", edited(olive, one, certificate_names=" \n"))
    assert answer.context["form"].errors == {"clients": ["This field is required."]}


def test_each_mistake_in_a_certificate_s_name_is_told_at_its_line(olive: Client) -> None:
    added(olive, name="Other", clients="10.9.0.1", certificate_names="taken.test")
    answer = add(olive, certificate_names="a.test\n*.a.test\n\nTAKEN.test\nA.TEST\nmünchen.test")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"certificate_names": [
        "Line 2: “*.a.test” is a wildcard, and none are taken: list each name.",
        "Line 4: taken.test belongs to “Other” already.", "Line 5: a.test stands in line 1 already.",
        "Line 6: “münchen.test” must be written as the certificate has it, in ASCII: xn--mnchen-3ya.test.",
    ]}  # fmt: skip
    assert Application.objects.count() == 1


def test_a_new_secret_takes_the_old_one_s_place_and_is_shown_once(olive: Client) -> None:
    one = added(olive, secret="a-typed-secret-of-tests")
    olive.get(f"/console/applications/{one.pk}/")
    assert (
        "too short" in olive.post(f"/console/applications/{one.pk}/secret/", {"secret": "x"}).content.decode()
    )
    page = olive.post(f"/console/applications/{one.pk}/secret/", {"secret": ""}, follow=True).content.decode()
    new = SHOWN.search(page)[1]  # type: ignore[index]
    assert secrets.kept("applications_application", one.pk, "secret") == new.encode()
    assert new not in olive.get(f"/console/applications/{one.pk}/").content.decode()


def test_another_application_s_page_does_not_show_the_secret(olive: Client) -> None:
    first = added(olive)
    second = added(olive, name="Other", clients="10.0.2.2")
    assert not SHOWN.search(olive.get(f"/console/applications/{first.pk}/").content.decode())
    assert SHOWN.search(olive.get(f"/console/applications/{second.pk}/").content.decode())


def test_removing_says_what_goes_and_takes_it_along(olive: Client) -> None:
    one = added(olive)
    policies.configure(
        "VPN for all", by="test", application=one, groups=[], login="password-only", methods=[]
    )
    page = olive.get(f"/console/applications/{one.pk}/remove/").content.decode()
    assert "VPN for all" in page and "10.0.1.10" in page
    assert Application.objects.exists()
    olive.post(f"/console/applications/{one.pk}/remove/")
    assert not Application.objects.exists()
    assert secrets.kept("applications_application", one.pk, "secret") is None
    gone = Event.objects.filter(name__endswith=".removed").order_by("id").values_list("name", flat=True)
    assert list(gone) == ["policy.removed", "application.removed"]


@pytest.mark.parametrize("role", ["helpdesk", "auditor"])
def test_who_may_only_read_is_offered_nothing_else(signed_in: SignedIn, olive: Client, role: str) -> None:
    one = added(olive)
    heard(None, names.CLIENT_UNKNOWN, "10.0.3.10", fits=[one.pk.hex])
    reader = signed_in(role)
    for path in ("", f"{one.pk}/", f"{one.pk}/state/"):
        page = reader.get(f"/console/applications/{path}").content.decode()
        assert "10.0.3.10" in page
        assert (
            "/new/" not in page
            and "/edit/" not in page
            and "/clients/" not in page
            and "/secret/" not in page
        )
    assert add(reader).status_code == 403


def test_a_secret_asks_for_a_fresh_second_factor(signed_in: SignedIn, olive: Client) -> None:
    one = added(olive)
    stale = signed_in("owner", proved=601)
    for path in ("new/radius/", f"{one.pk}/secret/", f"{one.pk}/remove/"):
        assert stale.get(f"/console/applications/{path}")["Location"].startswith("/portal/confirm/")


def test_the_web_itself_is_no_application(olive: Client) -> None:
    from secondgate.applications.kinds import WEB_ID

    assert "Console and portal" not in olive.get("/console/applications/").content.decode()
    assert olive.get(f"/console/applications/{WEB_ID}/").status_code == 404
    assert olive.get("/console/applications/new/web/").status_code == 404


def test_the_list_is_searched_by_name_and_address(olive: Client) -> None:
    added(olive, name="Berlin", clients="10.1.0.0/16\n10.1.9.9")
    added(olive, name="Paris", clients="192.0.2.1")
    for text, found in {
        "ber": ["Berlin"],
        "192.0": ["Paris"],
        "10.1": ["Berlin"],
        "rome": [],
        "": ["Berlin", "Paris"],
    }.items():
        rows = olive.get("/console/applications/", {"q": text}).context["rows"]
        assert [row.application.name for row in rows] == found, text


def test_the_list_asks_a_fixed_number_of_questions(olive: Client) -> None:
    def queries(count: int) -> int:
        for number in range(Application.objects.count(), count):
            one = added(olive, name=f"App {number}", clients=f"10.1.{number}.1")
            heard(one, names.LOGIN_REFUSED, f"10.1.{number}.1", "wrong-code")
            heard(None, names.CLIENT_UNKNOWN, f"10.2.{number}.1", fits=[])
        olive.get("/console/applications/")
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert olive.get("/console/applications/").status_code == 200
        return len(caught)

    assert queries(2) == queries(12) <= 20


# -- what is wrong, read off what was heard ---------------------------------------------------------


def test_nothing_yet(olive: Client) -> None:
    one = added(olive, "aws-workspaces")
    text = said(olive, one)
    assert "Nothing has arrived yet" in text
    assert "the outbound rule is on the security group of the directory" in text
    assert "Waiting for the first packet" in olive.get("/console/applications/").content.decode()


def test_it_says_of_whom_a_message_authenticator_is_required(olive: Client) -> None:
    one = added(olive)
    path = f"/console/applications/{one.pk}/"
    (client,) = one.clients.all()
    assert f"Not yet of {client.network.partition('/')[0]}" in olive.get(path).content.decode()
    one.clients.update(signs=True)
    assert f"Required of {client.network.partition('/')[0]}" in olive.get(path).content.decode()
    for setting, says in {"require": "Required: packets", "off": "could forge them"}.items():
        Application.objects.filter(pk=one.pk).update(message_authenticator=setting)
        assert says in olive.get(path).content.decode()


def test_it_says_whose_proxy_state_needs_a_message_authenticator(olive: Client) -> None:
    one = added(olive)
    path = f"/console/applications/{one.pk}/"
    known: dict[str, dict[str, Any]] = {
        "Not yet limited for 10.0.1.10": {}, "Only with a Message-Authenticator from 10.0.1.10": {"proxies": False},
        "Also without from 10.0.1.10": {"proxies": True}, "Authenticator from 10.0.1.10": {"proxies": True, "signs": True},
    }  # fmt: skip
    for says, is_so in known.items():
        one.clients.update(**is_so)
        assert says in olive.get(path).content.decode()
    for setting, says in {"require": "the one without the other", "off": "turn a refusal around"}.items():
        Application.objects.filter(pk=one.pk).update(limit_proxy_state=setting)
        assert says in olive.get(path).content.decode()


@pytest.mark.parametrize("network", ["10.0.1.0/24", "fd00::/64"])
def test_it_says_that_nothing_is_learned_of_a_network(olive: Client, network: str) -> None:
    one = added(olive, clients=f"{network}\n10.0.9.9")
    one.clients.update(signs=True, proxies=False)
    page = olive.get(f"/console/applications/{one.pk}/").content.decode()
    for says in ("Not required of", "Not limited for"):
        assert f"{says} {network}: nothing is learned of a network, whose devices differ. Require it" in page
    assert "Required of 10.0.9.9: sent before" in page
    assert "Only with a Message-Authenticator from 10.0.9.9." in page


def test_it_says_what_would_be_dropped(olive: Client) -> None:
    one = added(olive, clients="10.0.1.10\n10.0.1.11\n10.0.1.12")
    path = f"/console/applications/{one.pk}/"
    assert "Nothing: no packet without Message-Authenticator" in olive.get(path).content.decode()
    first, second, _never = one.clients.order_by("pk")
    hours_ago = [timezone.now() - timedelta(hours=hours, minutes=1) for hours in (2, 3)]
    Unsigned.objects.create(client=first, at=hours_ago[0])
    Unsigned.objects.create(client=second, at=hours_ago[0], proxied_at=hours_ago[1])
    page = re.sub(r"<[^>]+>", "", olive.get(path).content.decode())
    assert "10.0.1.10: without Message-Authenticator 2 h ago, never with Proxy-State." in page
    assert "10.0.1.11: without Message-Authenticator 2 h ago, with Proxy-State too 3 h ago." in page
    assert "10.0.1.12: without" not in page


def test_one_that_was_quiet_for_long_waits_for_no_first_packet(
    olive: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(olive)
    heard(one, names.LOGIN_ACCEPTED, "10.0.1.10")
    monkeypatch.setattr("secondgate.events.newest.WINDOW", 3)
    for _ in range(3):
        heard(None, names.CLIENT_UNKNOWN, "10.0.9.9", fits=["0" * 32])
    assert "Nothing has arrived lately" in said(olive, one)
    page = olive.get("/console/applications/").content.decode()
    assert "Nothing lately" in page
    assert "Waiting for the first packet" not in page


@pytest.mark.parametrize(
    ("name", "reason", "trail", "says"),
    [
        (names.LOGIN_REFUSED, "unreadable-password", (), "shared secret over there is most likely another one"),
        (names.PACKET_DROPPED, "bad-message-authenticator", (), "shared secret over there is most likely another"),
        (names.PACKET_DROPPED, "bad-request-authenticator", (), "shared secret over there is most likely another"),
        (names.PACKET_DROPPED, "wrong-certificate", (), "a TLS certificate that is not this application"),
        (names.PACKET_DROPPED, "no-message-authenticator", (), "Its packets carry no Message-Authenticator"),
        (names.PACKET_DROPPED, "unsigned-proxy-state", (), "Its packets carry Proxy-State, but no Message-Auth"),
        (names.LOGIN_REFUSED, "unsupported-protocol", (), "another protocol than PAP"),
        (names.LOGIN_REFUSED, "no-policy", (), "no policy is for this person"),
        (names.LOGIN_REFUSED, "aws-probe", (), "The way is open"),
        (names.LOGIN_REFUSED, "aws-probe", [("packet.unreadable", {})], "shared secret over there is most likely"),
        (names.LOGIN_ACCEPTED, "", [("packet.read", {"protocol": "CHAP"})], "A login was accepted"),
        (names.LOGIN_REFUSED, "wrong-code", (), "Packets arrive and are answered"),
        (names.LOGIN_CHALLENGED, "", (), "Somebody is being asked"),
        (names.LOGIN_ACCEPTED, "", (), "A login was accepted"),
    ],
)  # fmt: skip
def test_what_was_heard_is_said_with_what_is_next(
    olive: Client, name: str, reason: str, trail: Sequence[Any], says: str
) -> None:
    one = added(olive)
    heard(one, name, "10.0.1.10", reason, trail=list(trail), login="ann")
    assert says in said(olive, one)
    assert olive.get("/console/applications/").status_code == 200


def test_a_problem_of_one_address_is_not_hidden_by_another_that_works(olive: Client) -> None:
    one = added(olive)
    heard(one, names.PACKET_DROPPED, "10.0.1.11", "bad-message-authenticator")
    heard(one, names.LOGIN_ACCEPTED, "10.0.1.10")
    text = said(olive, one)
    assert "From 10.0.1.11, last at" in text
    heard(one, names.LOGIN_ACCEPTED, "10.0.1.11")
    assert "From 10.0.1.11" not in said(olive, one)


def test_a_login_that_was_tried_here_is_no_packet(olive: Client) -> None:
    one = added(olive)
    heard(one, names.LOGIN_ACCEPTED, "secondgate try")
    assert "Nothing has arrived yet" in said(olive, one)


def test_an_unknown_address_is_added_by_one_click(olive: Client) -> None:
    one, other = added(olive), added(olive, name="Other", clients="10.7.0.1")
    heard(None, names.CLIENT_UNKNOWN, "10.0.3.10", fits=[one.pk.hex])
    assert "The secret fits, so it is very likely VPN itself" in said(olive, one)
    assert "10.0.3.10" not in said(olive, other), "the secret says whose it is"
    assert "Add 10.0.3.10 to VPN" in olive.get("/console/applications/").content.decode()
    answer = olive.post(f"/console/applications/{one.pk}/clients/", {"address": "10.0.3.10"}, follow=True)
    assert "10.0.3.10 belongs to VPN now." in answer.content.decode()
    assert list(one.clients.values_list("network", flat=True)) == ["10.0.1.10/32", "10.0.3.10/32"]
    assert "10.0.3.10" not in said(olive, other)
    assert "Packets come from" not in said(olive, one)
    again = olive.post(f"/console/applications/{other.pk}/clients/", {"address": "10.0.3.10"}, follow=True)
    assert "belongs to another application already" in again.content.decode()
    assert olive.post(f"/console/applications/{one.pk}/clients/", {"address": "x"}).status_code == 404


def test_an_unchanged_state_is_not_sent_again(olive: Client) -> None:
    one = added(olive)
    address = re.search(r'hx-get="([^"]+)"', said(olive, one))[1]  # type: ignore[index]
    assert olive.get(address).status_code == 204
    heard(one, names.LOGIN_ACCEPTED, "10.0.1.10")
    assert olive.get(address).status_code == 200


def test_a_page_that_renews_itself_keeps_nobody_signed_in(olive: Client) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from secondgate.web.models import Session

    one, then = added(olive), timezone.now() - timedelta(seconds=3000)
    assert """hx-headers='{"X-Poll": "1"}'""" in said(olive, one)
    Session.objects.update(seen_at=then)
    olive.get(f"/console/applications/{one.pk}/state/", headers={"X-Poll": "1"})
    assert Session.objects.get().seen_at == then
    olive.get(f"/console/applications/{one.pk}/")
    assert Session.objects.get().seen_at > then


def test_the_servers_addresses_are_filled_in(olive: Client) -> None:
    one = added(olive, "aws-workspaces")
    olive.post(f"/console/applications/{one.pk}/servers/", {"servers": "10.0.8.21, 10.0.8.22"})
    page = olive.get(f"/console/applications/{one.pk}/").content.decode()
    assert 'data-copy="10.0.8.21,10.0.8.22"' in page
    olive.post(f"/console/applications/{one.pk}/servers/", {"servers": '"><script>alert(1)</script>'})
    assert "<script>alert" not in olive.get(f"/console/applications/{one.pk}/").content.decode()


def test_a_test_login_without_a_server_says_so(olive: Client) -> None:
    one = added(olive)
    answer = olive.post(f"/console/applications/{one.pk}/test/", {"user": "ann", "typed": "hunter2-hunter2"})
    assert answer.status_code == 422
    assert "No server is running on" in answer.content.decode()
    assert "hunter2-hunter2" not in answer.content.decode()
