"""What the palette finds: by any part of a name, whoever asks."""

import pytest

from secondgate.people.known_as import set_names
from secondgate.people.models import User
from tests.console.conftest import SignedIn
from tests.console.house import HOUSE
from tests.installation import Configure


@pytest.fixture
def house(configure: Configure) -> None:
    configure(HOUSE)
    ann = User.objects.get(login="ann")
    ann.name, ann.email = "Ann Lindqvist", "ann@example.com"
    ann.save()
    set_names(ann, [("built-in", "ann"), ("built-in", "a.second.name")], by="test")


@pytest.mark.parametrize(
    ("text", "title", "href"),
    [
        ("lindq", "Ann Lindqvist, ann", "/console/users/"),
        ("ann@example", "Ann Lindqvist, ann", "/console/users/"),
        ("a.second", "Ann Lindqvist, a.second.name", "/console/users/"),
        ("bob", "bob", "/console/users/"),
        ("guest", "Guests", "/console/groups/"),
        ("space", "WorkSpaces", "/console/applications/"),
        ("p2", "P2, WorkSpaces", "/console/policies/#p-"),
        ("10.0.0.2", "10.0.0.2/32, VPN", "/console/applications/"),
    ],
)
@pytest.mark.parametrize("role", ["owner", "auditor"])
def test_each_kind_is_found_once(
    signed_in: SignedIn, house: None, role: str, text: str, title: str, href: str
) -> None:
    client = signed_in(role)
    (found,) = client.get("/console/search/", {"q": text}).json()["found"]
    assert found[0] == title
    assert found[1].startswith(href)
    assert client.get(found[1]).status_code == 200


def test_one_letter_finds_nothing(signed_in: SignedIn, house: None) -> None:
    assert signed_in().get("/console/search/", {"q": "a"}).json() == {"found": []}
