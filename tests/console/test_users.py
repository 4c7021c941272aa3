"""Users: found, shown, changed; by whom they may be."""

import base64
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from secondgate.console import urls as console
from secondgate.directories.models import Directory, Entry
from secondgate.directories.people import people_called
from secondgate.events.models import Event
from secondgate.ledger.models import Throttle
from secondgate.ledger.reading import Factor, user_key
from secondgate.messaging.delivery import ADMINISTRATORS, Parcel
from secondgate.messaging.models import Provider
from secondgate.methods import enrolment
from secondgate.methods.models import Authenticator
from secondgate.methods.totp import TotpSettings
from secondgate.people import accounts
from secondgate.people.known_as import names_of
from secondgate.people.members import add_members
from secondgate.people.models import Group, User
from secondgate.people.passwords import fits
from secondgate.vault.models import Sealed
from secondgate.web.models import Session
from tests.console.conftest import SignedIn
from tests.scenarios.codes import totp, wrong_code

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
SEED = base64.b32encode(b"12345678901234567890").decode()
ACTS = ["edit", "groups", "remove", "totp", "codes", "bypass"]


@pytest.fixture
def ann(built_in_directory: Directory) -> User:
    """Ann Berg of the built-in directory, with an authenticator app."""
    user = person("ann", name="Ann Berg", email="ann@example.com")
    give(user, "Phone")
    return user


@pytest.fixture
def built_in_directory(db: None) -> Directory:
    return Directory.objects.get(kind="local")


def person(login: str, **fields: Any) -> User:
    user = accounts.create(login, realm="built-in", by="test", **fields)
    Entry.objects.create(user=user, directory=Directory.objects.get(kind="local"))
    return user


def give(user: User, name: str) -> None:
    """Give somebody an authenticator app."""
    wanted = enrolment.Wanted(user, "totp", name, TotpSettings(secret=SEED))
    enrolment.enrol([wanted], by="test")


def found(client: Client, query: str) -> list[str]:
    page = client.get(f"/console/users/?{query}").content.decode()
    return re.findall(r'id="u-[0-9a-f]+"><bdi>([^<]*)</bdi>', page)


@pytest.mark.parametrize("query", ["q=berg", "q=ANN", "q=example.com", "q=be an", "q=ann&role=&group=x"])
def test_any_part_of_name_login_and_email_finds(signed_in: SignedIn, ann: User, query: str) -> None:
    person("bob")
    assert found(signed_in("auditor"), query) == ["Ann Berg"]


def test_what_makes_no_sense_in_the_address_is_no_fault(signed_in: SignedIn, ann: User) -> None:
    client = signed_in("auditor")
    for query in ("group=%00", "directory=x", "state=x", "after=x", "panel=x", "before_event=x", "q=%25_%5c"):
        assert client.get(f"/console/users/?{query}").status_code == 200, query
    assert client.get(f"/console/users/?panel={ann.pk}&before_event={'9' * 50}").status_code == 200


def test_filters(signed_in: SignedIn, ann: User) -> None:
    client, bob = signed_in("auditor"), person("bob", enabled=False)
    group = accounts.make_group("Staff", by="test")
    add_members(group, [bob.pk], by="test")
    assert found(client, "factor=with") == ["Ann Berg"]
    assert found(client, "factor=without&state=disabled") == ["bob"]
    assert found(client, "state=enabled&q=b") == ["Ann Berg"]
    assert found(client, f"group={group.pk}") == ["bob"]
    assert found(client, "role=auditor") == ["auditor"]
    directory = Directory.objects.get(kind="local")
    assert found(client, f"directory={directory.pk}") == ["Ann Berg", "bob"]


@pytest.mark.parametrize(
    ("query", "says", "cleared"),
    [
        ("", "", ""), ("group=x&q=ann&factor=with", "", ""), ("role=auditor", "1<", "?"),
        ("q=au&state=enabled&role=auditor&group={group}", "2<", "?q=au&amp;state=enabled"),
    ],
)  # fmt: skip
def test_filters_that_fold_away_are_counted_and_cleared(
    signed_in: SignedIn, ann: User, query: str, says: str, cleared: str
) -> None:
    group = accounts.make_group("Staff", by="test")
    page = signed_in("auditor").get(f"/console/users/?{query.format(group=group.pk)}").content.decode()
    assert (re.findall(r'Filters<span class="count">(\d<)', page) or [""]) == [says]
    assert (re.findall(r'href="([^"]*)">Clear the filters', page) or [""]) == [cleared]


