"""The settings in a browser: from no mail server to a test mail."""

import pytest
from playwright.sync_api import expect

from tests.real.ca import Ca
from tests.real.mail import PASSWORD, USER, mail_server
from tests.web.visit import Owner, inspect

pytestmark = pytest.mark.real


def test_a_mail_server_is_set_up_by_keyboard_and_tried(owner: Owner, ca: Ca) -> None:
    page = owner.open("/console/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    inspect(page, page.url, "settings")
    page.get_by_role("link", name="Set up a mail server").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mail server")).to_be_visible()
    inspect(page, page.url, "settings-mail")
    with mail_server("starttls", ca.server) as post:
        page.get_by_label("Mail server").focus()
        for text in ("localhost", str(post.port), None, USER, PASSWORD, "login@example.com"):
            if text:
                page.keyboard.press("ControlOrMeta+a")
                page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # the authority is left out: a new line, not yet a form
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Send a test mail").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("is not to be trusted")).to_be_visible()
        page.get_by_role("link", name="Change", exact=True).last.click()
        page.get_by_label("Certificate authority").fill(ca.pem)
        page.get_by_label("Password optional").fill(PASSWORD)
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Send a test mail").click()
        expect(page.get_by_text("localhost took the mail for olive@example.com.")).to_be_visible()
        assert [str(mail["To"]) for mail in post.mails] == ["olive@example.com"]


def test_the_organisation_s_name_colour_and_logo_reach_people(owner: Owner) -> None:
    page = owner.open("/console/settings/organisation/")
    page.get_by_label("Name", exact=True).fill("Example Corp")
    page.get_by_label("Colour optional").fill("#b45309")
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": 120, "height": 40})
    page.get_by_label("Logo optional").set_input_files(
        {"name": "l.png", "mimeType": "image/png", "buffer": picture}
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The portal and mails show it")).to_be_visible()
    inspect(page, page.url, "settings-filled")
    inspect(page, f"{owner.base}/console/settings/organisation/", "settings-organisation")
    inspect(page, f"{owner.base}/portal/add/totp/", "portal-branded")
    inspect(page, f"{owner.base}/portal/sign-in/", "sign-in-branded")
