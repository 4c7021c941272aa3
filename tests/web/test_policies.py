"""Policies and What if, by clicking and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.console.house import HOSTILE, HOUSE
from tests.web.visit import Owner, fill, inspect, inspect_as_it_is

pytestmark = pytest.mark.real


def test_a_policy_is_made_read_and_tried_in_thought(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/policies/")
    page.get_by_role("link", name="Add a policy for VPN").click()
    fill(page, Name=HOSTILE)
    page.get_by_label("Staff").check()
    expect(page.locator("mark").filter(has_text="anyone in Staff")).to_be_visible()
    expect(page.get_by_text("1 of them has no second factor that this takes")).to_be_visible()
    page.get_by_role("radio", name="Password only").check()
    page.get_by_role("button", name="Add the policy").click()
    expect(page.get_by_text("Confirm that these people need no second factor.")).to_be_visible()
    assert page.get_by_label("Name", exact=True).input_value() == HOSTILE
    inspect_as_it_is(page, "policy-unconfirmed")
    page.get_by_role("radio", name="Password and second factor").check()
    page.get_by_role("button", name="Add Fortinet-Group-Name={group}").click()
    expect(page.get_by_label("Reply attributes")).to_have_value("Fortinet-Group-Name={group}")
    expect(page.get_by_role("definition").filter(has_text="Staff")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Authenticator app")).to_be_visible()
    page.get_by_role("checkbox", name="Authenticator app").check()
    page.get_by_role("button", name="Add the policy").click()
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()

    page.get_by_role("link", name="What if …").first.click()
    page.get_by_label("Who").fill("ann")
    page.get_by_label("Logs in to").select_option("VPN")
    page.get_by_role("button", name="Show what happens").click()
    expect(page.get_by_role("heading", name="ann is asked for a second factor")).to_be_visible()
    inspect(page, page.url, "what-if")
    inspect(page, f"{owner.base}/console/what-if/?who=bob&application=&method=", "what-if-error")
    inspect(page, f"{owner.base}/console/policies/", "policies")
    page.get_by_role("link", name=HOSTILE).click()
    inspect(page, page.url, "policy")
    inspect(page, f"{page.url}remove/", "policy-remove")


def test_policies_are_moved_by_the_keyboard_alone(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Policies", exact=True)).to_be_visible()
    _tab_to(page, "Move P1 down")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Move P1 down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Move P1 up")).to_be_focused()
    assert [one.inner_text() for one in page.locator(".pol h3").all()] == ["P2", "P3", "P1"]


def _tab_to(page: Page, label: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == label:
            return
    raise AssertionError(f"Tab never came to “{label}”.")
