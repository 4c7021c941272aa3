"""Sessions in a browser: reached from a person and from an application."""

import subprocess
import sys
from os import environ

import pytest
from playwright.sync_api import expect

from tests.web.visit import Owner, inspect

pytestmark = pytest.mark.real

SECRET = "secret-of-a-test"
HOUSE = f"""
users:
  - {{login: ann, name: Ann Berg, email: ann@example.com, password: ann-has-a-password}}
applications:
  - {{name: VPN, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}
"""


def tell(owner: Owner, what: str, session: str, *attributes: str) -> None:
    """Send accounting, as a NAS of a long name does."""
    said = [f"Acct-Session-Id={session}", "NAS-Identifier=gate-of-the-main-office-in-the-north.example.com",
            "Calling-Station-Id=2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", *attributes]  # fmt: skip
    more = [part for one in said for part in ("-a", one)]
    line = [sys.executable, "-m", "secondgate", "radius-client", f"127.0.0.1:{owner.house.port + 1}"]
    done = subprocess.run(
        [*line, "--accounting", what, *more], env={**environ, "RADIUS_SECRET": SECRET}, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_sessions_are_found_from_a_person_and_from_an_application(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    inspect(owner.page, f"{owner.base}/console/sessions/", "sessions-none")
    tell(owner, "start", "one", "User-Name=ann", "Framed-IP-Address=10.9.0.7")
    tell(
        owner, "stop", "two", "User-Name=ann", "Acct-Session-Time=7500", "Acct-Input-Octets=52428800",
        "Acct-Output-Octets=7340032", "Acct-Terminate-Cause=4",
    )  # fmt: skip
    tell(owner, "start", "three", "User-Name=somebody-else", "Acct-Delay-Time=90000")
    page = owner.open("/console/applications/")
    page.get_by_role("link", name="VPN").first.click()
    page.get_by_role("link", name="those it told of").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_text("Not heard of since")).to_be_visible()
    page.get_by_role("link", name="Ann Berg").click()
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("Idle for too long")).to_be_visible()
    ann = page.url
    panel.get_by_role("link", name="All of them").click()
    expect(page.get_by_role("heading", name="Sessions of Ann Berg")).to_be_visible()
    of_ann = page.url
    page.get_by_role("link", name="Show everybody's").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    for address, name in {
        of_ann: "sessions-one", f"{owner.base}/console/sessions/": "sessions", ann: "users-panel-sessions",
    }.items():  # fmt: skip
        inspect(page, address, name)
