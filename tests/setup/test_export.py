"""An export: what a file owns, and what, applied again, changes nothing."""

from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from secondgate.directories.directory import Found
from secondgate.directories.entries import _adopt
from secondgate.directories.models import Directory
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.setup.export import export
from tests.installation import Configure

LDAP = "directories:\n  - {name: Corp, kind: ldap, servers: [ldaps://dc.test], base_dn: dc=test, realms: [corp]}\n"


@pytest.fixture
def dora(configure: Configure) -> User:
    """Somebody whom a directory has brought at their first login."""
    configure(LDAP)
    adopted("dora")
    return User.objects.get(login="dora")


def adopted(login: str) -> None:
    """Let the directory bring somebody."""
    found = Found(login, str(uuid4()), name=login.title(), email=f"{login}@corp.example")
    _adopt(Directory.objects.get(name="Corp").pk, found)


def logins() -> list[str]:
    """Return who is in the export."""
    return [user["login"] for user in YAML(typ="safe").load(export())["users"]]


def test_people_whom_a_login_has_brought_are_not_in_it(dora: User, configure: Configure) -> None:
    assert logins() == []
    assert configure(export(), prune=True) == []
    assert User.objects.get() == dora


def test_people_with_something_of_ours_are_in_it(dora: User, configure: Configure) -> None:
    for login in ("eve", "fay"):
        adopted(login)
    accounts.change(dora, by="test", enabled=False)
    held = "authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]"
    configure(
        f"users:\n  - {{login: eve, directory: Corp, {held}}}\n  - {{login: gus, directory: Corp}}\n"
        "groups:\n  - {name: VPN, members: [fay]}\n"
    )
    assert logins() == ["dora", "eve", "fay", "gus"]
    assert configure(export(), prune=True) == []


def test_a_member_is_written_so_that_it_means_nobody_else(dora: User, configure: Configure) -> None:
    configure(
        "users:\n  - {login: dora}\n  - {login: Eve}\n"
        "groups:\n  - {name: VPN, members: ['corp\\dora', eve]}\n  - {name: All, members: ['built-in\\dora', dora@corp]}\n"
    )
    groups = YAML(typ="safe").load(export())["groups"]
    assert {group["name"]: group["members"] for group in groups} == {
        "All": ["built-in\\dora", "corp\\dora"],
        "VPN": ["Eve", "corp\\dora"],
    }  # fmt: skip
    assert configure(export(), prune=True) == []


def test_an_administrator_stays_in_it_and_the_owner_is_never(configure: Configure) -> None:
    configure("users:\n  - {login: ann}\n  - {login: bob}\n")
    for login, role in (("ann", "helpdesk"), ("bob", accounts.OWNER)):
        User.objects.filter(login=login).update(role=role)
    assert logins() == ["ann"]
    assert configure(export(), prune=True) == []
