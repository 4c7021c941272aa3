"""Directories: the list and how they fare, the form of any kind, what it never shows, removing."""

from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from secondgate.directories import configure as directories
from secondgate.directories import registry
from secondgate.directories.directory import setting
from secondgate.directories.health import health
from secondgate.directories.models import Directory, Entry
from secondgate.events.models import Event
from secondgate.people.models import LoginName
from secondgate.vault import secrets
from secondgate.web.forms import mark_of
from tests.console.conftest import SignedIn
from tests.console.house import HOSTILE, SEED
from tests.installation import Configure
from tests.test_toy_kinds import MirrorKind

PASSWORD = "a-password-that-no-page-shows"
HOUSE = f"""
directories:
  - {{name: Corp, kind: ldap, realms: [corp], servers: ["ldap://127.0.0.1:1"], base_dn: "dc=corp",
     bind_dn: "cn=reader", bind_password: {PASSWORD}, timeout: 0.5}}
  - {{name: Other, kind: local, realms: [other]}}
applications:
  - {{name: VPN, kind: openvpn, clients: [10.0.0.2], secret: secret-of-a-test, directories: [Corp]}}
  - {{name: Gate, kind: openvpn, clients: [10.0.0.3], secret: secret-of-a-test, directories: [Corp, Other]}}
users:
  - {{login: ann, directory: Corp, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: bob, directory: Other}}
"""
NEW = "/console/directories/new/?kind=ldap"


@pytest.fixture
def house(configure: Configure) -> None:
    configure(HOUSE)


def one(name: str, verb: str = "") -> str:
    return f"/console/directories/{Directory.objects.get(name=name).pk}/{verb}"


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def says(name: str = "", **changes: Any) -> dict[str, Any]:
    """Return what a filled form sends: that of the directory called so, or of a new one."""
    values: dict[str, Any] = {
        "name": "New", "realms": "new", "mark": mark_of({}), "set_servers": "ldap://127.0.0.1:1",
        "set_starttls": "on", "set_base_dn": "dc=corp", "set_user_filter": "(uid=?)", "set_timeout": "0.5",
        "set_login_attribute": "uid", "set_name_attribute": "cn", "set_email_attribute": "mail",
        "set_id_attribute": "entryUUID",
    }  # fmt: skip
    if name:
        directory = Directory.objects.get(name=name)
        described = directories.described(directory)
        values |= {"name": name, "realms": "corp", "mark": mark_of(described), "set_bind_dn": "cn=reader"}
        values |= {"set_user_filter": directory.settings["user_filter"]}
    return values | changes


def kept(name: str) -> bytes | None:
    return secrets.kept(directories.TABLE, Directory.objects.get(name=name).pk, "bind_password")


def test_the_list_says_how_each_fares(house: None, signed_in: SignedIn) -> None:
    pk = Directory.objects.get(name="Corp").pk.hex
    text = text_of(signed_in("auditor").get("/console/directories/"))
    assert text.count("No trouble seen") == 3
    assert "ldap://127.0.0.1:1" in text
    facts = {"directory": pk, "fault": "dc1 hung up."}
    for minutes in (7, 5):  # two workers notice
        at = timezone.now() - timedelta(minutes=minutes)
        Event.objects.create(at=at, name="directory.went-silent", facts=facts)
    text = text_of(signed_in("auditor").get("/console/directories/"))
    assert "Silent since 7 min ago" in text
    assert "dc1 hung up." in text
    facts = {"directory": pk, "fault": ""}
    Event.objects.create(at=timezone.now(), name="directory.answered-again", facts=facts)
    text = text_of(signed_in("auditor").get("/console/directories/"))
    assert "Silent since" not in text
    assert "Last trouble 5 min ago: dc1 hung up." in text


def test_a_directory_that_refuses_us_is_told_from_one_that_is_silent(
    house: None, signed_in: SignedIn
) -> None:
    pk = Directory.objects.get(name="Corp").pk.hex
    trail = [["password.fault", {"directory": pk, "fault": "dc1 refused the password of cn=reader."}]]
    Event.objects.create(
        at=timezone.now(), name="login.refused", reason="directory-fault", facts={"trail": trail}
    )
    text = text_of(signed_in("auditor").get("/console/directories/"))
    assert "Trouble" in text
    assert "dc1 refused the password of cn=reader." in text


