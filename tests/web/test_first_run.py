"""From the one-time link to the owner, signed in with two factors."""

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.house import House
from tests.web.visit import PASSWORD, Owner, fill, first_run, inspect

pytestmark = pytest.mark.real


def test_the_link_makes_the_owner_once(page: Page, open_house: House, link: str) -> None:
    first_run(page, open_house, link)
    expect(page.get_by_text("0 of 5")).to_be_visible()
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


def test_a_wrong_first_code_enrols_nothing(page: Page, open_house: House, link: str) -> None:
    page.goto(link)
    fill(page, Your_name="Olive", Email="o@example.com", Login_name="olive", Password=PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    seed = page.locator("code.seed").inner_text()
    page.get_by_label("The 6 digits that it shows now").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("That is not the code that it should show now.")).to_be_visible()
    assert page.locator("code.seed").inner_text() == seed  # the app has it already
    page.goto(f"http://127.0.0.1:{open_house.web}/console/")
    expect(page.get_by_text("The console takes two factors.")).to_be_visible()
    assert not open_house.events(event="authenticator.created")


def test_the_door_s_pages_fit_and_are_accessible(page: Page, open_house: House, link: str) -> None:
    base = f"http://127.0.0.1:{open_house.web}"
    inspect(page, link, "welcome")
    inspect(page, f"{base}/console/welcome/x/", "spent")
    inspect(page, f"{base}/console/", "sign-in")


def test_the_first_pages_fit_and_are_accessible(owner: Owner) -> None:
    for path, name in {
        "/console/setup/": "setup",
        "/console/": "overview",
        "/console/administrators/": "administrators",
        "/console/administrators/new/": "administrators-new",
        "/portal/": "portal",
        "/portal/add/totp/": "add-totp",
        "/portal/sessions/": "sessions",
        "/portal/confirm/": "confirm",
    }.items():
        inspect(owner.page, f"{owner.base}{path}", name)


def test_health_is_said_without_a_session(open_house: House) -> None:
    assert open_house.get("/healthz/live") == (200, '{"live": true}\n')
    assert open_house.ready() is True
    assert (open_house.get("/metrics") or (0, ""))[0] == 200
    assert (open_house.get("/nowhere/") or (0, ""))[0] == 404


def test_metrics_are_not_for_whom_a_proxy_brings(open_house: House) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    address = f"http://127.0.0.1:{open_house.web}/metrics"
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(address, headers={"X-Forwarded-For": "203.0.113.7"}))
    assert caught.value.code == 403
    assert "/metrics is not for 203.0.113.7" in caught.value.read().decode()


def test_a_form_without_its_token_is_refused(open_house: House, link: str) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    with pytest.raises(HTTPError) as caught:
        urlopen(Request(link, data=b"name=x", method="POST"))
    assert caught.value.code == 403
    assert "Nothing has been changed" in caught.value.read().decode()
    assert not open_house.events(event="owner.created")
