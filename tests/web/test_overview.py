"""The overview in a browser: from a figure to the logins behind it."""

import pytest
from playwright.sync_api import expect

from tests.web.test_log import HOUSE, log_in
from tests.web.visit import Owner, inspect, inspect_as_it_is

pytestmark = pytest.mark.real

OTHER = "The VPN of a branch that has a name which is longer than a line"


def test_a_figure_leads_to_its_logins(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    log_in(owner)
    log_in(owner, "nobody-of-ours")
    page = owner.open("/console/")
    expect(page.get_by_text("Everything answers.")).to_be_visible()
    expect(page.get_by_text(f"RADIUS on 127.0.0.1:{owner.house.port}")).to_be_visible()
    inspect(page, page.url, "overview")
    page.get_by_text("Show as a table").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Logins by the hour")).to_be_visible()
    page.get_by_role("link", name="30 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?range=30d")
    inspect(page, page.url, "overview-30d")
    page.get_by_role("link", name="Wrong code").click()
    expect(page.get_by_role("heading", name="Live log")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_test_login_is_sent_from_here(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/")
    page.get_by_role("link", name="Send a test login").click()
    expect(page.get_by_role("heading", name="Test login at Office VPN")).to_be_visible()
    owner.house.configure(HOUSE.replace("Office VPN", OTHER).replace("192.0.2.1", "192.0.2.2"))
    page = owner.open("/console/")
    page.get_by_role("button", name="Send a test login").click()
    expect(page.get_by_role("link", name=OTHER, exact=True)).to_be_visible()
    inspect_as_it_is(page, "overview-test-login")
    page.get_by_role("link", name=OTHER, exact=True).click()
    expect(page.get_by_role("heading", name=f"Test login at {OTHER}")).to_be_visible()


def test_the_web_alone_tells_of_radius_elsewhere(owner: Owner) -> None:
    """Web and RADIUS may be two processes, or two machines: each reports to the database."""
    house = owner.house
    assert house.stop() == 0
    house.start("--only", "web")
    page = owner.open("/console/")
    expect(page.get_by_text("reported just now")).to_be_visible()
    expect(page.get_by_text("RADIUS on")).to_have_count(0)
    assert ", web" in page.locator(".health").inner_text()
