"""A passkey in Chromium, by its virtual authenticator: made, signed in with, confirmed with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.scenarios.house import House
from tests.scenarios.ports import free_udp_port
from tests.web.conftest import owner_link
from tests.web.visit import PASSWORD, Owner, first_run, inspect

pytestmark = pytest.mark.real


@pytest.fixture
def named_house(tmp_path: Path) -> Iterator[House]:
    """A house that is reached by a name: no address of numbers can have passkeys."""
    port = free_udp_port()
    house = House(tmp_path, environment={"SECONDGATE_BASE_URL": f"http://localhost:{port}"}, web=port)
    yield house.start()
    house.stop()


def security_key(page: Page) -> tuple[CDPSession, str]:
    """Plug a security key in; it is touched by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


def password_step(owner: Owner) -> None:
    owner.page.context.clear_cookies()
    page = owner.open("/portal/sign-in/")
    page.get_by_label("Name or email").fill("olive")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Now the second factor")).to_be_visible()


class Named(Owner):
    """The owner of a house that has a name."""

    @property
    def base(self) -> str:
        """Where the server is."""
        return f"http://localhost:{self.house.web}"


def test_a_passkey_is_made_and_signs_in_and_confirms(page: Page, named_house: House) -> None:
    first = first_run(page, named_house, owner_link(named_house))
    owner = Named(page, named_house, first.seed, used=first.used)
    session, key = security_key(page)
    page = owner.open("/portal/")
    page.get_by_role("link", name="Passkey").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    inspect(page, page.url, "add-passkey")
    page.get_by_label("What to call it").fill("Key of Olive")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Key of Olive is ready.")).to_be_visible()

    password_step(owner)
    inspect(page, page.url, "code-passkey")
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("heading", name="Hello Olive Winter")).to_be_visible()
    [login] = named_house.events(event="login.accepted")
    assert "passkey" in str(login["facts"]["trail"])
    counted = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["signCount"]
    assert counted > 1

    owner.open("/portal/confirm/?next=/console/settings/")
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert owner.open("/console/").get_by_role("heading").first.is_visible()

    # A copy of the key lags behind: its counter goes back.
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]
    session.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    session.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": {**kept, "signCount": 1}})
    password_step(owner)
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("heading", name="Once more, from the start")).to_be_visible()
    assert named_house.events(event="login.refused")[-1]["reason"] == "code-used"


def test_a_key_that_is_not_there_says_so_and_the_code_still_works(page: Page, named_house: House) -> None:
    first = first_run(page, named_house, owner_link(named_house))
    owner = Named(page, named_house, first.seed, used=first.used)
    session, key = security_key(page)
    owner.open("/portal/add/passkey/").get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Passkey is ready.")).to_be_visible()
    owner.open("/portal/add/passkey/").get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("This key is enrolled already.")).to_be_visible()
    session.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    password_step(owner)
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_text("Nothing was signed")).to_be_visible()
    page.get_by_label("Code").fill(owner.code())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Hello Olive Winter")).to_be_visible()


def test_an_address_of_numbers_says_why_there_are_none(owner: Owner) -> None:
    page = owner.open("/portal/add/passkey/")
    expect(page.get_by_text("this server is reached by an address of numbers")).to_be_visible()
    inspect(page, page.url, "add-passkey-not-here")
