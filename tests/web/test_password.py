"""A forgotten password in a browser, and one that is changed."""

import re

import pytest
from playwright.sync_api import expect

from tests.real.mail import mail_server
from tests.web.visit import PASSWORD, Owner, fill, inspect, sign_in

pytestmark = pytest.mark.real
NEW = "five words, none of them known"


def test_a_forgotten_password_is_set_by_a_mailed_link(owner: Owner) -> None:
    with mail_server("none", asks=False) as post:
        page = owner.open("/console/settings/mail/")
        page.get_by_label("Mail server").fill("127.0.0.1")
        page.get_by_label("Port", exact=True).fill(str(post.port))
        page.get_by_label("None.").check()
        page.get_by_label("Sender").fill("login@example.com")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("readable on the way")).to_be_visible()
        owner.house.configure("users: [{login: ann, name: Ann Berg, email: ann@example.com}]")
        page.context.clear_cookies()
        page = owner.open("/portal/sign-in/")
        page.get_by_role("link", name="Forgot the password?").click()
        inspect(page, f"{owner.base}/portal/password/forgot/", "forgot")
        page.get_by_label("Name or email").fill("ann")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        [link] = re.findall(r"http\S+", post.next_mail().get_body(("plain",)).get_content())
    assert link.startswith(owner.base)
    inspect(page, link, "set-password")
    page.get_by_label("New password").fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Too short: 5 characters")).to_be_visible()
    page.get_by_label("New password").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    fill(page, Name_or_email="ann", Password=NEW)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="AB, your account")).to_be_visible()
    inspect(page, link, "link-void")


def test_the_password_is_changed_by_who_knows_it(owner: Owner) -> None:
    page = owner.open("/portal/password/")
    inspect(page, page.url, "change-password")
    fill(page, Current_password="not it at all", New_password=NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("That is not your current password.")).to_be_visible()
    fill(page, Current_password=PASSWORD, New_password=NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    assert NEW not in owner.house.command("events", "--json").stdout
    owner.password = NEW
    page.context.clear_cookies()
    sign_in(owner)
    expect(page.get_by_role("heading", name="Hello Olive Winter")).to_be_visible()


def test_a_wrong_code_begins_again_kindly(owner: Owner) -> None:
    owner.page.context.clear_cookies()
    page = owner.open("/portal/sign-in/")
    page.get_by_label("Name or email").fill("olive")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Once more, from the start")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    assert page.get_by_label("Name or email").input_value() == "olive"
