"""The overview: figures, health, and what needs attention."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.utils import timezone

from secondgate.applications.models import Application, Client
from secondgate.console import attention
from secondgate.console.attention import concerns
from secondgate.console.chart import SPANS, chart
from secondgate.console.forms.find_people import FindForm
from secondgate.console.people import Wanted
from secondgate.console.situation import (
    Lacking,
    Named,
    NodeState,
    SilentDirectory,
    Situation,
    Stranger,
    Unreadable,
)  # fmt: skip
from secondgate.events import tally
from secondgate.events.counts import HOUR, logins
from secondgate.events.models import Event
from secondgate.ledger.models import Node
from secondgate.messaging.health import ProviderState
from secondgate.messaging.models import Provider
from secondgate.people import accounts
from tests.console.conftest import SignedIn

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
CALM = Situation(NOW, disk_free=10**11, disk_size=10**12)
VPN = Named(uuid4(), "Office VPN")
GIGABYTE = 2**30

# situation: (tone, part of the title, the page that clears it)
CASES = {
    "a node is gone": ({"nodes": [NodeState("gate-1", NOW, True, {})]}, "bad", "gate-1 does not report", ""),
    "a check fails": (
        {"nodes": [NodeState("gate-1", NOW, False, {"disk": "full", "database": "ok"})]},
        "bad", "gate-1: disk", "",
    ),
    "a directory is silent": (
        {"silent": [SilentDirectory(VPN.pk, "Corp AD", NOW, "no answer")]}, "bad", "Corp AD", "directories-one",
    ),
    "a mail was not taken": (
        {"providers": [ProviderState("Mail", NOW, "refused")]}, "warn", "Mail did not take", "settings",
    ),
    "a wrong secret": ({"unreadable": [Unreadable(VPN, 3, 4)]}, "bad", "Office VPN: the shared", "applications-one"),
    "another secret signs": ({"unreadable": [Unreadable(VPN, 0, 0, 1)]}, "bad", "Office VPN: the", "applications-one"),
    "a stranger": ({"strangers": [Stranger("192.0.2.7", 1, NOW)]}, "bad", "192.0.2.7", "applications"),
    "little disk": ({"disk_free": GIGABYTE // 16, "disk_size": GIGABYTE}, "bad", "nearly full", ""),
    "one without a factor": ({"lacking": [Lacking(VPN, ("Staff",), 1)]}, "warn", "1 person has no", "users"),
    "people without a factor": ({"lacking": [Lacking(VPN, (), 1800)]}, "warn", "1,800 people have", "users"),
    "no policy": ({"without_policy": [VPN], "never_heard": [VPN]}, "warn", "has no policy", "policies-new"),
    "never heard": ({"never_heard": [VPN]}, "off", "has never sent", "applications-one"),
    "no codes": ({"owner_without_codes": True}, "off", "no backup codes", "portal:home"),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_each_concern_carries_what_clears_it(what: str) -> None:
    fields, tone, title, page = CASES[what]
    (found,) = concerns(replace(CALM, **fields))
    assert (found.tone, found.page) == (tone, page)
    assert title in found.title
    assert bool(found.page) == bool(found.leads)


def test_what_the_list_of_people_is_asked_for_it_knows() -> None:
    (found,) = concerns(replace(CALM, **CASES["one without a factor"][0]))
    assert FindForm(QueryDict(found.query)).wanted() == Wanted(has_factor=False)


@pytest.mark.parametrize(("role", "leads"), [("owner", True), ("auditor", False)])
def test_a_button_leads_only_whom_its_page_lets_in(
    signed_in: SignedIn, vpn: Application, role: str, leads: bool
) -> None:
    Event.objects.create(name="client.unknown", at=timezone.now(), facts={"client": "192.0.2.7"})
    page = signed_in(role).get("/console/").content.decode()
    assert "has no policy" in page
    assert "Packets from 192.0.2.7" in page
    assert ("/console/policies/new/?application=" in page) == leads
    assert ("Add this address" in page) == leads


def test_a_time_of_another_day_has_its_day() -> None:
    yesterday = NOW - timedelta(hours=19)
    (found,) = concerns(replace(CALM, strangers=[Stranger("192.0.2.7", 1, yesterday)]))
    assert "since 24 Nov, 19:30 UTC." in found.text
    (found,) = concerns(replace(CALM, strangers=[Stranger("192.0.2.7", 1, NOW)]))
    assert "since 14:30 UTC." in found.text


def test_every_check_has_a_case() -> None:
    said = [attention.concerns(replace(CALM, **fields)) for fields, *_ in CASES.values()]
    assert all(said)
    spoken = {
        check
        for check in attention.CHECKS
        for fields, *_ in CASES.values()
        if list(check(replace(CALM, **fields)))
    }
    assert spoken == set(attention.CHECKS)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"unreadable": [Unreadable(VPN, 2, 4)]}, {"disk_free": 20 * GIGABYTE, "disk_size": 500 * GIGABYTE},
        {"nodes": [NodeState("gate-1", NOW, False, {"disk": "ok"})]},
    ],
)  # fmt: skip
def test_what_is_well_is_not_told(fields: dict[str, Any]) -> None:
    assert concerns(replace(CALM, **fields)) == []


def test_the_urgent_comes_first() -> None:
    fields = {"owner_without_codes": True, "strangers": [Stranger(f"192.0.2.{n}", 1, NOW) for n in range(9)]}
    found = concerns(replace(CALM, **fields))
    assert [one.tone for one in found] == ["bad"] * 5 + ["warn", "off"]
    assert found[5].title == "Packets from 4 other unknown addresses"


def test_a_chart_has_a_bar_a_step_and_a_round_scale() -> None:
    last = int(NOW.timestamp()) // HOUR
    counts = {
        (last, "login.accepted", ""): 118,
        (last - 1, "login.refused", "wrong-code"): 1,
        (last - 24, "login.accepted", ""): 9,
    }
    drawn = chart(counts, SPANS["24h"], NOW)  # type: ignore[arg-type]
    assert (len(drawn.bars), drawn.accepted, drawn.refused) == (24, 118, 1)
    assert drawn.bars[-1].label == "14:00"
    assert drawn.scale == ["150", "100", "50", "0"]
    assert drawn.bars[-2].parts[0].height == 1.5  # one in a hundred can be seen


@pytest.mark.parametrize("most", [0, 1, 3, 4, 29, 31, 149, 151, 999, 1_000_000])
def test_no_bar_is_higher_than_the_scale(most: int) -> None:
    last = int(NOW.timestamp()) // HOUR
    drawn = chart({(last, "login.accepted", ""): most}, SPANS["24h"], NOW)  # type: ignore[arg-type]
    assert all(0 <= part.y <= 150 for bar in drawn.bars for part in bar.parts)
    assert int(drawn.scale[0].replace(",", "")) >= most


@pytest.fixture
def vpn(db: None) -> Application:
    application = Application(name=HOSTILE, kind="radius")
    application.save()
    Client.objects.create(application=application, network="10.0.0.1/32")
    return application


def happen(
    vpn: Application, name: str = "login.accepted", *, back: timedelta = timedelta(0), **fields: Any
) -> None:
    Event.objects.create(name=name, at=timezone.now() - back, application_id=vpn.pk, **fields)


def test_counts_are_right_before_and_after_they_are_tallied(vpn: Application) -> None:
    now = int(timezone.now().timestamp()) // HOUR
    for back in (0, 3, 30, 200):
        happen(vpn, back=timedelta(hours=back))
    happen(vpn, "login.refused", reason="wrong-code")
    before = [logins(now - 48, now, step=step) for step in (1, 24)]
    while any(tally.catch_up(2) for _ in range(3)):
        pass
    assert [logins(now - 48, now, step=step) for step in (1, 24)] == before
    assert sum(before[0].values()) == 4
    happen(vpn)
    assert sum(logins(now - 48, now + 1).values()) == 5


def test_the_page_says_how_it_goes(signed_in: SignedIn, vpn: Application) -> None:
    for _ in range(12):
        happen(vpn, "login.refused", reason="wrong-code")
    happen(vpn)
    Event.objects.create(name="client.unknown", at=timezone.now(), facts={"client": "192.0.2.77"})
    accounts.create("ann", realm="built-in", by="test")
    page = signed_in("owner").get("/console/").content.decode()
    assert '<span class="value">12</span>' in page
    assert "/console/log/?reason=wrong-code&amp;since=24h" in page
    assert "12 of them at" in page
    assert "Packets from 192.0.2.77" in page
    assert "has no policy" in page
    assert "<script>alert" not in page
    assert "0 of 2" in page  # enrolled


def test_packets_that_another_secret_signed_are_told(signed_in: SignedIn, vpn: Application) -> None:
    happen(vpn, "packet.dropped", reason="bad-message-authenticator", facts={"client": "10.0.0.1"})
    assert "the shared secret seems wrong" in signed_in().get("/console/").content.decode()
    assert (
        "No answer was sent"
        in signed_in().get("/console/log/?reason=bad-message-authenticator").content.decode()
    )


@pytest.mark.parametrize("span", ["24h", "7d", "30d", "nonsense"])
def test_every_span_answers(signed_in: SignedIn, vpn: Application, span: str) -> None:
    happen(vpn, back=timedelta(days=5))
    assert signed_in("auditor").get(f"/console/?range={span}").status_code == 200


def test_a_directory_that_answers_again_is_not_silent(signed_in: SignedIn, db: None) -> None:
    from secondgate.directories.models import Directory

    corp = Directory(name="Corp AD", kind="ldap")
    corp.save()
    client = signed_in("owner")
    facts = {"directory": corp.pk.hex, "fault": "it did not answer"}
    Event.objects.create(name="directory.went-silent", at=timezone.now(), facts=facts)
    assert "Corp AD does not answer" in client.get("/console/").content.decode()
    Event.objects.create(name="directory.answered-again", at=timezone.now(), facts=facts)
    assert "Corp AD does not answer" not in client.get("/console/").content.decode()


def test_a_node_that_does_not_report_is_told(signed_in: SignedIn, db: None) -> None:
    ago = timezone.now() - timedelta(minutes=5)
    Node.objects.create(name="gate-2", said={"radius [::]:1812": "ok"}, started_at=ago, seen_at=ago)
    Node.objects.create(
        name="gate-1", said={"radius [::]:1812": "ok"}, started_at=ago, seen_at=timezone.now()
    )
    page = signed_in("owner").get("/console/").content.decode()
    assert "gate-2 does not report" in page
    assert "RADIUS on [::]:1812" in page


def test_the_number_of_queries_does_not_grow(
    signed_in: SignedIn, vpn: Application, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("owner")
    for number in range(30):
        Application(name=f"VPN {number}", kind="radius").save()
        happen(vpn, "login.refused", reason="wrong-code")
    client.get("/console/")
    with django_assert_max_num_queries(50):
        client.get("/console/")


@pytest.mark.parametrize("role", ["owner", "auditor"])
def test_a_test_login_is_one_step_away(signed_in: SignedIn, vpn: Application, role: str) -> None:
    page = signed_in(role).get("/console/").content.decode()
    assert (f'href="/console/applications/{vpn.pk}/test/"' in page) == (role == "owner")
    assert ("Send a test login" in page) == (role == "owner")


def test_of_several_applications_one_is_chosen(signed_in: SignedIn, vpn: Application) -> None:
    client = signed_in("owner")
    others = [Application(name=f"VPN {number:02}", kind="radius") for number in range(11)]
    for other in others:
        other.save()
    page = client.get("/console/").content.decode()
    assert all(f'<a href="/console/applications/{one.pk}/test/">' in page for one in [vpn, *others])
    assert "Another one …" not in page
    Application(name="VPN 99", kind="radius").save()
    page = client.get("/console/").content.decode()
    assert page.count("/test/") == 12
    assert "Another one …" in page


def test_without_an_application_there_is_nothing_to_try(signed_in: SignedIn, db: None) -> None:
    assert "Send a test login" not in signed_in("owner").get("/console/").content.decode()


def test_how_the_last_message_went_is_told(signed_in: SignedIn, db: None) -> None:
    client = signed_in("auditor")
    assert "not set up: nobody can set a forgotten password" in client.get("/console/").content.decode()
    Provider(name="Mail of Corp", kind="smtp").save()
    assert "no message yet" in client.get("/console/").content.decode()
    Event.objects.create(name="message.failed", at=timezone.now(), facts={"fault": "it refused <us>."})
    assert "just now: it refused &lt;us&gt;." in client.get("/console/").content.decode()
    Event.objects.create(name="message.sent", at=timezone.now(), facts={})
    assert "took a message just now" in client.get("/console/").content.decode()
