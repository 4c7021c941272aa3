"""Which groups somebody is in: chosen from a list, typed where the list is not enough."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from secondgate.console.forms import choose_groups
from secondgate.people import accounts
from secondgate.people.members import add_members
from secondgate.people.models import Group, User
from tests.console.conftest import SignedIn

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
ROW = re.compile(r'<input type="checkbox" name="groups" value="([^"]*)"( checked)?>')


@pytest.fixture
def ann(db: None) -> User:
    return accounts.create("ann", realm="built-in", by="test", name="Ann Berg")


def made(*names: str) -> list[Group]:
    return [accounts.make_group(name, by="test") for name in names]


def rows(client: Client, address: str) -> list[tuple[str, bool]]:
    """Return the checkboxes that a page offers: name, and whether it is checked."""
    page = client.get(address).content.decode()
    return [(unescape(name), bool(checked)) for name, checked in ROW.findall(page)]


def send(client: Client, address: str, groups: list[str]) -> Any:
    mark = re.search(r'name="mark" value="([^"]*)"', client.get(address).content.decode())
    assert mark
    return client.post(address, {"groups": groups, "mark": mark[1]})


def names_of(user: User) -> set[str]:
    return {one.group.name for one in user.memberships.select_related("group")}


def test_the_groups_they_are_in_come_first_and_are_checked(signed_in: SignedIn, ann: User) -> None:
    _a, held, _z = made("A", "Held", "Z" + HOSTILE)
    add_members(held, [ann.pk], by="test")
    client, address = signed_in("administrator"), f"/console/users/{ann.pk}/groups/"
    assert rows(client, address) == [("Held", True), ("A", False), ("Z" + HOSTILE, False)]
    assert "<script>alert" not in client.get(address).content.decode()
    assert send(client, address, ["A", "Z" + HOSTILE]).status_code == 302
    assert names_of(ann) == {"A", "Z" + HOSTILE}
    assert send(client, address, []).status_code == 302
    assert names_of(ann) == set()


@pytest.mark.parametrize("name", [" blank before", "two\u2028lines", "tab\tin it", "a,b"])
def test_a_name_comes_back_as_it_is(signed_in: SignedIn, ann: User, name: str) -> None:
    Group(name=name).save()
    assert send(signed_in(), f"/console/users/{ann.pk}/groups/", [name]).status_code == 302
    assert names_of(ann) == {name}


@pytest.mark.parametrize("wrong", ["Nowhere", "a\0b", "x" * 5000])
def test_what_is_no_group_is_said_and_stays_with_what_was_chosen(
    signed_in: SignedIn, ann: User, wrong: str
) -> None:
    made("Staff", "Guests")
    answer = send(signed_in(), f"/console/users/{ann.pk}/groups/", ["Guests", wrong])
    page = answer.content.decode()
    said = wrong.replace("\0", "\ufffd")
    assert answer.status_code == 422
    assert f"No group is called “{said}”. Create it under Groups first." in page
    assert [(name, bool(checked)) for name, checked in ROW.findall(page)] == [
        ("Guests", True),
        ("Staff", False),
    ]
    assert f">{said}</textarea>" in page
    assert names_of(ann) == set()


def test_a_short_list_is_only_a_list(signed_in: SignedIn, db: None) -> None:
    client = signed_in()
    assert "There is no group yet." in client.get("/console/users/new/").content.decode()
    made(*(f"Group {number}" for number in range(10)))
    page = client.get("/console/users/new/").content.decode()
    assert "data-narrows" not in page
    assert "<textarea" not in page
    made("One more")
    assert "data-narrows" in client.get("/console/users/new/").content.decode()


def test_beyond_what_is_listed_names_are_typed(
    signed_in: SignedIn, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose_groups, "LISTED_MOST", 2)
    made("A", "B", "C", "D")
    add_members(Group.objects.get(name="D"), [ann.pk], by="test")
    client, address = signed_in(), f"/console/users/{ann.pk}/groups/"
    assert rows(client, address) == [("D", True), ("A", False)]
    assert "There are more groups than are listed here." in client.get(address).content.decode()
    assert send(client, address, ["A", "C\r\n D \r\n\r\n"]).status_code == 302
    assert names_of(ann) == {"A", "C", "D"}
    assert rows(client, address) == [("A", True), ("C", True)]
    assert ">D</textarea>" in client.get(address).content.decode()


def test_the_number_of_queries_does_not_grow(
    signed_in: SignedIn, ann: User, django_assert_max_num_queries: Any
) -> None:
    client, address = signed_in(), f"/console/users/{ann.pk}/groups/"
    made(*(f"Group {number}" for number in range(60)))
    client.get(address)
    with django_assert_max_num_queries(16):
        client.get(address)