def test_the_list_asks_the_same_number_of_questions_for_any_number(
    house: None, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("auditor")
    for n in range(20):
        Directory(name=f"D{n}", kind="local", realms=[f"r{n}"]).save()
    with django_assert_max_num_queries(25):
        client.get("/console/directories/")


@pytest.mark.parametrize("line", ["password.silent", "second-factor.silent"])
def test_a_login_that_a_silent_directory_refused_keeps_it_silent_and_an_answer_ends_it(
    house: None, line: str
) -> None:
    corp = Directory.objects.get(name="Corp")
    trail = [[line, {"directory": corp.pk.hex, "fault": "no answer"}]]
    ago = timezone.now() - timedelta(hours=30)
    Event.objects.create(name="directory.went-silent", at=ago, facts={"directory": corp.pk.hex, "fault": "x"})
    assert corp.pk not in {pk for pk, fare in health().items() if fare.silent_since}  # that is long ago
    Event.objects.create(
        name="login.refused", reason="directory-down", at=timezone.now(), facts={"trail": trail}
    )
    assert health()[corp.pk].silent_since == ago
    Event.objects.create(name="directory.answered-again", at=timezone.now(), facts={"directory": corp.pk.hex})
    assert health()[corp.pk].silent_since is None


@pytest.mark.parametrize("role", ["auditor", "helpdesk"])
def test_only_who_may_changes_a_directory(house: None, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)
    for path in (NEW, one("Corp"), one("Corp", "remove/")):
        assert client.get(path).status_code == 403
        assert client.post(path, says()).status_code == 403
    assert Directory.objects.count() == 3


def test_a_form_with_secrets_needs_a_fresh_proof(house: None, signed_in: SignedIn) -> None:
    assert signed_in("owner", proved=100_000).get(one("Corp"))["Location"].startswith("/portal/confirm/")


def test_a_directory_is_added_with_its_secret_in_the_vault(house: None, signed_in: SignedIn) -> None:
    values = says(set_bind_dn="cn=reader", set_bind_password=PASSWORD) | {"name": HOSTILE}
    answer = signed_in().post(NEW, values)
    assert answer.status_code == 302, text_of(answer)
    made = Directory.objects.get(name=HOSTILE)
    assert (made.kind, made.realms, made.settings["servers"]) == ("ldap", ["new"], ["ldap://127.0.0.1:1"])
    assert "bind_password" not in made.settings
    assert kept(HOSTILE) == PASSWORD.encode()
    for path in ("/console/directories/", one(HOSTILE), one(HOSTILE, "remove/")):
        page = signed_in().get(path).content.decode()
        assert "<script>alert" not in page
        assert PASSWORD not in page
    assert PASSWORD not in str(list(Event.objects.values_list("facts", flat=True)))


def test_an_empty_secret_keeps_the_old_one_and_forgetting_is_asked_for(
    house: None, signed_in: SignedIn
) -> None:
    client = signed_in()
    assert client.post(one("Corp"), says("Corp", set_name_attribute="sn")).status_code == 302
    assert kept("Corp") == PASSWORD.encode()
    assert client.post(one("Corp"), says("Corp", set_bind_dn="")).status_code == 422
    values = says("Corp", set_bind_dn="", set_bind_password_forget="on")
    assert client.post(one("Corp"), values).status_code == 302
    assert not kept("Corp")
    assert Directory.objects.get(name="Corp").settings["bind_dn"] == ""


def test_a_form_that_changes_nothing_writes_no_event(house: None, signed_in: SignedIn) -> None:
    client, before = signed_in(), Event.objects.count()
    assert client.post(one("Corp"), says("Corp")).status_code == 302
    assert Event.objects.count() == before


@pytest.mark.parametrize("button", [{"test": "Service account"}, {"browse": "base_dn|"}, {}])
def test_a_kept_secret_goes_to_no_other_server(
    house: None, signed_in: SignedIn, button: dict[str, str]
) -> None:
    values = says("Corp", set_servers="ldap://127.0.0.1:2", **button)
    answer = signed_in().post(one("Corp"), values)
    assert answer.status_code == 422
    assert "Type it again: it would go to another server than before." in text_of(answer)
    fewer = says("Corp", set_servers="ldap://127.0.0.1:1", set_timeout="0.6")
    assert signed_in().post(one("Corp"), fewer).status_code == 302


def test_a_typed_secret_is_carried_on_but_never_shown(house: None, signed_in: SignedIn) -> None:
    client = signed_in()
    values = says(set_bind_dn="cn=reader", set_bind_password=PASSWORD)
    text = text_of(client.post(NEW, values | {"test": "Connection"}))
    assert PASSWORD not in text
    sealed = text.partition('name="set_bind_password_typed" value="')[2].partition('"')[0]
    assert sealed
    values |= {"set_bind_password": "", "set_bind_password_typed": sealed}
    stranger = signed_in("administrator").post(NEW, values)
    assert "belong together" in text_of(stranger)
    assert client.post(NEW, values).status_code == 302
    assert kept("New") == PASSWORD.encode()


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "Other"}, "name", "Another directory is called “Other”"),
        ({"realms": "corp"}, "realms", "“corp” belongs to Corp"),
        ({"realms": "CORP, new"}, "realms", "“CORP” belongs to Corp"),
        ({"realms": "a, A"}, "realms", "One of them stands twice."),
        ({"name": "corp", "realms": ""}, "realms", "Without realms its name is one"),
        ({"set_servers": ""}, "set_servers", "This field is required."),
        ({"set_servers": "http://dc"}, "set_servers", "the server “http://dc” must be written ldaps://HOST"),
        ({"set_ca_file": "nonsense"}, "set_ca_file", "holds no certificate in PEM form"),
        (
            {"set_bind_dn": "cn=x"},
            "set_bind_password",
            "“Account” and “Its password” belong together",
        ),
        ({"set_bind_password": "x"}, "set_bind_dn", "belong together"),
        ({"set_base_dn": ""}, "set_base_dn", "This field is required."),
        ({"set_user_filter": "(uid=x)"}, "set_user_filter", "“Search filter” must hold a ?"),
        ({"set_user_filter": "(uid=?"}, "set_user_filter", "must stand in parentheses"),
        ({"set_timeout": "99"}, "set_timeout", "it must be 0.5 to 30 seconds"),
        ({"set_timeout": "soon"}, "set_timeout", "Enter a number."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_saved(
    house: None, signed_in: SignedIn, changes: dict[str, str], field: str, error: str
) -> None:
    answer = signed_in().post(NEW, says(set_name_attribute=HOSTILE) | changes)
    text = text_of(answer)
    assert answer.status_code == 422
    assert error in text.partition(f'id="id_{field}_error')[2].partition("</p>")[0]
    assert f'value="{HOSTILE}"' in text
    assert Directory.objects.count() == 3


def test_a_test_judges_only_what_it_needs(house: None, signed_in: SignedIn) -> None:
    values = says(name="", set_base_dn="", set_user_filter="nonsense", test="Connection")
    answer = signed_in().post(NEW, values)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "ldap://127.0.0.1:1 refuses connections." in text
    assert "Check that the LDAP server runs" in text
    assert "ConnectionRefusedError" in text
    assert "This field is required" not in text
    assert Directory.objects.count() == 3


def test_filling_in_leaves_servers_and_judges_nothing(house: None, signed_in: SignedIn) -> None:
    answer = signed_in().post(NEW, says(name="", fill="1", preset="google", set_servers="ldaps://mine"))
    text = text_of(answer)
    assert answer.status_code == 200
    assert "displayName" in text
    assert "ldaps://mine" in text
    assert "127.0.0.1:1389" not in text
    assert "127.0.0.1:1389" in text_of(signed_in().get(f"{NEW}&preset=google"))


def test_a_certificate_can_be_uploaded(house: None, signed_in: SignedIn) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("ca.pem", b"no certificate at all")
    answer = signed_in().post(NEW, says(set_ca_file_upload=file))
    assert answer.status_code == 422
    assert "no certificate at all</textarea>" in text_of(answer)


def test_two_administrators_at_once_lose_nothing(house: None, signed_in: SignedIn) -> None:
    first, second = signed_in("owner"), signed_in("administrator")
    values = says("Corp", set_name_attribute="sn")
    assert first.post(one("Corp"), values | {"set_name_attribute": "givenName"}).status_code == 302
    text = text_of(second.post(one("Corp"), values | {"test": "Connection"}))
    values["mark"] = text.partition('name="mark" value="')[2].partition('"')[0]
    answer = second.post(one("Corp"), values)
    assert answer.status_code == 422
    assert "Somebody else changed this while you had it open." in text_of(answer)
    values["mark"] = text_of(answer).partition('name="mark" value="')[2].partition('"')[0]
    assert second.post(one("Corp"), values).status_code == 302
    assert Directory.objects.get(name="Corp").settings["name_attribute"] == "sn"


def test_a_renamed_directory_keeps_its_people(house: None, signed_in: SignedIn) -> None:
    pk = Directory.objects.get(name="Corp").pk
    assert signed_in().post(one("Corp"), says("Corp") | {"name": "Corporation"}).status_code == 302
    directory = Directory.objects.get(pk=pk)
    assert directory.name == "Corporation"
    assert Entry.objects.filter(directory=directory, user__login="ann").exists()
    assert kept("Corporation") == PASSWORD.encode()


def test_a_realm_that_people_still_carry_is_not_free(house: None, signed_in: SignedIn) -> None:
    assert signed_in().post(one("Corp"), says("Corp") | {"realms": "corporation"}).status_code == 302
    assert "“corp” belongs to Corp" in text_of(signed_in().post(NEW, says(realms="corp")))


def test_the_built_in_directory_keeps_its_name_and_stays(house: None, signed_in: SignedIn) -> None:
    path = one("Built-in")
    described = directories.described(Directory.objects.get(name="Built-in"))
    answer = signed_in().post(path, {"name": "X", "realms": "local", "mark": mark_of(described)})
    assert answer.status_code == 302
    assert Directory.objects.get(name="Built-in").realms == ["local"]
    assert signed_in().post(f"{path}remove/").status_code == 404
    assert "kind=local" not in text_of(signed_in().get("/console/directories/new/"))


def test_removing_says_who_loses_their_login(house: None, signed_in: SignedIn) -> None:
    client = signed_in()
    text = text_of(client.get(one("Corp", "remove/")))
    assert "1</b> person loses their login: <bdi>ann</bdi>" in text
    assert "VPN names this directory and no other." in text
    assert client.post(one("Corp", "remove/")).status_code == 409
    from secondgate.applications.models import Application

    directories.set_directories(
        Application.objects.get(name="VPN"), [Directory.objects.get(name="Built-in")], by="t"
    )
    assert client.post(one("Corp", "remove/")).status_code == 302
    assert not LoginName.objects.filter(name="ann").exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class OddSettings:
    """One field of each type there is, none with a label."""

    name: str = setting("A setting of the same name as a field of every form.")
    many: list[str] = setting("Some.")
    whole: int = setting("A number.", default=3)
    on: bool = setting("A switch.", default=True)
    word: str = setting("A secret.", secret=True)


def test_a_new_kind_has_a_form_by_itself(
    house: None, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = MirrorKind()
    kind.settings = OddSettings  # type: ignore[assignment]
    monkeypatch.setitem(registry.KINDS, "mirror", kind)
    path = "/console/directories/new/?kind=mirror"
    client = signed_in()
    assert "Mirror" in text_of(client.get("/console/directories/new/"))
    text = text_of(client.get(path))
    assert "A setting of the same name" in text
    assert "Test it" in text
    values = {
        "name": "Odd",
        "realms": "odd",
        "mark": mark_of({}),
        "set_name": "x",
        "set_many": "a\nb",
        "set_whole": "4",
    }
    assert client.post(path, values | {"set_whole": "much"}).status_code == 422
    assert client.post(path, values | {"set_word": "hush"}).status_code == 302
    made = Directory.objects.get(name="Odd")
    assert made.settings == {"name": "x", "many": ["a", "b"], "whole": 4, "on": False}
    assert secrets.kept(directories.TABLE, made.pk, "word") == b"hush"
