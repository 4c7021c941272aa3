"""What people do in a browser, in their words; and what must hold of every page."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.scenarios.codes import totp
from tests.scenarios.house import House

PASSWORD = "four words without reason"
SCREENS = os.environ.get("SECONDGATE_SCREENS")
# A colour that still fades in has a contrast that nobody reads, and axe would measure it.
SETTLED = "Promise.all(document.getAnimations().map(animation => animation.finished))"
LOOKS = [("light", 1280), ("dark", 1280), ("light", 375), ("dark", 375)]


def fill(page: Page, **values: str) -> None:
    """Fill the fields of these labels, in which `_` stands for a space."""
    for label, value in values.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(value)


@dataclass
class Owner:
    """Somebody who is signed in at `page`, and the seed of their authenticator app."""

    page: Page
    house: House
    seed: str
    login: str = "olive"
    password: str = PASSWORD
    used: int = 0  # the newest step of which a code was shown

    @property
    def base(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.house.web}"

    def open(self, path: str) -> Page:
        """Open a page of the console or the portal."""
        self.page.goto(f"{self.base}{path}")
        return self.page

    def code(self) -> str:
        """Return a code that was not used: after the one of now that of the next step, as drift allows."""
        while (now := int(time.time()) // 30) < self.used:
            self.page.wait_for_timeout(200)  # both are used: the clock must go on
        self.used = max(now, self.used + 1)
        return totp(self.seed, steps=self.used - int(time.time()) // 30)


def first_run(page: Page, house: House, link: str) -> Owner:
    """Follow the owner link to a signed-in owner with an authenticator app."""
    page.goto(link)
    fill(page, Your_name="Olive Winter", Email="olive@example.com", Login_name="olive", Password=PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Add an authenticator app")).to_be_visible()
    seed = page.locator("code.seed").inner_text().replace(" ", "")
    owner = Owner(page, house, seed)
    page.get_by_label("The 6 digits that it shows now").fill(owner.code())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("heading", name="Welcome, Olive Winter")).to_be_visible()
    return owner


def sign_in(owner: Owner) -> None:
    """Go in by name, password and code."""
    page = owner.open("/portal/sign-in/")
    page.get_by_label("Name or email").fill(owner.login)
    page.get_by_label("Password").fill(owner.password)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(owner.code())
    page.get_by_role("button", name="Sign in").click()


def inspect(page: Page, address: str, name: str) -> None:
    """Look at a page in both themes, wide and as on a phone: it fits, axe finds nothing, its picture is kept."""
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        _examine(page, name, theme, width)


def inspect_as_it_is(page: Page, name: str) -> None:
    """Look in the same way at a page that no address leads to: the answer to a form."""
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        _examine(page, name, theme, width)
    page.set_viewport_size({"width": 1280, "height": 800})


def _examine(page: Page, name: str, theme: str, width: int) -> None:
    page.evaluate(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, theme, width)
    found = Axe().run(page).response["violations"]
    said = [(violation["id"], [node["html"][:200] for node in violation["nodes"]]) for violation in found]
    if SCREENS:
        Path(SCREENS).mkdir(exist_ok=True)
        # The caret as it is: to hide it, Playwright adds a style that the page's policy refuses.
        page.screenshot(path=f"{SCREENS}/{name}-{theme}-{width}.png", full_page=True, caret="initial")
    assert said == [], (name, theme, width)
