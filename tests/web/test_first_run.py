"""From the one-time link to the owner account."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.scenarios.house import House

pytestmark = pytest.mark.real

SCREENS = os.environ.get("SECONDGATE_SCREENS")
# A colour that still fades in has a contrast that nobody reads, and axe would measure it.
SETTLED = "Promise.all(document.getAnimations().map(animation => animation.finished))"
PASSWORD = "four words without reason"


def fill(page: Page, **values: str) -> None:
    for label, value in values.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(value)


def test_the_link_makes_the_owner_once(page: Page, open_house: House, link: str) -> None:
    page.goto(link)
    fill(page, Your_name="Olive Winter", Email="olive@example.com", Login_name="olive", Password=PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Set up")).to_be_visible()
    expect(page.get_by_text("1 of 5")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link is spent")).to_be_visible()
    events = open_house.events(event="owner.created")
    assert len(events) == 1
    assert PASSWORD not in open_house.command("events", "--json").stdout
    assert open_house.command("owner-link").returncode == 1


def test_a_mistake_is_said_at_its_field_and_what_was_typed_stays(page: Page, link: str) -> None:
    page.goto(link)
    hostile = "<script>alert(1)</script> \u202eevil “quoted”"
    fill(page, Your_name=hostile, Email="nowhere", Login_name="a b", Password="short")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text("Too short: 5 characters, 12 are needed.")).to_be_visible()
    expect(page.get_by_text("A login name has no spaces")).to_be_visible()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    assert page.get_by_label("Your name").input_value() == hostile


def test_a_new_link_voids_the_one_before(page: Page, open_house: House, link: str) -> None:
    new = open_house.command("owner-link").stdout.strip()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link is spent")).to_be_visible()
    page.goto(new)
    expect(page.get_by_role("heading", name="Create the owner account")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_every_page_fits_and_is_accessible(
    page: Page, open_house: House, link: str, theme: str, width: int
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    base = f"http://127.0.0.1:{open_house.web}"
    pages = {"welcome": link, "spent": f"{base}/console/welcome/x/", "closed": f"{base}/console/",
             "setup": f"{base}/console/setup/", "portal": f"{base}/"}  # fmt: skip
    for name, address in pages.items():
        page.goto(address)
        page.evaluate(SETTLED)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        found = Axe().run(page).response["violations"]
        assert [(name, violation["id"], violation["nodes"]) for violation in found] == []
        if SCREENS:
            Path(SCREENS).mkdir(exist_ok=True)
            page.screenshot(path=f"{SCREENS}/{name}-{theme}-{width}.png", full_page=True)


def test_health_is_said_without_a_session(open_house: House) -> None:
    assert open_house.get("/healthz/live") == (200, '{"live": true}\n')
    assert open_house.ready() is True
    assert (open_house.get("/metrics") or (0, ""))[0] == 200
    assert (open_house.get("/nowhere/") or (0, ""))[0] == 404


def test_a_form_without_its_token_is_refused(open_house: House, link: str) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    with pytest.raises(HTTPError) as caught:
        urlopen(Request(link, data=b"name=x", method="POST"))
    assert caught.value.code == 403
    assert not open_house.events(event="owner.created")
