"""Policies: the list, the editor, moving and removing."""

from html import unescape
from typing import Any

import pytest

from secondgate.applications.models import Application
from secondgate.events.models import Event
from secondgate.people.models import Group
from secondgate.policies.models import Policy
from secondgate.web.forms import mark_of
from tests.console.conftest import SignedIn
from tests.console.house import HOSTILE, HOUSE
from tests.installation import Configure


@pytest.fixture
def house(configure: Configure) -> None:
    configure(HOUSE)


def page(client: Any, path: str = "/console/policies/", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def says(**changes: Any) -> dict[str, Any]:
    """Return what a filled form sends."""
    values = {
        "name": "New one", "application": Application.objects.get(name="VPN").pk, "login": "second-factor-only",
        "methods": ["totp"], "challenge": "", "mark": mark_of({}),
    } | changes  # fmt: skip
    return {key: value for key, value in values.items() if value is not None}


def one(name: str) -> str:
    return f"/console/policies/{Policy.objects.get(name=name).pk}/"


def mark(client: Any, path: str) -> str:
    return page(client, path).partition('name="mark" value="')[2].partition('"')[0]


def order() -> list[str]:
    return list(Policy.objects.values_list("name", flat=True))


def test_the_list_says_what_each_means_and_what_is_odd(house: None, signed_in: SignedIn) -> None:
    text = page(signed_in("auditor"))
    assert "a second factor is enough: " in text
    assert "“P1” takes Staff at WorkSpaces before this one." in text
    assert "Nobody can log in to VPN" in text
    assert "Guests has no members yet." in text
    assert "Add policy" not in text
    assert "Add policy" in page(signed_in("administrator"))


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    house: None, signed_in: SignedIn, configure: Configure, django_assert_num_queries: Any
) -> None:
    client = signed_in("auditor")
    page(client)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        page(client)
    configure(
        HOUSE
        + "".join(
            f"  - {{name: Q{n}, application: VPN, groups: [Staff], login: second-factor-only, methods: [hotp]}}\n"
            for n in range(30)
        )
    )
    with django_assert_num_queries(len(few)):
        page(client)


@pytest.mark.parametrize("path", ["/console/policies/new/", "one", "remove"])
def test_only_who_may_changes_a_policy(house: None, signed_in: SignedIn, path: str) -> None:
    path = path if path.startswith("/") else one("P1") + ("remove/" if path == "remove" else "")
    for role in ("auditor", "helpdesk"):
        assert signed_in(role).post(path, says()).status_code == 403
    assert order() == ["P1", "P2", "P3"]


