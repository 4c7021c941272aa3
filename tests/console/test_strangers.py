"""Addresses that no application lists, above the list of applications: one callout, however many."""

import re

import pytest

from secondgate.applications.models import Application, Client
from secondgate.events import names
from secondgate.events.record import record
from tests.console.conftest import SignedIn

PAGE = "/console/applications/"


@pytest.fixture
def vpn(db: None) -> Application:
    application = Application(name="VPN", kind="radius")
    application.save()
    Client.objects.create(application=application, network="10.0.0.1/32")
    return application


def heard(address: str, *fits: Application) -> None:
    """Write what the listener writes of a packet from an address that it does not know."""
    facts = {"client": address, "fits": [one.pk.hex for one in fits]}
    record(names.CLIENT_UNKNOWN, by="", facts=facts)


def test_one_is_told_at_once_with_its_action(signed_in: SignedIn, vpn: Application) -> None:
    heard("192.0.2.1", vpn)
    page = signed_in().get(PAGE).content.decode()
    assert "Packets from 192.0.2.1 get no answer" in page
    assert "The secret of VPN fits." in page
    assert "Add 192.0.2.1 to VPN" in page
    assert "<details" not in page


def test_several_are_one_callout_that_names_and_counts_them(signed_in: SignedIn, vpn: Application) -> None:
    for number in range(1, 6):
        heard(f"192.0.2.{number}", *([vpn] if number == 3 else []))
    page = signed_in().get(PAGE).content.decode()
    assert page.count('class="callout') == 1
    assert "Packets from 5 addresses get no answer" in page
    said = re.sub(r"</?code>", "", page)
    assert "No application lists 192.0.2.3, 192.0.2.5, 192.0.2.4 and 2 more. The last packet came" in said
    assert page.count('<a class="btn small" href="/console/applications/new/?client=192.0.2.') == 4
    assert page.count(f'action="/console/applications/{vpn.pk}/clients/"') == 1
    assert "Add 192.0.2.3 to VPN" in page


@pytest.mark.parametrize(("count", "says"), [(2, "192.0.2.2 or 192.0.2.1."), (3, "192.0.2.2 or 192.0.2.1.")])
def test_a_few_are_all_named(signed_in: SignedIn, db: None, count: int, says: str) -> None:
    for number in range(1, count + 1):
        heard(f"192.0.2.{number}")
    page = re.sub(r"</?code>", "", signed_in().get(PAGE).content.decode())
    assert says in page
    assert "more" not in page


def test_a_scan_of_the_network_fills_no_page_and_hides_no_node_of_ours(
    signed_in: SignedIn, vpn: Application
) -> None:
    heard("10.0.0.2", vpn)
    for number in range(49):
        heard(f"192.0.2.{number}")
    page = signed_in().get(PAGE).content.decode()
    assert "Packets from 50 addresses get no answer" in page
    assert "Add 10.0.0.2 to VPN" in page
    assert page.count("/console/applications/new/?client=") == 19
    assert 'And 30 more: <a href="/console/log/?name=client.unknown">' in page


def test_who_comes_for_one_address_sees_each(signed_in: SignedIn, db: None) -> None:
    heard("192.0.2.1")
    heard("192.0.2.2")
    client = signed_in()
    assert "<details open>" in client.get(f"{PAGE}?address=192.0.2.1").content.decode()
    assert "<details>" in client.get(f"{PAGE}?address=192.0.2.9").content.decode()


def test_who_may_only_read_is_offered_nothing(signed_in: SignedIn, vpn: Application) -> None:
    heard("192.0.2.1", vpn)
    heard("192.0.2.2")
    page = signed_in("auditor").get(PAGE).content.decode()
    assert "<summary>Show each</summary>" in page
    assert "Add " not in page
