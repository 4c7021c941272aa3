"""Passwords of the built-in directory: by a mailed link, and the rules that they keep."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from secondgate.console.roles import Role
from secondgate.directories.models import Directory, Entry
from secondgate.events.models import Event
from secondgate.limits import Seldom
from secondgate.messaging import configure
from secondgate.people import accounts, onboarding, passwords
from secondgate.people.models import PasswordLink, User
from secondgate.portal.views import password as views
from secondgate.web import onboarding as mailed
from secondgate.web.models import Session
from tests.console.conftest import SignedIn
from tests.real.mail import Post, mail_server

NEW = "five words, none of them known"


@pytest.fixture
def post(transactional_db: None) -> Iterator[Post]:
    with mail_server("none", asks=False) as post:
        settings = {"host": "127.0.0.1", "port": post.port, "security": "none", "sender": "login@example.com"}
        configure.configure("Mail", by="test", kind="smtp", settings=settings, kept={})
        yield post


def person(login: str = "ann", *, kind: str = "local", email: str = "ann@example.com") -> User:
    directory = Directory.objects.filter(kind=kind).first()
    if directory is None:
        directory = Directory(name="Corp", kind=kind)
        directory.save()
    user = accounts.create(login, realm=directory.name.lower(), by="test", email=email, name="Ann Berg")
    Entry.objects.create(user=user, directory=directory)
    return user


def link_in(post: Post) -> str:
    [found] = re.findall(
        r"http\S+(/portal/password/\S+/)\s", post.mails[-1].get_body(("plain",)).get_content()
    )
    return found


def ask(typed: str) -> bool:
    return mailed.forgot(typed, language="en").result(30)


@pytest.mark.parametrize("typed", ["ann", "ANN", "ann@example.com", "built-in\\ann"])
def test_the_link_sets_the_password_once(post: Post, typed: str) -> None:
    user = person()
    assert ask(typed)
    link, client = link_in(post), Client()
    assert client.get(link).status_code == 200
    assert client.get(link).status_code == 200  # a mail filter has opened it before
    assert client.post(link, {"password": NEW})["Location"] == "/portal/sign-in/"
    assert passwords.fits(NEW, User.objects.get(pk=user.pk).password)
    assert client.post(link, {"password": "another one, just as long"}).status_code == 410
    assert passwords.fits(NEW, User.objects.get(pk=user.pk).password)
    assert Event.objects.filter(name="user.changed", facts__by=user.pk.hex).count() == 1
    assert link.split("/")[-2] not in str(
        list(PasswordLink.objects.values()) + list(Event.objects.values("facts"))
    )


def test_everybody_is_told_the_same(post: Post) -> None:
    person()
    person("lou", kind="ldap", email="lou@example.com")
    person("nomail", email="")
    off = person("off", email="off@example.com")
    accounts.change(off, by="test", enabled=False)
    pages = {
        re.sub(
            r'value="[^"]+"', "", Client().post("/portal/password/forgot/", {"login": name}).content.decode()
        )
        for name in ("ann", "lou", "nomail", "off", "nobody", "@", "x" * 255)
    }
    assert len(pages) == 1
    assert [str(post.next_mail()["To"])] == ["ann@example.com"]


@pytest.mark.parametrize("name", ["lou", "nomail", "off", "nobody", "twin@example.com"])
def test_who_cannot_set_one_gets_no_mail(post: Post, name: str) -> None:
    person("lou", kind="ldap", email="lou@example.com")
    person("nomail", email="")
    accounts.change(person("off", email="off@example.com"), by="test", enabled=False)
    person("one", email="twin@example.com")
    person("two", email="twin@example.com")
    assert ask(name)
    assert post.mails == []
    assert not PasswordLink.objects.exists()


def test_a_mailbox_is_not_filled_by_a_stranger(post: Post) -> None:
    person()
    assert all(ask("ann") for _ in range(3))
    assert len(post.mails) == 1


@pytest.mark.parametrize("what", ["password", "email", "enabled", "role", "expired"])
def test_a_link_is_void_once_the_account_has_changed(post: Post, what: str) -> None:
    user = person()
    ask("ann")
    link = link_in(post)
    if what == "password":
        accounts.set_password_hashes({user: passwords.hashed("set by somebody else")}, by="test")
    elif what == "email":
        accounts.change(user, by="test", email="other@example.com")
    elif what == "enabled":
        accounts.change(user, by="test", enabled=False)
    elif what == "role":
        accounts.set_role(user, "helpdesk", by="test")
    else:
        PasswordLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"password": NEW}).status_code == 410
    assert not passwords.fits(NEW, User.objects.get(pk=user.pk).password)


def test_a_stranger_who_asks_voids_no_invitation_and_one_that_is_used_voids_all(post: Post) -> None:
    user = person()
    assert mailed.invite(user, by="test").result(30)
    invitation = link_in(post)
    assert ask("ann")
    asked = link_in(post)
    assert [Client().get(link).status_code for link in (invitation, asked)] == [200, 200]
    assert Client().post(invitation, {"password": NEW}).status_code == 302
    assert [Client().get(link).status_code for link in (invitation, asked)] == [410, 410]
    assert not PasswordLink.objects.exists()


def test_links_that_are_over_do_not_pile_up(post: Post) -> None:
    user = person()
    for _ in range(3):
        PasswordLink.objects.update(expires_at=timezone.now())
        onboarding.new_password_link(user, lasts=timedelta(hours=1))
    assert PasswordLink.objects.count() == 1


@pytest.mark.parametrize("role", list(Role))
def test_no_stranger_has_a_link_to_an_administrator_s_password_mailed(post: Post, role: Role) -> None:
    """Whoever sets up the mail server could read it. They are told the other way."""
    user = person()
    accounts.set_role(user, role, by="test")
    assert ask("ann") and ask("ann")
    assert not PasswordLink.objects.exists()
    (mail,) = post.mails
    text = mail.get_body(("plain",)).get_content()
    assert "no mail sets your password" in text
    assert "http" not in text


def test_a_stranger_cannot_ask_without_end(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_asked", Seldom(2, within=3600))
    asked = [
        Client().post("/portal/password/forgot/", {"login": name}, REMOTE_ADDR=place)
        for place, name in [
            ("2001:db8::1", "a"),
            ("2001:db8::2", "b"),
            ("2001:db8::3", "c"),
            ("192.0.2.1", "d"),
        ]
    ]
    assert [answer.status_code for answer in asked] == [200, 200, 422, 200]
    assert "Try again in a quarter of an hour" in asked[2].content.decode()


def test_it_ends_the_sessions(post: Post, signed_in: SignedIn) -> None:
    user = person()
    signed_in("", login="ann")
    other = signed_in("owner")
    assert Session.objects.filter(user=user).count() == 1
    ask("ann")
    Client().post(link_in(post), {"password": NEW})
    assert not Session.objects.filter(user=user).exists()
    assert other.get("/console/").status_code == 200
    assert Event.objects.get(name="sessions.ended").user_id == user.pk


@pytest.mark.parametrize(
    ("password", "says"),
    [("short", "Too short: 5 characters, 12 are needed."), ("x" * 201, "at most 200 characters"),
     ("ann@example.com", "That is your own name or address"), ("", "This field is required")],
)  # fmt: skip
def test_the_rules_are_said_at_the_field_and_the_link_stays(post: Post, password: str, says: str) -> None:
    person()
    ask("ann")
    link = link_in(post)
    answer = Client().post(link, {"password": password})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Client().get(link).status_code == 200


def test_an_invitation_says_the_login_name(post: Post) -> None:
    user = person("ann")
    assert mailed.invite(user, by="test").result(30)
    assert "Your login name is ann." in post.mails[0].get_body(("plain",)).get_content()
    assert Client().get(link_in(post)).status_code == 200
    assert PasswordLink.objects.get().expires_at > timezone.now() + timedelta(days=2)


def test_names_in_mails_are_text(post: Post) -> None:
    user = person("<b>ann</b>")
    mailed.invite(user, by="test").result(30)
    assert "&lt;b&gt;ann&lt;/b&gt;" in post.mails[0].get_body(("html",)).get_content()
    assert "<b>ann</b>" in post.mails[0].get_body(("plain",)).get_content()


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "%00", "a" * 500, "..%2f"])
def test_a_made_up_link_is_void(token: str) -> None:
    assert Client().get(f"/portal/password/{token}/").status_code in (404, 410)


def test_where_it_is_another_directory_s_the_page_says_which(signed_in: SignedIn) -> None:
    person("lou", kind="ldap")
    page = signed_in("", login="lou").get("/portal/password/").content.decode()
    assert "It belongs to Corp." in page


@pytest.mark.django_db
def test_without_a_mail_server_no_link_is_offered() -> None:
    assert "Forgot the password?" not in Client().get("/portal/sign-in/").content.decode()