def test_a_set_too_large_to_be_named_filters_the_same(
    signed_in: SignedIn, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from secondgate.console import people

    monkeypatch.setattr(people, "FEW", 1)
    others = [person(f"user{number}") for number in range(3)]
    group = accounts.make_group("Staff", by="test")
    add_members(group, [user.pk for user in others], by="test")
    assert found(signed_in("auditor"), f"group={group.pk}") == ["user0", "user1", "user2"]


def test_pages_hold_everybody_once_in_both_directions(signed_in: SignedIn, db: None) -> None:
    User.objects.bulk_create(User(login=f"user{number:03}", name="Same Name") for number in range(120))
    client, seen, query = signed_in("auditor"), [], "q=same"
    pages = []
    while query:
        page = client.get(f"/console/users/?{query}").content.decode()
        rows = re.findall(r'id="u-([0-9a-f]+)"', page)
        seen += rows
        pages.append((rows, query))
        after = re.search(r'href="\?([^"]*)" rel="next"', page)
        query = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 120
    back = re.search(r'href="\?([^"]*)" rel="prev"', page)
    assert back
    again = client.get(f"/console/users/?{back[1].replace('&amp;', '&')}").content.decode()
    assert re.findall(r'id="u-([0-9a-f]+)"', again) == pages[-2][0]


def test_a_page_asks_a_fixed_number_of_times(
    signed_in: SignedIn, ann: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("auditor")
    for number in range(60):
        user = person(f"user{number}")
        give(user, "Phone")
    with django_assert_max_num_queries(18):
        client.get("/console/users/")
    with django_assert_max_num_queries(30):
        client.get(f"/console/users/?panel={ann.pk}")


def test_the_panel_shows_what_there_is(signed_in: SignedIn, ann: User) -> None:
    Throttle.objects.create(key=user_key(ann.pk.hex, Factor.PASSWORD), failures=15, failed_at=time.time())
    trail = [
        ["packet.read", {"client": "10.0.0.1", "protocol": "PAP"}],
        ["second-factor.wrong", {"count": 1}],
    ]
    Event.objects.create(
        at=datetime.now(UTC), name="login.refused", reason="wrong-code", user_id=ann.pk,
        facts={"login": "ann", "trail": trail},
    )  # fmt: skip
    page = signed_in("auditor").get(f"/console/users/{ann.pk}/").content.decode()
    for text in ("built-in\\ann", "Phone", "never used", "Waits", "wrong-code", "The code fits none of 1"):
        assert text in page, text
    assert f"/console/users/{ann.pk}/edit/" not in page  # an auditor changes nothing


@pytest.mark.parametrize(
    ("role", "with_one", "primary"),
    [
        ("owner", True, "Add user"), ("owner", False, "Add an authenticator"),
        ("helpdesk", False, "Add an authenticator"), ("auditor", False, None),
    ],
)  # fmt: skip
def test_who_has_no_second_factor_is_given_one_next(
    signed_in: SignedIn, ann: User, role: str, with_one: bool, primary: str | None
) -> None:
    shown = ann if with_one else person("bob")
    page = signed_in(role).get(f"/console/users/?panel={shown.pk}").content.decode()
    buttons = re.findall(r'class="btn[^"]* primary".*?</svg>([^<]*)</a>', page)
    assert buttons == ([primary] if primary else [])


def test_a_wait_is_lifted_by_whoever_may_help(signed_in: SignedIn, ann: User) -> None:
    Throttle.objects.create(key=user_key(ann.pk.hex, Factor.PASSWORD), failures=15, failed_at=time.time())
    address = f"/console/users/{ann.pk}/unlock/"
    assert signed_in("auditor").post(address).status_code == 403
    page = signed_in("helpdesk").post(address, follow=True).content.decode()
    assert "Ann Berg need not wait any more." in page
    assert not Throttle.objects.exists()
    assert Event.objects.get(name="throttle.lifted").user_id == ann.pk


def test_hostile_names_are_shown_as_text(signed_in: SignedIn, db: None) -> None:
    evil = person("evil", name=HOSTILE)
    give(evil, HOSTILE)
    group = accounts.make_group(HOSTILE, by="test")
    add_members(group, [evil.pk], by="test")
    client, held = signed_in("owner"), evil.authenticators.get()
    pages = [
        f"?panel={evil.pk}", *(f"{evil.pk}/{act}/" for act in ACTS), f"bulk/reset/?user={evil.pk.hex}",
        f"{evil.pk}/authenticators/{held.pk}/", f"{evil.pk}/authenticators/{held.pk}/remove/",
    ]  # fmt: skip
    for page in pages:
        text = client.get(f"/console/users/{page}").content.decode()
        assert "<script>alert" not in text, page
        assert "&lt;script&gt;alert(1)" in text, page


def test_nobody_acts_on_those_above_by_any_page(signed_in: SignedIn, built_in_directory: Directory) -> None:
    boss = person("boss")
    give(boss, "Phone")
    User.objects.filter(pk=boss.pk).update(role="owner")
    client, held = signed_in("administrator"), boss.authenticators.get()
    acts = [one for one in console.urlpatterns if str(one.pattern).startswith("users/<uuid:pk>/")]
    assert len(acts) > 10
    for act in acts:
        more = [held.pk] if "held" in str(act.pattern) else []
        address = reverse(f"console:{act.name}", args=[boss.pk, *more])
        wanted = 405 if act.name == "users-one" else 403
        assert client.post(address, {"ends": "8", "uses": "1", "why": "x"}).status_code == wanted, act.name
    assert boss.authenticators.count() == 1


@pytest.mark.parametrize(
    ("act", "helpdesk", "auditor"),
    [("edit", 403, 403), ("groups", 403, 403), ("remove", 403, 403), ("totp", 200, 403), ("codes", 200, 403),
     ("bypass", 200, 403)],
)  # fmt: skip
def test_the_helpdesk_helps_and_changes_nothing(
    signed_in: SignedIn, ann: User, act: str, helpdesk: int, auditor: int
) -> None:
    assert signed_in("helpdesk").get(f"/console/users/{ann.pk}/{act}/").status_code == helpdesk
    assert signed_in("auditor").get(f"/console/users/{ann.pk}/{act}/").status_code == auditor


def test_somebody_is_added_with_all_that_was_typed(
    signed_in: SignedIn, built_in_directory: Directory
) -> None:
    group = accounts.make_group("Staff", by="test")
    typed = {
        "login": "Bob", "name": "Bob", "email": "b@example.com", "directory": built_in_directory.pk,
        "password": "long enough", "groups": "Staff",
    }  # fmt: skip
    assert signed_in("administrator").post("/console/users/new/", typed).status_code == 302
    bob = User.objects.get(login="Bob")
    assert fits("long enough", bob.password)
    assert names_of(bob) == [("built-in", "bob")]
    assert bob.memberships.get().group == group
    assert bob.entry.directory == built_in_directory


def test_people_of_a_directory_that_cannot_tell_who_there_is_are_made_here(
    signed_in: SignedIn, ann: User
) -> None:
    old, corp = Directory(name="Old", kind="radius"), Directory(name="Corp", kind="ldap")
    old.save()
    corp.save()
    client, typed = signed_in("administrator"), {"login": "bob", "directory": old.pk}
    page = client.get("/console/users/new/").content.decode()
    assert "Old</option>" in page and "Corp</option>" not in page
    refused = client.post("/console/users/new/", typed | {"password": "long enough"})
    assert "Leave it empty: Old keeps their password." in refused.content.decode()
    assert not User.objects.filter(login="bob").exists()
    assert client.post("/console/users/new/", typed).status_code == 302
    bob = User.objects.get(login="bob")
    assert bob.entry.directory == old and names_of(bob) == [("old", "bob")] and not bob.password


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"login": "a b"}, "A login name has no spaces"),
        ({"login": "ANN"}, "Somebody of this directory is called so already."),
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"password": "short"}, "Too short: 5 characters, 8 are needed."),
        ({"groups": "Nowhere"}, "No group is called “Nowhere”."),
        ({"login": ""}, "This field is required."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nobody_is_added(
    signed_in: SignedIn, ann: User, wrong: dict[str, str], says: str
) -> None:
    directory = Directory.objects.get(kind="local")
    typed = {"login": "bob", "name": HOSTILE, "directory": directory.pk, **wrong}
    client, before = signed_in("administrator"), User.objects.count()
    answer = client.post("/console/users/new/", typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "&lt;script&gt;alert(1)" in answer.content.decode()  # what was typed is kept
    assert User.objects.count() == before + (0 if User.objects.filter(login="administrator") else 1)


def edited(client: Client, ann: User, **more: str) -> Any:
    address = reverse("console:users-edit", args=[ann.pk])
    mark = re.search(r'name="mark" value="([^"]*)"', client.get(address).content.decode())
    assert mark
    typed = {"name": ann.name, "email": ann.email, "names": "built-in\\ann", "mark": mark[1], **more}
    return client.post(address, typed)


def test_name_and_login_names_are_changed_each_as_an_event(signed_in: SignedIn, ann: User) -> None:
    client = signed_in("administrator")
    assert edited(client, ann, name="Ann B", names="ann\nAnnie\n").status_code == 302
    assert names_of(ann) == [("built-in", "ann"), ("built-in", "annie")]
    before, after = (event.facts for event in Event.objects.filter(name="user.changed").order_by("id"))
    assert before["after"] == {"login_names": ["built-in\\ann", "built-in\\annie"]}
    assert (after["before"]["name"], after["after"]["name"]) == ("Ann Berg", "Ann B")


@pytest.mark.parametrize(
    ("names", "says"),
    [("corp\\ann", "cannot be one"), ("", "This field is required."), ("bob", "finds somebody else")],
)
def test_a_login_name_that_cannot_be_changes_nothing(
    signed_in: SignedIn, ann: User, names: str, says: str
) -> None:
    person("bob")
    answer = edited(signed_in("administrator"), ann, name="Other", names=names)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    ann.refresh_from_db()
    assert (ann.name, names_of(ann)) == ("Ann Berg", [("built-in", "ann")])


@pytest.mark.parametrize("act", ["edit", "add"])
def test_nobody_comes_to_be_called_as_somebody_of_the_same_directory_under_another_of_its_realms(
    signed_in: SignedIn, ann: User, act: str
) -> None:
    """Every realm finds all of a directory's people: an owner who shares a name is found by none."""
    directory = Directory.objects.get(kind="local")
    Directory.objects.filter(pk=directory.pk).update(realms=["house.example", "built-in"])
    User.objects.filter(pk=ann.pk).update(role="owner")
    client, bob = signed_in("administrator"), person("bob")
    if act == "edit":
        answer = edited(client, bob, names="built-in\\bob\nhouse.example\\Ann")
    else:
        answer = client.post("/console/users/new/", {"login": "Ann", "directory": directory.pk})
    assert answer.status_code == 422
    assert "of this directory" in answer.content.decode()
    for login in ("ann", "built-in\\ann", "ann@house.example"):
        assert people_called(login) == [ann], login


def test_the_second_of_two_administrators_is_told(signed_in: SignedIn, ann: User) -> None:
    client = signed_in("administrator")
    accounts.change(ann, by="test", name="Changed by another")
    answer = edited(client, ann, name="Mine", mark="old")
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.content.decode()
    assert 'value="Mine"' in answer.content.decode()


def test_disabling_is_said_done_and_undone(signed_in: SignedIn, ann: User) -> None:
    client, bob = signed_in("administrator"), person("bob", enabled=False)
    ids = [ann.pk.hex, bob.pk.hex]
    page = client.get("/console/users/bulk/disable/", {"user": ids}).content.decode()
    assert "Ann Berg" in page
    assert "Disable 2 people" in page
    assert User.objects.get(pk=ann.pk).enabled
    shown = client.post("/console/users/bulk/disable/", {"user": ids}, follow=True).content.decode()
    assert "Ann Berg is disabled: no login of theirs is accepted. 1 stay as they were." in shown
    assert not User.objects.get(pk=ann.pk).enabled
    assert shown.count("Undo") == 1
    assert f'name="user" value="{bob.pk.hex}"' not in shown.partition("Undo")[0]
    client.post("/console/users/bulk/enable/", {"user": [ann.pk.hex]})
    assert User.objects.get(pk=ann.pk).enabled


def test_the_last_owner_is_neither_disabled_nor_removed(signed_in: SignedIn) -> None:
    client = signed_in("owner")
    owner: User = client.user  # type: ignore[attr-defined]
    page = client.post("/console/users/bulk/disable/", {"user": [owner.pk.hex]}, follow=True)
    assert "Nothing has changed" in page.content.decode()
    page = client.post(f"/console/users/{owner.pk}/remove/", follow=True)
    assert "is the only owner" in page.content.decode()
    assert User.objects.get(pk=owner.pk).enabled


def test_those_above_are_left_out_and_named(signed_in: SignedIn, ann: User) -> None:
    boss = person("boss")
    User.objects.filter(pk=boss.pk).update(role="owner")
    client, both = signed_in("helpdesk"), {"user": [ann.pk.hex, boss.pk.hex]}
    page = client.get("/console/users/bulk/reset/", both).content.decode()
    assert "1 left out" in page
    assert f'value="{boss.pk.hex}"' not in page
    client.post("/console/users/bulk/reset/", both)
    assert not Authenticator.objects.filter(user=ann).exists()


def test_what_is_removed_leaves_no_secret(signed_in: SignedIn, ann: User) -> None:
    held = ann.authenticators.get()
    signed_in("owner").post(f"/console/users/{ann.pk}/remove/")
    assert not User.objects.filter(pk=ann.pk).exists()
    assert not Sealed.objects.filter(row=held.pk).exists()
    assert Event.objects.filter(name__in=["user.removed", "authenticator.removed"]).count() == 2


def test_groups_by_selection_and_back(signed_in: SignedIn, ann: User) -> None:
    client, group = signed_in("administrator"), accounts.make_group("Staff", by="test")
    ids = {"user": [ann.pk.hex]}
    wrong = client.post("/console/users/bulk/join/", {**ids, "group": "Nowhere"})
    assert wrong.status_code == 422
    assert "No group is called “Nowhere”" in wrong.content.decode()
    client.post("/console/users/bulk/join/", {**ids, "group": "Staff"})
    assert group.memberships.count() == 1
    client.post("/console/users/bulk/leave/", {**ids, "group": "Staff"})
    assert group.memberships.count() == 0


def test_groups_of_one(signed_in: SignedIn, ann: User) -> None:
    client = signed_in("administrator")
    old, new = (accounts.make_group(name, by="test") for name in ("Old", "New"))
    add_members(old, [ann.pk], by="test")
    address = f"/console/users/{ann.pk}/groups/"
    mark = re.search(r'name="mark" value="([^"]*)"', client.get(address).content.decode())
    assert mark
    client.post(address, {"groups": "New\n", "mark": mark[1]})
    assert [one.group for one in ann.memberships.all()] == [new]


def seed_on(page: str) -> str:
    shown = re.search(r'<code class="seed">([^<]*)</code>', page)
    assert shown
    return shown[1].replace(" ", "")


def test_an_app_is_enrolled_by_its_code_and_its_seed_is_never_shown_again(
    signed_in: SignedIn, ann: User
) -> None:
    client, address = signed_in("helpdesk"), f"/console/users/{ann.pk}/totp/"
    seed = seed_on(client.get(address).content.decode())
    wrong = client.post(address, {"name": "Tablet", "code": wrong_code(seed)})
    assert wrong.status_code == 422
    assert seed_on(wrong.content.decode()) == seed  # the app has it already
    assert client.post(address, {"name": "Tablet", "code": totp(seed)}).status_code == 302
    assert ann.authenticators.get(name="Tablet").position > 0  # its first code is used
    assert seed_on(client.get(address).content.decode()) != seed
    assert seed not in str(list(Event.objects.values()))


def test_an_app_is_handed_over_unproven(signed_in: SignedIn, ann: User) -> None:
    client, address = signed_in("helpdesk"), f"/console/users/{ann.pk}/totp/"
    client.get(address)
    page = client.post(address, {"name": "Tablet", "code": "", "unproven": "yes"}, follow=True)
    assert "handed over unproven" in page.content.decode()
    assert ann.authenticators.get(name="Tablet").position == -1


@pytest.mark.parametrize("act", ["totp", "codes", "bypass", "remove"])
def test_secrets_and_removals_ask_for_a_fresh_proof(signed_in: SignedIn, ann: User, act: str) -> None:
    client = signed_in("owner", proved=3601)
    assert client.get(f"/console/users/{ann.pk}/{act}/")["Location"].startswith("/portal/confirm/")


def test_backup_codes_are_shown_once(signed_in: SignedIn, ann: User) -> None:
    client, address = signed_in("helpdesk"), f"/console/users/{ann.pk}/codes/"
    codes = re.findall(r"<code>([a-z0-9-]{11})</code>", client.post(address).content.decode())
    assert len(codes) == 10
    assert codes[0] not in client.get(f"/console/users/{ann.pk}/").content.decode()
    assert ann.authenticators.get(method="backup-codes").settings["count"] == 10


def test_a_bypass_code_is_shown_once_and_its_reason_is_kept(signed_in: SignedIn, ann: User) -> None:
    client, address = signed_in("helpdesk"), f"/console/users/{ann.pk}/bypass/"
    assert client.post(address, {"ends": "8", "uses": "1", "why": ""}).status_code == 422
    page = client.post(address, {"ends": "8", "uses": "1", "why": "Known by voice"}).content.decode()
    (code,) = re.findall(r"<code>([a-z0-9]{4}-[a-z0-9]{4})</code>", page)
    held = ann.authenticators.get(method="bypass-code")
    until = datetime.fromisoformat(held.settings["until"])
    assert timedelta(hours=7.9) < until - datetime.now(UTC) < timedelta(hours=8)
    event = Event.objects.filter(name="authenticator.created").latest("id")
    assert event.facts["after"]["why"] == "Known by voice"
    assert code not in str(event.facts)
    panel = client.get(f"/console/users/{ann.pk}/").content.decode()
    assert "By helpdesk. Reason: Known by voice" in panel
    client.post(address, {"ends": "1", "uses": "0", "why": "Again"})  # in place of the first
    assert ann.authenticators.filter(method="bypass-code").count() == 1


def test_an_authenticator_is_renamed_and_removed(signed_in: SignedIn, ann: User) -> None:
    client, held = signed_in("helpdesk"), ann.authenticators.get()
    address = f"/console/users/{ann.pk}/authenticators/{held.pk}/"
    mark = re.search(r'name="mark" value="([^"]*)"', client.get(address).content.decode())
    assert mark
    client.post(address, {"name": HOSTILE, "mark": mark[1]})
    assert ann.authenticators.get().name == HOSTILE
    assert "It is their last" in client.get(f"{address}remove/").content.decode()
    client.post(f"{address}remove/")
    assert not ann.authenticators.exists()


def test_an_authenticator_of_another_is_not_there(signed_in: SignedIn, ann: User) -> None:
    bob, held = person("bob"), ann.authenticators.get()
    address = f"/console/users/{bob.pk}/authenticators/{held.pk}/remove/"
    assert signed_in("owner").post(address).status_code == 404
    assert Group.objects.count() == 0


def test_a_link_that_cannot_be_mailed_is_said_with_the_way_out(signed_in: SignedIn, ann: User) -> None:
    helper = signed_in("helpdesk")
    answer = helper.post(f"/console/users/{ann.pk}/invite/", follow=True)
    assert "There is no mail server: set one up under Settings." in answer.content.decode()
    User.objects.filter(pk=ann.pk).update(email="")
    assert (
        "They have no address"
        in helper.post(f"/console/users/{ann.pk}/invite/", follow=True).content.decode()
    )
    Entry.objects.filter(user=ann).delete()
    assert "is set there" in helper.post(f"/console/users/{ann.pk}/invite/", follow=True).content.decode()
    assert signed_in("auditor").post(f"/console/users/{ann.pk}/invite/").status_code == 403


def test_a_link_is_mailed_to_their_own_address(
    signed_in: SignedIn, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed: list[Parcel] = []
    monkeypatch.setattr(ADMINISTRATORS, "deliver", mailed.append)
    Provider(name="Mail", kind="smtp").save()
    answer = signed_in("helpdesk").post(f"/console/users/{ann.pk}/invite/", follow=True)
    assert "The link is on its way to Ann Berg" in answer.content.decode()
    (parcel,) = mailed
    assert parcel.message.to == "ann@example.com" and "/portal/password/" in parcel.message.text
    assert parcel.user_id == ann.pk


@pytest.mark.parametrize("act", ["disable", "reset", "one"])
def test_what_is_taken_away_ends_their_sessions(signed_in: SignedIn, ann: User, act: str) -> None:
    """A browser that was stolen must not stay signed in, nor be so again when they are enabled."""
    stolen, helper = signed_in("", login="ann"), signed_in("owner")
    assert stolen.get("/portal/").status_code == 200
    if act == "one":
        (phone,) = ann.authenticators.all()
        helper.post(f"/console/users/{ann.pk}/authenticators/{phone.pk}/remove/")
    else:
        helper.post(f"/console/users/bulk/{act}/", {"user": ann.pk.hex})
    assert not Session.objects.filter(user=ann).exists()
    User.objects.filter(pk=ann.pk).update(enabled=True)
    assert stolen.get("/portal/").status_code == 302
    assert helper.get("/console/").status_code == 200
