"""The console by keys alone: the palette, the list of keys, the rows, the panel."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.visit import Owner

pytestmark = pytest.mark.real

HOUSE = """
groups:
  - {name: VPN_Group, members: [ann, bob]}
users:
  - {login: ann, name: Ann Lindqvist, email: ann@example.com}
  - {login: bob, name: Bob Okafor, email: bob@example.com}
"""


@pytest.fixture
def people(owner: Owner) -> Page:
    owner.house.configure(HOUSE)
    return owner.open("/console/users/")


def search(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or jump to").fill(text)


def test_the_palette_leads_to_a_person_by_any_part_of_the_name(people: Page) -> None:
    page = people
    search(page, "okaf")
    chosen = page.get_by_role("option", name="Bob Okafor, bob")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_have_attribute(
        "aria-activedescendant", chosen.get_attribute("id") or ""
    )
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary").get_by_role("heading", name="Bob Okafor")).to_be_visible()


def test_the_palette_moves_by_arrows_and_says_what_it_does_not_find(people: Page) -> None:
    page = people
    search(page, "o")
    first = page.locator(".palette [aria-selected]").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator(".palette [aria-selected]").count() == 1
    assert page.locator(".palette [aria-selected]").inner_text() != first
    page.get_by_role("combobox", name="Search or jump to").fill("zzzz")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_hidden()


def test_the_palette_says_that_one_is_signed_out(people: Page) -> None:
    page = people
    page.context.clear_cookies()
    search(page, "okaf")
    expect(page.get_by_text("You are signed out: load the page again.")).to_be_visible()


def test_keys_lead_through_rows_panel_and_pages(people: Page) -> None:
    page = people
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary").get_by_role("heading", name="Ann Lindqvist")
    expect(panel).to_be_visible()
    page.get_by_role("button", name="What to do with Ann Lindqvist").press("Enter")
    expect(page.get_by_role("link", name="Temporary bypass code")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Temporary bypass code")).to_be_hidden()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Groups")).to_be_visible()
