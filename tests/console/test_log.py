"""The log's page, its panel and its export."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import AsyncClient, Client
from django.utils import timezone

from secondgate.applications.models import Application
from secondgate.console import log_filters
from secondgate.events.models import Event
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.web import wording
from tests.console.conftest import SignedIn

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
STEPS = ["packet.read", "application.found", "user.found", "policy.matched", "password.not-asked"]

Happen = Callable[..., Event]


@pytest.fixture
def vpn(db: None) -> Application:
    application = Application(name=HOSTILE, kind="radius")
    application.save()
    return application


@pytest.fixture
def ann(db: None) -> User:
    return accounts.create("ann", realm="built-in", by="test", name="Ann " + HOSTILE)


@pytest.fixture
def happen(vpn: Application, ann: User) -> Happen:
    """Write one event: `happen("login.refused", reason="wrong-code", last="second-factor.wrong")`."""

    def write(
        name: str = "login.accepted", *, last: str = "second-factor.fits", steps: Any = None, **fields: Any
    ):
        trail = [
            [code, {"client": "10.0.0.1", "user": ann.pk.hex, "login": "ann"}]
            for code in steps or [*STEPS, last]
        ]
        facts = {"login": "ann", "client": "10.0.0.1", "trail": trail, **fields.pop("facts", {})}
        fields = {"user_id": ann.pk, "application_id": vpn.pk, "at": timezone.now(), **fields}
        return Event.objects.create(name=name, facts=facts, **fields)

    return write


def text(client: Client, path: str = "/console/log/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str) -> int:
    return page.count('<tr role="row" data-event=')


def test_a_row_has_six_marks_and_says_what_happened(signed_in: SignedIn, happen: Happen):
    happen("login.refused", reason="code-used", last="second-factor.used")
    page = text(signed_in("auditor"))
    assert '<i></i><i></i><i></i><i></i><i class="s"></i><i class="x"></i>' in page
    assert "Stopped at second factor: Code used" in page
    assert "The right code, but it has been used already." in page


def test_hostile_names_are_text(signed_in: SignedIn, happen: Happen):
    event = happen("login.refused", reason="no-policy", steps=STEPS[:3], facts={"login": HOSTILE})
    page = text(signed_in(), f"/console/log/?event={event.pk}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_strangers_packet_stops_at_the_application(signed_in: SignedIn, happen: Happen):
    Event.objects.create(at=timezone.now(), name="client.unknown", facts={"client": "192.0.2.77"})
    page = text(signed_in())
    assert '<i></i><i class="x"></i><i class="n"></i>' in page
    assert "192.0.2.77" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3), ("outcome=refused", 1), ("reason=wrong-code", 1), ("name=login.accepted", 1), ("q=wrong-code", 1),
        ("q=ann", 2), ("q=zoe", 0), ("q=zo", 1), ("q=10.9", 1), ("address=10.0.0.1", 2), ("since=1h", 2),
        ("until=2026-01-02T00:00", 1), ("q=login.challenged", 1), ("outcome=refused&since=1h", 1),
    ],
)  # fmt: skip
def test_filters(signed_in: SignedIn, happen: Happen, query: str, found: int):
    client = signed_in()
    Event.objects.all().delete()
    happen()
    happen("login.refused", reason="wrong-code", last="second-factor.wrong")
    old = timezone.datetime.fromisoformat("2026-01-01T10:00:00+00:00")  # type: ignore[attr-defined]
    facts = {"login": "zo***", "client": "10.9.0.1"}
    happen("login.challenged", at=old, user_id=None, facts=facts, last="second-factor.asked")
    query = query.replace("q=zoe", "q=zoe***")
    assert rows(text(client, f"/console/log/?{query}")) == found


def test_a_filter_that_makes_no_sense_is_said(signed_in: SignedIn, happen: Happen):
    page = text(
        signed_in(), "/console/log/?reason=nonsense&since=yesterday&application=x&user=%22%3E%3Cscript%3E"
    )
    assert "There is no reason “nonsense”" in page
    assert "“yesterday” is no time" in page
    assert "<script>" not in page.replace("<script src", "")


def test_newer_and_older_lead_through_everything_once(signed_in: SignedIn, happen: Happen):
    client = signed_in()
    Event.objects.all().delete()
    written = [happen().pk for _ in range(120)][::-1]
    seen, page = [], text(client)
    while True:
        seen += ids(page)
        older = link(page, "next")
        if not older:
            break
        page = text(client, f"/console/log/{older}")
    assert seen == written
    back = ids(page)
    while newer := link(page, "prev"):
        page = text(client, f"/console/log/{newer}")
        back = ids(page) + back
    assert back == written


def ids(page: str) -> list[int]:
    return [int(part.partition('"')[0]) for part in page.split('data-event="')[1:]]


def link(page: str, rel: str) -> str:
    import html

    before, found, _ = page.partition(f'" rel="{rel}"')
    return html.unescape(before.rpartition('href="')[2]) if found else ""


def test_the_panel_explains_and_leads_on(signed_in: SignedIn, happen: Happen):
    first, event, last = (
        happen("login.refused", reason="wrong-code", last="second-factor.wrong") for _ in range(3)
    )
    happen()
    page = text(signed_in(), f"/console/log/?outcome=refused&event={event.pk}")
    assert "The code fits no authenticator of" in page
    assert "It counts toward the wait after wrong tries." in page
    for beside in (first, last):
        assert f'?outcome=refused&amp;event={beside.pk}" aria-label=' in page
    assert f'data-copy="http://testserver/console/log/?event={event.pk}"' in page


NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "shown", "chip"),
    [
        ("2026-11-25T14:00:00", "14:00:00", "14:00"), ("2026-11-25T00:00:07", "00:00:07", "00:00:07"),
        ("2026-11-24T23:59:59", "24 Nov, 23:59:59", "24 Nov, 23:59:59"),
        ("2026-01-02T09:05:00", "2 Jan, 09:05:00", "2 Jan, 09:05"),
        ("2025-11-25T14:00:00", "25 Nov 2025, 14:00:00", "25 Nov 2025, 14:00"),
    ],
)  # fmt: skip
def test_a_time_says_its_day_and_year_where_they_are_others(at: str, shown: str, chip: str):
    moment = datetime.fromisoformat(f"{at}+00:00")
    assert wording.moment(moment, NOW) == shown
    assert wording.moment(moment, NOW).removesuffix(":00") == chip


def test_row_panel_and_filter_write_a_time_alike(signed_in: SignedIn, happen: Happen):
    event = happen("login.refused", reason="wrong-code", at=datetime(2024, 11, 24, 16, 38, 12, tzinfo=UTC))
    page = text(signed_in(), f"/console/log/?event={event.pk}&since=2024-11-24T16:38:00")
    said = '<time datetime="2024-11-24T16:38:12+00:00" title="2024-11-24 16:38:12 UTC">24 Nov 2024, 16:38:12</time>'
    assert page.count(said) == 2
    assert "Since 24 Nov 2024, 16:38<svg" in page


def test_an_event_that_is_not_there_is_said(signed_in: SignedIn):
    answer = signed_in().get("/console/log/?event=99999999999999999999999")
    assert answer.status_code == 404
    assert "There is no event" in answer.content.decode()


def test_the_number_of_queries_does_not_grow(
    signed_in: SignedIn, happen: Happen, django_assert_max_num_queries: Any
):
    client = signed_in()
    for _ in range(60):
        happen()
    text(client)
    with django_assert_max_num_queries(16):
        text(client)


def test_a_time_without_an_end_is_not_looked_through_at_once(
    signed_in: SignedIn, happen: Happen, monkeypatch: pytest.MonkeyPatch
):
    from secondgate.console.views import log
    from secondgate.events import search

    monkeypatch.setattr(search, "FIRST_WINDOW", 5)
    monkeypatch.setattr(log, "look", lambda wanted, **said: search.look(wanted, **{**said, "budget": 0}))
    for _ in range(20):
        happen()
    page = text(signed_in(), f"/console/log/?application={uuid4().hex}")
    assert "Nothing fits down to" in page
    assert "Look further" in page


async def exported(client: Client, query: str) -> tuple[Any, str]:
    other = AsyncClient()
    other.cookies = client.cookies
    answer = await other.get(f"/console/log/export/?{query}")
    if not answer.streaming:
        return answer, answer.content.decode()
    return answer, b"".join([piece async for piece in answer.streaming_content]).decode()


@pytest.mark.django_db(transaction=True)
def test_the_export_has_all_that_fits_and_no_formula(signed_in: SignedIn, happen: Happen):
    from asgiref.sync import async_to_sync

    client = signed_in("auditor")
    Event.objects.all().delete()
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "ann"]
    for name in names:
        happen(facts={"login": name})
    happen("login.refused", reason="wrong-code")
    _answer, body = async_to_sync(exported)(client, "format=csv&outcome=accepted")
    cells = [row["login"] for row in csv.DictReader(io.StringIO(body))]
    assert cells == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "ann"]
    _answer, body = async_to_sync(exported)(client, "format=jsonl")
    lines = [json.loads(line) for line in body.splitlines()]
    assert all(datetime.fromisoformat(line["at"]).tzinfo for line in lines)  # for scripts: as it is stored
    assert [line["login"] for line in lines] == [*names, "ann"]
    assert lines[0]["application"] == HOSTILE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("role", "status"), [("helpdesk", 403), ("auditor", 200), ("", 403)])
def test_the_export_asks_for_its_permission(signed_in: SignedIn, role: str, status: int):
    from asgiref.sync import async_to_sync

    answer, _body = async_to_sync(exported)(signed_in(role), "")
    assert answer.status_code == status
    assert ("log-export" in text(signed_in("helpdesk"))) is False


def test_each_filter_of_a_menu_makes_sense(signed_in: SignedIn, happen: Happen):
    from urllib.parse import parse_qs

    empty = log_filters.read({})
    for menu in log_filters.menus(empty):
        for _says, address in menu.choices:
            chosen = log_filters.read({name: values[0] for name, values in parse_qs(address).items()})
            assert not chosen.faults
            assert len(chosen.chips) == 1


@pytest.mark.parametrize(("accept", "counts"), [("text/event-stream", False), ("text/html", True)])
def test_a_stream_that_comes_back_keeps_nobody_signed_in(signed_in: SignedIn, accept: str, counts: bool):
    from datetime import timedelta

    from secondgate.web.models import Session

    client = signed_in()
    ago = timezone.now() - timedelta(minutes=30)
    Session.objects.update(seen_at=ago)
    client.get("/console/log/", headers={"accept": accept})
    assert (Session.objects.get().seen_at != ago) is counts
