"""The portal in a browser."""

import pytest
from playwright.sync_api import expect

from tests.web.visit import SCREENS, Owner, inspect

pytestmark = pytest.mark.real

GATE = """
applications:
  - {name: WorkSpaces, kind: aws-workspaces, clients: [10.0.0.1], secret: secret-of-a-test}
  - {name: FortiGate VPN, kind: fortigate, clients: [10.0.0.2], secret: secret-of-a-test}
policies:
  - {name: A, application: WorkSpaces, login: second-factor-only, methods: [totp]}
  - {name: B, application: FortiGate VPN, login: password-and-second-factor, methods: [hotp]}
"""


def test_ways_are_renamed_and_removed_by_clicking(owner: Owner) -> None:
    owner.house.configure(GATE)
    page = owner.open("/portal/")
    inspect(page, f"{owner.base}/portal/", "portal-home")
    page.get_by_role("button", name="More for Authenticator app").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("What to call it").fill("Phone of Olive")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Phone of Olive")).to_be_visible()
    page.get_by_role("button", name="More for Phone of Olive").click()
    page.get_by_role("link", name="Remove").click()
    inspect(page, page.url, "portal-remove")
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("button", name="More for Backup codes").click()
    page.get_by_role("link", name="Make new ones").click()
    inspect(page, page.url, "portal-backup-codes")
    page.get_by_role("button", name="Make ten new ones").click()
    expect(page.locator(".codes code")).to_have_count(10)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    assert saved.value.path().read_text().split() == page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()


def test_a_language_is_chosen_and_its_longer_words_fit(owner: Owner) -> None:
    owner.house.configure(GATE)
    page = owner.open("/portal/")
    page.get_by_role("button", name="OW, your account").click()
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/portal-menu.png")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Ihre Wege zur Anmeldung")).to_be_visible()
    inspect(page, f"{owner.base}/portal/", "portal-german")
    inspect(page, f"{owner.base}/portal/add/totp/", "add-totp-german")
    page.get_by_role("button", name="OW, Ihr Konto").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Add an authenticator app")).to_be_visible()
