"""The first hour of an administrator who has never seen the product, with nothing but a browser.

From the owner link to the first accepted WorkSpaces login, which radclient sends as AWS would. Each step
begins at the checklist, and each ticks itself.
"""

import subprocess

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.codes import totp
from tests.web.visit import Owner, fill

pytestmark = pytest.mark.real

AWS = "127.0.5.1"


def at_the_checklist(owner: Owner, done: int) -> Page:
    page = owner.open("/console/setup/")
    expect(page.get_by_text(f"{done} of 5", exact=True)).to_be_visible()
    return page


def test_from_the_owner_link_to_the_first_accepted_login(owner: Owner) -> None:
    page = at_the_checklist(owner, 0)
    page.get_by_role("link", name="Add application").click()
    page.get_by_role("link", name="Amazon WorkSpaces").click()
    page.get_by_label("Packets come from").fill(AWS)
    page.get_by_role("button", name="Save, and show").click()
    secret = page.locator(".secret code").inner_text()

    page = at_the_checklist(owner, 1)
    page.get_by_role("link", name="Add people").click()
    page.get_by_role("link", name="Add user").click()
    fill(page, Login_name="ann", Name_optional="Ann Berg", Email_optional="ann@example.com")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_text("Ann Berg was added.")).to_be_visible()

    page = at_the_checklist(owner, 2)
    page.get_by_role("link", name="Choose a person").click()
    page.get_by_role("link", name="Ann Berg").click()
    page.get_by_role("complementary").get_by_role("link", name="Add an authenticator", exact=True).click()
    seed = page.locator("code.seed").inner_text().replace(" ", "")
    page.get_by_label("The 6 digits that it shows now").fill(totp(seed))
    page.get_by_role("button", name="Confirm the code").click()
    expect(page.get_by_text("Authenticator app is ready.")).to_be_visible()

    page = at_the_checklist(owner, 3)
    page.get_by_role("link", name="Choose", exact=True).click()
    # What is proposed is right: second factor only, for everyone, at the application that has none yet.
    page.get_by_role("button", name="Add the policy").click()
    expect(page.get_by_role("heading", name="Amazon WorkSpaces MFA")).to_be_visible()

    page = at_the_checklist(owner, 4)
    page.get_by_role("link", name="Open the log").click()
    said = f"User-Name=ann,User-Password={totp(seed, steps=1)},Packet-Src-IP-Address={AWS}\n"
    line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{owner.house.port}", "auth", secret]
    answer = subprocess.run(line, input=said, capture_output=True, text=True).stdout
    assert "Received Access-Accept" in answer, answer
    # The log lives: the login is there without a reload, and opens into its trail.
    row = page.get_by_role("row").filter(has_text="The code is that of Authenticator app").first
    expect(row).to_be_visible()
    row.get_by_role("link").first.click()
    expect(
        page.locator("#panel").get_by_text("The code is that of Authenticator app (totp).")
    ).to_be_visible()

    page = at_the_checklist(owner, 5)
    expect(page.get_by_role("heading", name="All is set up")).to_be_visible()
