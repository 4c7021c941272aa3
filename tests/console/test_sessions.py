"""Sessions in the console: the list, and those of one person."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from secondgate.accounting.models import Session
from secondgate.applications.models import Application
from secondgate.console.sessions import LATELY, lately, rows_of
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.policies.models import Policy
from tests.console.conftest import SignedIn
from tests.console.house import HOSTILE

NOW = datetime.now(UTC)


@pytest.fixture
def ann(db: None) -> User:
    return accounts.create("ann", realm="built-in", by="test", name="Ann Berg")


@pytest.fixture
def vpn(db: None) -> Application:
    vpn = Application(name="VPN", kind="radius")
    vpn.save()
    return vpn


def session(application: Application, user: User | None = None, **fields: Any) -> Session:
    """Write a session that began an hour ago and was heard of just now, as the ledger would."""
    plain: dict[str, Any] = {
        "nas": "gate", "session": uuid4().hex, "login": user.login if user else "so…", "client": "10.0.0.1",
        "calling": "203.0.113.9", "framed_ip": "10.9.0.7", "framed_ipv6": "", "cause": "", "seconds": 0,
        "started_at": NOW - timedelta(hours=1), "updated_at": NOW, "interim": 0,
        **dict.fromkeys(("octets_in", "octets_out", "packets_in", "packets_out"), 0),
    }  # fmt: skip
    ids = {"application_id": application.pk, "user_id": user.pk if user else None}
    return Session.objects.create(**{**plain, **ids, **fields})


def ended(**fields: Any) -> dict[str, Any]:
    return {"stopped_at": NOW - timedelta(minutes=5), "cause": "idle-timeout", **fields}


def rows(client: Client, query: str = "") -> int:
    page = client.get(f"/console/sessions/?{query}").content.decode()
    return len(re.findall('<td role="cell" data-label="State">', page))


def test_the_list_tells_all_of_a_session(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    session(vpn, ann, octets_in=5 * 2**20, octets_out=3 * 2**30, **ended(seconds=7_500))
    page = signed_in("auditor").get("/console/sessions/").content.decode()
    for text in (
        "Ann Berg", "VPN", "gate", "203.0.113.9", "given 10.9.0.7", "2 h 5 min", "5.0\xa0MB sent",
        "3.0\xa0GB received", "Ended ", "Idle for too long",
    ):  # fmt: skip
        assert text in page, text


def test_filters(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    client, other = signed_in("auditor"), Application(name="Other", kind="radius")
    other.save()
    session(vpn, ann)
    session(vpn, ann, **ended())
    session(other)
    wanted = {
        "": 3, "state=open": 2, f"application={vpn.pk}": 2, f"application={vpn.pk}&state=open": 1,
        f"user={ann.pk}": 2, "q=ANN": 2, "q=ann&state=open": 1, "q=an": 0, f"user={uuid4()}": 0,
    }  # fmt: skip
    assert {query: rows(client, query) for query in wanted} == wanted


def test_what_makes_no_sense_in_the_address_is_no_fault(
    signed_in: SignedIn, ann: User, vpn: Application
) -> None:
    session(vpn, ann)
    for query in ("application=%00", "user=x", "state=x", "after=x", "before=WyJ4IiwgIngiXQ==", "after=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OSwgIjEiXQ=="):  # fmt: skip
        assert rows(signed_in("auditor"), query) == 1, query


def test_pages_hold_every_session_once(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    for number in range(120):
        session(vpn, ann, calling=f"[{number}]")
    client, query, seen = signed_in("auditor"), f"user={ann.pk}", []
    while query:
        page = client.get(f"/console/sessions/?{query}").content.decode()
        seen += [int(number) for number in re.findall(r"<bdi>\[(\d+)\]</bdi>", page)]
        after = re.search(r'href="\?([^"]*)" rel="next"', page)
        query = after[1].replace("&amp;", "&") if after else ""
    assert seen == list(range(119, -1, -1))


def test_a_page_asks_a_fixed_number_of_times(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    client, asked = signed_in("auditor"), []
    for _ in range(2):
        session(vpn, ann)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/console/sessions/")
        asked.append(len(queries))
        for number in range(30):
            session(
                vpn,
                accounts.create(f"user{number}", realm="built-in", by="test") if len(asked) == 1 else None,
            )
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("fields", "granted", "state"),
    [
        ({}, [], "Open"),
        ({"updated_at": NOW - timedelta(hours=25)}, [], "Not heard of since"),
        ({"updated_at": NOW - timedelta(hours=23)}, [], "Open"),
        ({"updated_at": NOW - timedelta(minutes=31), "interim": 600}, [], "Not heard of since"),
        ({"updated_at": NOW - timedelta(minutes=29), "interim": 600}, [], "Open"),
        ({"updated_at": NOW - timedelta(minutes=31)}, ["Acct-Interim-Interval=600"], "Not heard of since"),
        ({"updated_at": NOW - timedelta(hours=1)}, ["Acct-Interim-Interval=600"], "Open"),  # none has come yet
        (ended(cause="code-77"), [], "Ended "),
        (ended(cause=""), [], "Ended "),
    ],
)  # fmt: skip
def test_how_a_session_stands(
    ann: User, vpn: Application, fields: dict[str, Any], granted: list[str], state: str
) -> None:
    Policy.objects.create(
        name="P", application=vpn, login="password-only", methods=[], position=1, grants=granted
    )
    (row,) = rows_of([session(vpn, ann, **fields)], NOW)
    assert row.state.startswith(state)


def test_the_panel_shows_what_goes_on_and_then_the_newest(ann: User, vpn: Application) -> None:
    silent = session(vpn, ann, updated_at=NOW - timedelta(days=3))
    alive = session(vpn, ann)
    over = [session(vpn, ann, **ended()) for _ in range(LATELY)]
    session(vpn)
    assert [row.session for row in lately(ann.pk)] == [alive, *reversed(over[1:])]
    Session.objects.filter(pk__in=[one.pk for one in over]).delete()
    assert [row.session for row in lately(ann.pk)] == [alive, silent]


def test_the_panel_leads_to_all_of_a_person(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    client = signed_in("helpdesk")
    assert "<h3>Sessions</h3>" not in client.get(f"/console/users/{ann.pk}/").content.decode()
    session(vpn, ann)
    page = client.get(f"/console/users/{ann.pk}/").content.decode()
    assert f'href="/console/sessions/?user={ann.pk}"' in page
    assert "203.0.113.9" in page
    assert (
        f'href="/console/sessions/?application={vpn.pk}"'
        in client.get(f"/console/applications/{vpn.pk}/").content.decode()
    )


def test_a_session_outlives_its_person_and_its_application(
    signed_in: SignedIn, ann: User, vpn: Application
) -> None:
    session(vpn, ann)
    ann_was = ann.pk
    accounts.remove([ann], by="test")
    vpn.delete()
    page = signed_in("auditor").get(f"/console/sessions/?user={ann_was}").content.decode()
    assert "A removed application" in page
    assert "Of a removed person" in page
    assert "<bdi>ann</bdi>" in page


def test_what_a_nas_says_is_shown_as_text(signed_in: SignedIn, ann: User, vpn: Application) -> None:
    session(vpn, ann, calling=HOSTILE, nas=HOSTILE, login=HOSTILE, framed_ip=HOSTILE[:45])
    for path in ("/console/sessions/", f"/console/users/{ann.pk}/"):
        page = signed_in("owner").get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_an_empty_list_says_how_sessions_come(signed_in: SignedIn) -> None:
    assert "UDP port 1813" in signed_in("auditor").get("/console/sessions/").content.decode()
    assert "No session fits" in signed_in("auditor").get("/console/sessions/?state=open").content.decode()
