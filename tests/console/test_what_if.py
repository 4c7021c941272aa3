"""What if: the page of a login in thought."""

from html import unescape
from typing import Any

import pytest

from secondgate.applications.models import Application
from secondgate.events.models import Event
from secondgate.people.models import User
from tests.console.conftest import SignedIn
from tests.console.house import HOSTILE, HOUSE
from tests.installation import Configure


@pytest.fixture
def house(configure: Configure) -> None:
    configure(HOUSE)


def ask(client: Any, who: str, application: str = "WorkSpaces", **more: str) -> tuple[int, str]:
    pk = Application.objects.get(name=application).pk
    answer = client.get("/console/what-if/", {"who": who, "application": pk, **more})
    return answer.status_code, unescape(answer.content.decode())


def test_it_says_which_policy_decides_and_sends_nothing(house: None, signed_in: SignedIn) -> None:
    client, before = signed_in("auditor"), Event.objects.count()
    status, text = ask(client, "ann")
    assert status == 200
    assert "ann is asked for a second factor" in text
    assert "Place 1 of WorkSpaces" in text
    assert "VPN</a>: ann is refused." in text
    assert Event.objects.count() == before


def test_a_refusal_names_its_reason_and_what_the_person_would_read(house: None, signed_in: SignedIn) -> None:
    _, text = ask(signed_in(), "bob")
    assert "bob is refused" in text
    assert "no-authenticator" in text
    assert "Sign-in failed. Check what you typed" in text
    _, text = ask(signed_in(), "ann", method="hotp")
    assert "ann is refused with that" in text


def test_nobody_is_said_at_the_field_and_shown_as_text(house: None, signed_in: SignedIn) -> None:
    status, text = ask(signed_in(), HOSTILE)
    assert status == 422
    assert f"Nobody here is called “{HOSTILE}”" in text
    assert signed_in().get("/console/what-if/", {"who": "ann", "application": "x"}).status_code == 422


def test_a_hostile_name_is_text(house: None, signed_in: SignedIn) -> None:
    User.objects.filter(login="ann").update(name=HOSTILE)
    pk = Application.objects.get(name="WorkSpaces").pk
    text = signed_in().get("/console/what-if/", {"who": "ann", "application": pk}).content.decode()
    assert "<script>alert" not in text
    assert unescape(text).count(HOSTILE) > 1