def test_a_policy_is_added_last_with_its_event(house: None, signed_in: SignedIn) -> None:
    client = signed_in("administrator")
    answer = client.post(
        "/console/policies/new/", says(name=HOSTILE, groups=[Group.objects.get(name="Staff").pk])
    )
    assert answer.status_code == 302
    made = Policy.objects.get(name=HOSTILE)
    assert (made.methods, made.challenge, order()[-1]) == (["totp"], None, HOSTILE)
    event = Event.objects.get(name="policy.created", facts__by=client.user.pk.hex)  # type: ignore[attr-defined]
    assert event.facts["after"]["groups"] == ["Staff"]
    text = client.get("/console/policies/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "P1"}, "Another policy is called “P1”."),
        ({"application": "nonsense"}, "is not a valid"),
        ({"login": "anything"}, "not one of the available choices"),
        ({"login": None}, "This field is required."),
        ({"methods": []}, "Choose one at least"),
        ({"methods": ["smoke"]}, "not one of the available choices"),
        ({"groups": ["nonsense"]}, "is not a valid"),
        ({"login": "password-only"}, "Confirm that these people need no second factor."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_saved(
    house: None, signed_in: SignedIn, changes: dict[str, Any], error: str
) -> None:
    answer = signed_in().post("/console/policies/new/", says(**{"name": HOSTILE} | changes))
    assert answer.status_code == 422
    text = unescape(answer.content.decode())
    assert error in text
    assert changes.get("name", HOSTILE) in text
    assert order() == ["P1", "P2", "P3"]


def test_a_prompt_that_the_application_cannot_show_is_refused_with_the_reason(
    house: None, signed_in: SignedIn
) -> None:
    values = says(application=Application.objects.get(name="WorkSpaces").pk, challenge="yes")
    answer = signed_in().post("/console/policies/new/", values)
    assert answer.status_code == 422
    assert "does not support Access-Challenge" in answer.content.decode()
    text = page(signed_in(), one("P1"))
    assert 'id="challenge-yes" disabled' in text


def test_password_only_is_confirmed_once(house: None, signed_in: SignedIn) -> None:
    values = says(login="password-only", methods=[], confirmed="on")
    assert signed_in().post("/console/policies/new/", values).status_code == 302
    assert Policy.objects.get(name="New one").login == "password-only"


def test_looking_judges_nothing_and_says_who_would_notice(house: None, signed_in: SignedIn) -> None:
    values = says(name="", groups=[Group.objects.get(name="Staff").pk], look="1")
    answer = signed_in().post("/console/policies/new/", values)
    text = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "1</b> of them has no second factor that this takes" in text
    assert "bob" in text
    assert "This field is required" not in text
    assert order() == ["P1", "P2", "P3"]


def test_looking_at_nonsense_is_no_accident(house: None, signed_in: SignedIn) -> None:
    values = says(application="x", groups=["y"], login="z", methods=["w"], challenge="v", mark="u", look="1")
    assert signed_in().post("/console/policies/new/", values).status_code == 200
    assert signed_in().get("/console/policies/new/?application=nonsense").status_code == 200


def test_methods_keep_the_order_in_which_they_were_put(house: None, signed_in: SignedIn) -> None:
    values = says(methods=["totp", "hotp", "backup-codes"], **{"raise": "backup-codes"})
    text = signed_in().post("/console/policies/new/", values).content.decode()
    assert (
        text.index('id="method-totp"')
        < text.index('id="method-backup-codes"')
        < text.index('id="method-hotp"')
    )
    signed_in().post("/console/policies/new/", says(methods=["totp", "backup-codes", "hotp"]))
    assert Policy.objects.get(name="New one").methods == ["totp", "backup-codes", "hotp"]


def test_two_administrators_at_once_lose_nothing(house: None, signed_in: SignedIn) -> None:
    first, second, path = signed_in("owner"), signed_in("administrator"), one("P1")
    seen = mark(first, path)
    assert seen == mark(second, path)
    workspaces = Application.objects.get(name="WorkSpaces").pk
    assert first.post(path, says(name="First", application=workspaces, mark=seen)).status_code == 302
    answer = second.post(path, says(name="Second", application=workspaces, mark=seen))
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Somebody else changed this while you had it open." in text
    assert 'value="Second"' in text
    again = text.partition('name="mark" value="')[2].partition('"')[0]
    assert second.post(path, says(name="Second", application=workspaces, mark=again)).status_code == 302
    assert order() == ["Second", "P2", "P3"]


def test_looking_does_not_forget_that_somebody_else_changed_it(house: None, signed_in: SignedIn) -> None:
    client, path = signed_in(), one("P1")
    seen = mark(client, path)
    Policy.objects.filter(name="P1").update(methods=["hotp"])
    text = client.post(path, says(mark=seen, look="1")).content.decode()
    assert f'name="mark" value="{seen}"' in text
    assert client.post(path, says(mark=seen)).status_code == 422


def test_a_policy_moves_by_its_buttons(house: None, signed_in: SignedIn) -> None:
    client = signed_in()
    answer = client.post(one("P3") + "move/", {"to": "up"}, follow=True)
    assert order() == ["P1", "P3", "P2"]
    assert 'aria-label="Move P3 up" autofocus' in answer.content.decode()
    client.post(one("P3") + "move/", {"to": "down"})
    client.post(one("P3") + "move/", {"to": "down"})
    assert order() == ["P1", "P2", "P3"]
    assert client.get(one("P3") + "move/").status_code == 405


def test_removing_says_what_follows(house: None, signed_in: SignedIn) -> None:
    client = signed_in()
    assert "“<bdi>P2</bdi>” first" in page(client, one("P1") + "remove/")
    assert "No policy stands below it" in page(client, one("P3") + "remove/")
    assert client.post(one("P3") + "remove/").status_code == 302
    assert order() == ["P1", "P2"]


def test_what_is_not_there_is_not_found(house: None, signed_in: SignedIn) -> None:
    nowhere = "/console/policies/00000000-0000-4000-8000-000000000000/"
    assert signed_in().get(nowhere).status_code == 404
    assert signed_in().post(f"{nowhere}move/", {"to": "up"}).status_code == 404


def test_an_empty_house_says_what_comes_first(transactional_db: None, signed_in: SignedIn) -> None:
    assert "No application yet" in page(signed_in())


def test_a_method_that_needs_a_browser_is_not_offered(signed_in: SignedIn) -> None:
    form = signed_in().get("/console/policies/new/").context["form"]
    offered = {value for value, _title in form.fields["methods"].choices}
    assert "totp" in offered
    assert "passkey" not in offered
