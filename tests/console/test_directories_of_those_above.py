"""Whoever says how a directory is asked says who logs in as whom: not about those above oneself."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from secondgate.applications.models import Application
from secondgate.directories import configure as directories
from secondgate.directories.models import ApplicationDirectory, Directory, Entry
from secondgate.events.models import Event
from secondgate.people import accounts
from secondgate.people.models import LoginName, User
from secondgate.vault import secrets
from tests.console.conftest import SignedIn
from tests.console.house import HOSTILE
from tests.console.test_directories import PASSWORD, one, says, text_of
from tests.installation import Configure

# Every button of the form, and the one that saves.
BUTTONS: list[dict[str, str]] = [
    {}, {"save": ""}, {"test": "Connection"}, {"test": "Service account"}, {"test": "People"},
    {"preview": "1", "preview_login": "ann"}, {"browse": "base_dn|"}, {"use": "base_dn|dc=evil"},
    {"fill": "1", "preset": "openldap"},
]  # fmt: skip
EVIL = {"set_user_filter": "(|(uid=eve)(&(uid=?)(uid=nobody)))", "set_id_attribute": "description"}


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Where the directory is: whoever connects is noticed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def house(configure: Configure, server: socket.socket) -> None:
    configure(f"""
directories:
  - {{name: Corp, kind: ldap, realms: [corp], servers: ["ldap://127.0.0.1:{server.getsockname()[1]}"],
     base_dn: "dc=corp", bind_dn: "cn=reader", bind_password: {PASSWORD}, timeout: 0.5}}
  - {{name: Other, kind: radius, realms: [other], servers: ["127.0.0.1:1"], secret: secret-of-a-test}}
users:
  - {{login: ann, directory: Corp}}
  - {{login: bob, directory: Other}}
