"""Directories: from nothing to an LDAP directory whose people log in, by clicking, on a real slapd."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.house import HOSTILE
from tests.real.slapd import Slapd
from tests.scenarios.people import slapd_home
from tests.web.visit import Owner, fill, inspect, inspect_as_it_is

pytestmark = pytest.mark.real


def test_a_directory_is_tested_looked_through_and_saved(owner: Owner, slapd: Slapd) -> None:
    page = owner.open("/console/directories/")
    page.get_by_role("link", name="Add directory").click()
    inspect(page, page.url, "directory-kinds")
    page.get_by_role("link", name="OpenLDAP").click()
    inspect(page, page.url, "directory-new")
    fill(page, Name=f"Corp {HOSTILE}", Servers=slapd.ldaps)
    page.get_by_label("Realms optional").fill("corp")

    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("is not trusted:")).to_be_visible()
    page.get_by_text("What was answered").click()
    expect(page.get_by_text("CERTIFICATE_VERIFY_FAILED")).to_be_visible()
    page.get_by_label("Or choose a file").set_input_files(
        {"name": "ca.pem", "mimeType": "text/plain", "buffer": slapd.ca_pem.encode()}
    )
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("is trusted, until")).to_be_visible()

    page.get_by_label("Account optional").fill(slapd.bind_dn)
    page.get_by_label("Its password").fill("wrong")
    page.get_by_role("button", name="Test bind").click()
    expect(page.get_by_text("Type the service account's password again")).to_be_visible()
    inspect_as_it_is(page, "directory-bind-failed")
    page.get_by_label("Its password").fill(slapd.bind_password)
    page.get_by_role("button", name="Test bind").click()
    expect(page.get_by_text("Signed in to")).to_be_visible()
    assert page.get_by_label("Its password").input_value() == ""

    page.get_by_role("button", name="Browse").click()
    page.get_by_role("button", name=f"Look below {slapd.base_dn}").click()
    inspect_as_it_is(page, "directory-browse")
    page.get_by_role("button", name=f"Use {slapd.people_dn}").click()
    assert page.get_by_label("Search base", exact=True).input_value() == slapd.people_dn
    page.get_by_role("button", name="Test search").click()
    expect(page.get_by_text("finds people:")).to_be_visible()
    page.get_by_label("Preview with this person").fill("alice")
    page.get_by_label("Further attributes optional").fill("memberOf title title")
    page.get_by_role("button", name="Look them up").click()
    expect(page.get_by_text("“Further attributes” has “title” twice.").first).to_be_visible()
    page.get_by_label("Further attributes optional").fill("memberOf\ntitle")
    page.get_by_role("button", name="Look them up").click()
    expect(page.get_by_text("alice@example.org")).to_be_visible()
    expect(page.get_by_text("cn=vpn-users,")).to_be_visible()
    inspect_as_it_is(page, "directory-preview")
    page.get_by_role("button", name="Add the directory").click()
    expect(page.get_by_role("status").get_by_text("is added.")).to_be_visible()
    inspect(page, f"{owner.base}/console/directories/", "directories")
    page.get_by_role("link", name="Corp").click()
    inspect(page, page.url, "directory")
    inspect(page, f"{page.url}remove/", "directory-remove")
    assert slapd.bind_password not in page.content()


def give(owner: Owner, login: str, role: str) -> None:
    """Give somebody a role, as an owner."""
    page = owner.open("/console/administrators/new/")
    page.get_by_label("Login name or email").fill(login)
    page.get_by_role("button", name="Choose the role").click()
    page.get_by_role("radio", name=role).check()
    page.get_by_role("button", name="Save the role").click()
    expect(page.get_by_role("status").get_by_text(" now.")).to_be_visible()


def test_an_administrator_sees_that_the_directory_of_an_owner_is_not_theirs(
    owner: Owner, slapd: Slapd, tmp_path: Path
) -> None:
    home = slapd_home(slapd, tmp_path).yaml
    owner.house.configure(home + "\nusers:\n  - {login: alice, directory: Company LDAP}\n")
    give(owner, "alice", "Owner")
    give(owner, "olive", "Administrator")
    page = owner.open("/console/directories/")
    page.get_by_role("link", name="Company LDAP").click()
    expect(page.get_by_text("alice (owner) lives in this directory.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("button", name="Test bind")).to_have_count(0)
    expect(page.get_by_label("Search base")).not_to_be_editable()
    inspect(page, page.url, "directory-above")
    inspect(page, f"{page.url}remove/", "directory-remove-above")
    expect(page.get_by_role("button", name="Remove the directory")).to_be_disabled()
    inspect(page, f"{owner.base}/console/directories/", "directories-above")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="More for Company LDAP").click()
    expect(page.get_by_role("link", name="See how it is set up")).to_be_visible()
    inspect_as_it_is(page, "directories-above-menu")


def test_enter_in_a_field_saves_and_tries_nothing(owner: Owner) -> None:
    page = owner.open("/console/directories/new/?kind=ldap")
    fill(page, Name="By keyboard", Servers="ldap://127.0.0.1:1")
    page.get_by_label("Realms optional").fill("keys")
    page.get_by_label("Search base", exact=True).fill("dc=x")
    page.get_by_label("Search base", exact=True).press("Enter")
    expect(page.get_by_role("status").get_by_text("By keyboard is added.")).to_be_visible()


def test_a_radius_server_is_set_up_without_a_service_account(owner: Owner) -> None:
    page = owner.open("/console/directories/new/?kind=radius")
    inspect(page, page.url, "directory-radius")
    expect(page.get_by_text("service account")).to_have_count(0)
