"""Before anything is removed, one page says what goes with it, and leads back."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from secondgate.applications.models import Application
from secondgate.console.urls import urlpatterns
from secondgate.directories.models import Directory
from secondgate.messaging.models import Provider
from secondgate.methods.models import Authenticator
from secondgate.people.models import Group, User
from secondgate.policies.models import Policy
from tests.console.conftest import SignedIn
from tests.console.house import HOUSE
from tests.installation import Configure


def _authenticator() -> list[object]:
    held = Authenticator.objects.get(user__login="ann")
    return [held.user_id, held.pk]


CASES: dict[str, Callable[[], list[object]]] = {
    "applications-remove": lambda: [Application.objects.get(name="VPN").pk],
    "policies-remove": lambda: [Policy.objects.get(name="P1").pk],
    "directories-remove": lambda: [Directory.objects.create(name="Corp", kind="ldap").pk],
    "users-remove": lambda: [User.objects.get(login="ann").pk],
    "users-drop": _authenticator,
    "groups-remove": lambda: [Group.objects.get(name="Guests").pk],
    "settings-remove-mail": lambda: [],
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_asks_says_that_nothing_is_done_and_leads_back(
    signed_in: SignedIn, configure: Configure, name: str
) -> None:
    configure(HOUSE)
    Provider.objects.get_or_create(name="Mail", defaults={"kind": "smtp", "settings": {"host": "mail"}})
    client = signed_in("owner")
    page = client.get(reverse(f"console:{name}", args=CASES[name]())).content.decode()
    assert re.search(r"<h1>Remove <bdi>[^<]+</bdi>\?</h1>", page)
    assert "Nothing has been changed yet." in page
    back = re.search(r'<a class="btn" href="([^"]+)">Keep it</a>', page)
    assert back
    assert client.get(back[1]).status_code == 200


def test_every_page_that_removes_has_a_case() -> None:
    names = {str(one.name) for one in urlpatterns}
    assert {name for name in names if "remove" in name or "drop" in name} == set(CASES)
