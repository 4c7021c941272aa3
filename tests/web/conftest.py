"""A browser, and a house for it to visit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.scenarios.house import House
from tests.web.visit import Owner, first_run

PATIENCE = 30_000  # ms, for whatever a page is waited for: a bound, not a measure; a busy machine needs 10 s
expect.set_options(timeout=PATIENCE)


# Not for the session: while it is open an event loop runs, and the tests of other files want their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield browser
        browser.close()


def watched(browser: Browser) -> Iterator[Page]:
    """Yield a page; whatever the Content-Security-Policy forbids, and any script error, fails the test."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A page that is not there, or is refused, is said by its status: the browser calls that an error too.
    assert [text for text in complaints if "status of 4" not in text] == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that was never here."""
    yield from watched(browser)


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """A house with a server, as `make run` leaves it."""
    house = House(tmp_path)
    yield house.start()
    house.stop()


@pytest.fixture
def link(open_house: House) -> str:
    """The owner link that the server printed."""
    return owner_link(open_house)


def owner_link(house: House) -> str:
    return house.log.read_text().partition("one hour): ")[2].split()[0]


@pytest.fixture
def owner(page: Page, open_house: House, link: str) -> Iterator[Owner]:
    """The owner, signed in with both factors, in a house where nothing has been set up yet."""
    yield first_run(page, open_house, link)
    page.goto("about:blank")  # or the live log would complain when the server stops
