"""Groups: their members by pages, and what policies say of them."""

import re
from typing import Any

import pytest

from secondgate.applications.configure import configure as configure_application
from secondgate.events.models import Event
from secondgate.people import accounts
from secondgate.people.members import add_members, remove_members
from secondgate.people.models import Group, User
from secondgate.policies.configure import configure as configure_policy
from tests.console.conftest import SignedIn

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'


@pytest.fixture
def staff(db: None) -> Group:
    """A group with three members."""
    group = accounts.make_group("Staff", by="test")
    users = [accounts.create(login, realm="built-in", by="test") for login in ("ann", "bob", "cid")]
    add_members(group, [user.pk for user in users], by="test")
    return group


def policy(name: str, *groups: Group) -> None:
    application = configure_application(
        "VPN", by="test", secret="secret of a test", clients=["10.0.0.1/32"], kind="radius"
    )
    configure_policy(
        name, by="test", application=application, groups=groups, login="second-factor-only", methods=["totp"]
    )


def test_the_list_says_how_many_and_which_policy(signed_in: SignedIn, staff: Group) -> None:
    policy("P1", staff)
    page = signed_in("auditor").get("/console/groups/").content.decode()
    assert '<td role="cell" class="r" data-label="People">3</td>' in page
    assert "P1" in page
    assert "No group fits" in signed_in("auditor").get("/console/groups/?q=nowhere").content.decode()


def test_a_list_asks_a_fixed_number_of_times(
    signed_in: SignedIn, staff: Group, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        accounts.make_group(f"Group {number}", by="test")
    client = signed_in("auditor")
    with django_assert_max_num_queries(12):
        client.get("/console/groups/")
    with django_assert_max_num_queries(18):
        client.get(f"/console/groups/{staff.pk}/")


def test_members_are_added_by_their_names_and_taken_out_by_selection(
    signed_in: SignedIn, staff: Group
) -> None:
    dan = accounts.create("dan", realm="built-in", by="test")
    client, address = signed_in("administrator"), f"/console/groups/{staff.pk}/"
    page = client.post(f"{address}add/", {"logins": "dan\nBUILT-IN\\ann\n"}, follow=True).content.decode()
    assert "1 people were added to Staff, 1 were in it already." in page
    client.post(f"{address}leave/", {"user": [dan.pk.hex, "x"]})
    assert staff.memberships.count() == 3
    added, removed = Event.objects.filter(name="group.changed").order_by("-id")[:2][::-1]
    assert added.facts["after"] == removed.facts["before"] == {"members": ["dan"]}


def test_a_name_that_fits_nobody_or_two_adds_nobody(signed_in: SignedIn, staff: Group) -> None:
    accounts.create("ann", realm="corp", by="test")
    accounts.create("eve", realm="corp", by="test")
    address = f"/console/groups/{staff.pk}/add/"
    answer = signed_in("administrator").post(address, {"logins": f"eve\nann\n{HOSTILE}"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“ann” fits 2 people" in page
    assert "Nobody is called “&lt;script&gt;" in page
    assert staff.memberships.count() == 3


def test_an_event_of_a_huge_group_has_an_end(staff: Group) -> None:
    users = User.objects.bulk_create(User(login=f"user{number:04}") for number in range(2000))
    ids = [user.pk for user in users]
    assert add_members(staff, ids, by="test") == 2000
    assert remove_members(staff, ids, by="test") == 2000
    for event in Event.objects.filter(name="group.changed").order_by("-id")[:2]:
        members = event.facts["after"]["members"] or event.facts["before"]["members"]
        assert members[0] == "user0000"
        assert members[-1] == "and 1900 more"
        assert len(members) == 101
    add_members(staff, ids, by="test")
    accounts.remove_group(staff, by="test")
    assert len(Event.objects.get(name="group.removed").facts["before"]["members"]) == 101


def test_a_group_is_made_renamed_and_its_name_is_its_own(signed_in: SignedIn, staff: Group) -> None:
    client = signed_in("administrator")
    assert client.post("/console/groups/new/", {"name": "Staff"}).status_code == 422
    client.post("/console/groups/new/", {"name": HOSTILE})
    made = Group.objects.get(name=HOSTILE)
    address = f"/console/groups/{made.pk}/rename/"
    page = client.get(address).content.decode()
    assert "<script>alert" not in page
    mark = re.search(r'name="mark" value="([^"]*)"', page)
    assert mark
    assert client.post(address, {"name": "Staff", "mark": mark[1]}).status_code == 422
    assert client.post(address, {"name": "Guests", "mark": mark[1]}).status_code == 302
    facts = Event.objects.filter(name="group.changed").latest("id").facts
    assert (facts["before"], facts["after"]) == ({"name": HOSTILE}, {"name": "Guests"})


def test_a_policy_s_only_group_is_not_removed(signed_in: SignedIn, staff: Group) -> None:
    """Without it the policy would be for everyone."""
    policy("P1", staff)
    client, address = signed_in("owner"), f"/console/groups/{staff.pk}/remove/"
    assert "P1 names this group alone" in client.get(address).content.decode()
    client.post(address)
    assert Group.objects.filter(pk=staff.pk).exists()


def test_a_policy_that_names_others_too_goes_on(signed_in: SignedIn, staff: Group) -> None:
    policy("P1", staff, accounts.make_group("Other", by="test"))
    client, address = signed_in("owner"), f"/console/groups/{staff.pk}/remove/"
    assert "P1 will count for fewer people" in client.get(address).content.decode()
    client.post(address)
    assert not Group.objects.filter(pk=staff.pk).exists()
    facts = Event.objects.get(name="policy.changed").facts
    assert (facts["before"]["groups"], facts["after"]["groups"]) == (["Other", "Staff"], ["Other"])
    assert User.objects.filter(login="ann").exists()


def test_only_who_may_change_people_changes_groups(signed_in: SignedIn, staff: Group) -> None:
    for role in ("helpdesk", "auditor"):
        client = signed_in(role)
        for act in ("rename", "remove", "add", "leave"):
            assert client.post(f"/console/groups/{staff.pk}/{act}/").status_code == 403, (role, act)
        assert client.get(f"/console/groups/{staff.pk}/").status_code == 200
    assert staff.memberships.count() == 3


def test_those_above_are_neither_added_nor_removed(signed_in: SignedIn, staff: Group) -> None:
    User.objects.filter(login="ann").update(role="owner")
    ann = User.objects.get(login="ann")
    client = signed_in("administrator")
    client.post(f"/console/groups/{staff.pk}/leave/", {"user": [ann.pk.hex]})
    assert staff.memberships.count() == 3
    other = accounts.make_group("Other", by="test")
    answer = client.post(f"/console/groups/{other.pk}/add/", {"logins": "ann"})
    assert "Your role does not act on ann" in answer.content.decode()