""")


def give(login: str, role: str, **fields: Any) -> User:
    User.objects.filter(login=login).update(role=role, **fields)
    return User.objects.get(login=login)


def filled(server: socket.socket, **changes: str) -> dict[str, Any]:
    return says("Corp", set_servers=f"ldap://127.0.0.1:{server.getsockname()[1]}", **changes)


def pages_of_a_directory() -> list[str]:
    """Return every page of the console about one directory, also those that will come."""
    console = next(
        known
        for known in get_resolver().url_patterns
        if isinstance(known, URLResolver) and str(known.pattern) == "console/"
    )
    routes = [str(known.pattern) for known in console.url_patterns if isinstance(known, URLPattern)]
    pk = str(Directory.objects.get(name="Corp").pk)
    found = [route.replace("<uuid:pk>", pk) for route in routes if route.startswith("directories/<uuid:pk>")]
    assert len(found) > 1
    return [f"/console/{route}" for route in found]


@pytest.mark.parametrize("role", ["owner", "administrator"])
@pytest.mark.parametrize("button", BUTTONS)
def test_nothing_is_done_where_somebody_above_lives(
    house: None, signed_in: SignedIn, server: socket.socket, role: str, button: dict[str, str]
) -> None:
    ann, client = give("ann", role), signed_in("administrator")
    corp = Directory.objects.get(name="Corp")
    before, secret = directories.described(corp), secrets.kept(directories.TABLE, corp.pk, "bind_password")
    for page in pages_of_a_directory():
        answer = client.post(page, filled(server, **EVIL, **button))
        assert answer.status_code == 403, page
        text = text_of(answer)
        assert f"To set up, test or remove Corp, where ann ({role}) lives".lower() in text.lower()
        assert "An owner can do that." in text
    corp.refresh_from_db()
    assert directories.described(corp) == before
    assert secrets.kept(directories.TABLE, corp.pk, "bind_password") == secret
    assert LoginName.objects.filter(user=ann).exists()
    with pytest.raises(BlockingIOError):  # nobody has connected
        server.accept()
    assert Event.objects.filter(name="permission.refused").exists()


@pytest.mark.parametrize(
    ("visitor", "ann"),
    [("owner", "owner"), ("owner", "administrator"), ("administrator", "helpdesk"), ("administrator", "")],
)
def test_what_is_below_oneself_is_changed_and_removed(
    house: None, signed_in: SignedIn, server: socket.socket, visitor: str, ann: str
) -> None:
    give("ann", ann)
    client = signed_in(visitor)
    assert client.post(one("Corp"), filled(server, set_timeout="0.7")).status_code == 302
    assert Directory.objects.get(name="Corp").settings["timeout"] == 0.7
    assert client.post(one("Corp", "remove/")).status_code == 302


def test_those_above_who_live_elsewhere_are_in_nobody_s_way(
    house: None, signed_in: SignedIn, server: socket.socket
) -> None:
    give("bob", "owner")
    client = signed_in("administrator")
    Entry.objects.create(user=client.user, directory=Directory.objects.get(name="Corp"))  # type: ignore[attr-defined]
    assert client.post(one("Corp"), filled(server, set_timeout="0.7")).status_code == 302
    assert client.post(one("Other"), {"name": "Other", "realms": "evil"}).status_code == 403
    carol = signed_in("owner").user  # type: ignore[attr-defined]
    Entry.objects.create(user=carol, directory=Directory.objects.get(name="Built-in"))
    assert client.post(one("Built-in"), {"name": "Built-in", "realms": "evil"}).status_code == 403


def test_the_pages_say_so_before_anything_is_typed(house: None, signed_in: SignedIn) -> None:
    give("ann", "owner", name=HOSTILE)
    client = signed_in("administrator")
    page = client.get(one("Corp"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "An owner sets this up" in text
    assert "<script>alert" not in text
    assert "(uid=?)" in text  # what stands there can be read
    form = text[text.index('<form class="split"') : text.index("</form>", text.index('<form class="split"'))]
    assert "<button" not in form
    assert 'type="password"' not in form
    assert 'type="file"' not in form
    for field in form.split("<")[1:]:
        if field.startswith(("input", "textarea", "select")) and 'type="hidden"' not in field:
            assert " readonly" in field or " disabled" in field, field
    removal = text_of(client.get(one("Corp", "remove/")))
    assert "An owner sets this up" in removal
    assert '<button class="btn danger" disabled' in removal
    listed = text_of(client.get("/console/directories/"))
    assert one("Corp", "remove/") not in listed
    assert one("Other", "remove/") in listed
    assert one("Corp", "remove/") in text_of(signed_in("owner").get("/console/directories/"))
    assert "An owner sets this up" not in text_of(signed_in("owner").get(one("Corp")))


def only_owner(signed_in: SignedIn) -> Client:
    """Return the browser of the only owner, who lives in Corp."""
    client = signed_in("owner")
    Entry.objects.create(user=client.user, directory=Directory.objects.get(name="Corp"))  # type: ignore[attr-defined]
    return client


def test_no_removal_takes_the_last_owner(house: None, signed_in: SignedIn) -> None:
    client = only_owner(signed_in)
    assert "Every owner of this console lives in it." in text_of(client.get(one("Corp", "remove/")))
    answer = client.post(one("Corp", "remove/"))
    assert answer.status_code == 409
    assert "Make somebody of another directory an owner first." in text_of(answer)
    assert LoginName.objects.filter(user=client.user).exists()  # type: ignore[attr-defined]
    with pytest.raises(accounts.LastOwner):
        directories.remove(Directory.objects.get(name="Corp"), by="test")
    give("bob", "owner", enabled=False)  # who cannot log in is none
    assert client.post(one("Corp", "remove/")).status_code == 409
    give("bob", "owner", enabled=True)
    assert client.post(one("Corp", "remove/")).status_code == 302


def test_an_owner_whose_directory_is_gone_is_none_to_rely_on(house: None, signed_in: SignedIn) -> None:
    give("bob", "owner")
    client = only_owner(signed_in)
    assert client.post(one("Other", "remove/")).status_code == 302
    assert client.post(one("Corp", "remove/")).status_code == 409
    with pytest.raises(accounts.LastOwner):
        accounts.set_role(client.user, "", by="test")  # type: ignore[attr-defined]


def test_where_an_application_relies_on_it_both_reasons_are_said(house: None, signed_in: SignedIn) -> None:
    give("ann", "owner")
    gate = Application.objects.create(name="Gate", kind="openvpn")
    ApplicationDirectory.objects.create(
        application=gate, directory=Directory.objects.get(name="Corp"), position=0
    )
    text = text_of(signed_in("administrator").get(one("Corp", "remove/")))
    assert "An owner sets this up" in text
    assert "Gate names this directory and no other." in text
