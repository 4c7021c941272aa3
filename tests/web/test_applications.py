"""From the choice of a kind to the first accepted login, by clicking and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.web.visit import Owner, inspect, inspect_as_it_is

pytestmark = pytest.mark.real

SEED = new_seed()
OFFICE = f"""
groups:
  - {{name: Office, members: [ann]}}
users:
  - {{login: ann, authenticators: [{{method: totp, secret: {SEED}}}]}}
policies:
  - {{name: WorkSpaces MFA, application: Amazon WorkSpaces, login: second-factor-only, methods: [totp]}}
"""


def test_workspaces_from_the_kind_to_the_first_login(owner: Owner) -> None:
    page = owner.open("/console/applications/")
    inspect(page, page.url, "applications-empty")
    page.get_by_role("link", name="Add application").click()
    inspect(page, page.url, "applications-kinds")
    page.get_by_role("link", name="Amazon WorkSpaces").click()
    inspect(page, page.url, "applications-add")
    page.get_by_label("Packets come from").fill("127.0.5.300")
    page.get_by_role("button", name="Save, and show").click()
    expect(page.get_by_text("Line 1: “127.0.5.300” is no address or network")).to_be_visible()
    page.get_by_label("Packets come from").fill("127.0.5.1")
    page.get_by_role("button", name="Save, and show").click()
    secret = page.locator(".secret code").inner_text()
    expect(page.get_by_text("Nothing has arrived yet")).to_be_visible()
    address = page.url

    # The page lives: what follows shows without a reload. First a stranger, then another secret.
    with Client(owner.house.port, secret.encode(), "127.0.5.2") as stranger:
        assert stranger.is_silent(stranger.request("fakeusername", "000000")[1])
    expect(page.get_by_text("Packets come from 127.0.5.2")).to_be_visible()
    assert secret in page.content(), "the secret stays on the page while the rest of it lives"
    with Client(owner.house.port, b"another secret", "127.0.5.1") as wrong:
        assert wrong.is_silent(wrong.request("fakeusername", "000000")[1])
    expect(page.get_by_text("The shared secret over there is most likely another one")).to_be_visible()
    inspect(page, address, "applications-one-wrong")
    page.get_by_role("button", name="Add 127.0.5.2 to this application").click()
    expect(page.get_by_text("127.0.5.2 belongs to Amazon WorkSpaces now.")).to_be_visible()

    owner.house.configure(OFFICE)
    with Client(owner.house.port, secret.encode(), "127.0.5.1") as directory:
        directory.ask("fakeusername", "000000")
        expect(page.get_by_text("The way is open")).to_be_visible()
        directory.ask("ann", totp(SEED))
    expect(page.get_by_text("A login was accepted")).to_be_visible()
    inspect(page, address, "applications-one-works")
    inspect(page, f"{owner.base}/console/applications/", "applications")
    for name in ("edit", "secret", "remove"):
        inspect(page, f"{address}{name}/", f"applications-{name}")


def test_what_an_application_is_told_is_added_by_a_button(owner: Owner) -> None:
    page = owner.open("/console/applications/new/cisco-asa/")
    page.get_by_label("Name", exact=True).fill("Edge")
    page.get_by_label("Packets come from").fill("127.0.5.9")
    page.get_by_label("Reply attributes").fill("Class={login}")
    page.get_by_role("button", name="Add ASA-Group-Policy={group}").click()
    expect(page.get_by_label("Reply attributes")).to_have_value("Class={login}\nASA-Group-Policy={group}")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Edge")
    expect(page.get_by_role("definition").filter(has_text="VPN users")).to_be_visible()
    expect(page.get_by_role("button", name="Add ASA-Group-Policy={group}")).to_have_count(0)
    inspect_as_it_is(page, "applications-add-told")
    page.get_by_role("button", name="Save, and show").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Separator").fill("+")
    page.get_by_label("Asks a second question").uncheck()
    page.get_by_role("button", name="Add Session-Timeout=28800").click()
    expect(page.get_by_label("Separator")).to_have_value("+")
    expect(page.get_by_label("Asks a second question")).not_to_be_checked()
    inspect_as_it_is(page, "applications-edit-told")
    page.get_by_label("Name", exact=True).press("Enter")  # saves, and adds nothing
    expect(page.get_by_text("Edge is saved.")).to_be_visible()
    exported = owner.house.command("export").stdout
    assert "Session-Timeout=28800" in exported
    assert "Filter-Id" not in exported


def test_a_test_login_shows_its_trail(owner: Owner) -> None:
    owner.house.configure(
        OFFICE + "applications:\n  - {name: Amazon WorkSpaces, kind: aws-workspaces, clients: [10.0.1.10], "
        "secret: secret-of-a-browser-test}\n"
    )
    page = owner.open("/console/applications/")
    page.get_by_role("link", name="Amazon WorkSpaces").click()
    page.get_by_role("link", name="Send a test login").click()
    page.get_by_label("Login name").fill("ann")
    page.get_by_label("Password or code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The code fits no authenticator of ann.")).to_be_visible()
    page.get_by_label("Password or code").fill(totp(SEED))
    page.keyboard.press("Enter")
    expect(page.get_by_text("would have let this person in")).to_be_visible()
    expect(page.locator(".trail li")).to_have_count(6)
    inspect_as_it_is(page, "applications-tested")
    inspect(page, page.url, "applications-test")
    assert owner.house.last_login()["client"] == "secondgate try"


def test_an_application_is_added_with_the_keyboard_alone(owner: Owner) -> None:
    page = owner.open("/console/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Applications", exact=True)).to_be_visible()
    page.get_by_role("link", name="Add application").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Find a kind")).to_be_visible()
    page.get_by_label("Find a kind").focus()
    page.keyboard.type("fortinet")
    page.keyboard.press("Enter")
    expect(page.locator("a.kind")).to_have_count(1)
    page.locator("a.kind").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Add FortiGate")).to_be_visible()
    page.get_by_label("Packets come from").focus()
    page.keyboard.type("192.0.2.14")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Save, and show"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("The shared secret, shown this once")).to_be_visible()
    expect(page.get_by_text("config user radius").first).to_be_visible()


def test_what_a_stranger_sends_is_readable_beside_many_buttons(owner: Owner) -> None:
    names = [
        "Office VPN",
        "AnyConnect",
        "A gateway with a name that is quite a bit longer than that of others",
    ]
    owner.house.configure(
        "applications:\n"
        + "".join(
            f"  - {{name: {name}, kind: radius, clients: [127.0.6.{number}], secret: the-same-everywhere}}\n"
            for number, name in enumerate(names, 1)
        )
    )
    with Client(owner.house.port, b"the-same-everywhere", "127.0.6.9") as stranger:
        assert stranger.is_silent(stranger.request("fakeusername", "000000")[1])
    address = f"{owner.base}/console/applications/"
    inspect(owner.page, address, "applications-stranger")
    owner.page.set_viewport_size({"width": 1280, "height": 800})
    said = owner.page.get_by_text("They come from an address that no application lists").bounding_box()
    assert owner.page.get_by_role("button", name="Add 127.0.6.9 to").count() == len(names)
    assert said
    assert said["width"] > 400, "the buttons push the sentence together"
    for number in range(10, 13):
        with Client(owner.house.port, b"nobody's secret", f"127.0.6.{number}") as stranger:
            assert stranger.is_silent(stranger.request("fakeusername", "000000")[1])
    inspect(owner.page, address, "applications-strangers")
    owner.page.get_by_text("Show each, with what to do").click()
    inspect_as_it_is(owner.page, "applications-strangers-each")
    owner.page.get_by_role("button", name="Add 127.0.6.9 to Office VPN").click()
    expect(owner.page.get_by_text("127.0.6.9 belongs to Office VPN now.")).to_be_visible()
    owner.page.goto(address)
    expect(owner.page.get_by_text("Packets from 3 addresses get no answer")).to_be_visible()
