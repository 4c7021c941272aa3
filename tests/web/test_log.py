"""The live log in a browser: rows as they come, pause, panel, keys."""

from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.web.visit import Owner, inspect

pytestmark = pytest.mark.real

HOUSE = """
applications:
  - {name: Office VPN, kind: radius, clients: [192.0.2.1], secret: a secret of the test}
users:
  - {login: ann, password: a password of ann, authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]}
policies:
  - {name: Everyone, application: Office VPN, login: second-factor-only, methods: [totp]}
"""


def log_in(owner: Owner, login: str = "ann", typed: str = "000000") -> None:
    owner.house.command("try", "--application", "Office VPN", "--user", login, "--password", typed)


def test_rows_come_by_themselves_and_wait_while_paused(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/log/")
    expect(page.locator("[data-live]")).to_have_text("Live")
    log_in(owner)
    expect(page.locator("tbody tr").first).to_contain_text("Wrong code")
    page.keyboard.press("Space")
    expect(page.locator("[data-live]")).to_have_text("Paused")
    log_in(owner, "nobody-of-ours")
    expect(page.get_by_role("button", name="Show 1 new entry")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("Wrong code")
    page.keyboard.press("Space")
    expect(page.locator("tbody tr").first).to_contain_text("Unknown user")

    page.keyboard.press("j")  # by keys alone: the row, its panel, and back
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("It counts toward the wait after wrong tries.")).to_be_visible()
    expect(panel.get_by_text("Refused, with “Sign-in failed.")).to_be_visible()
    inspect(page, page.url, "log-panel")
    page.goto(f"{owner.base}/console/log/?reason=wrong-code&event=1")
    page.keyboard.press("Escape")
    page.wait_for_url("**/console/log/?reason=wrong-code")
    expect(page.locator("tbody tr")).to_have_count(1)
    log_in(owner, "nobody-of-ours")
    log_in(owner, typed="111111")
    expect(page.locator("tbody tr")).to_have_count(2)  # only what fits comes in
    inspect(page, f"{owner.base}/console/log/", "log")


def test_a_stream_resumes_and_does_not_hold_up_the_end(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    log_in(owner)
    log_in(owner, "nobody-of-ours")
    first, second = [event["id"] for event in owner.house.events(event="login.refused")]
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in owner.page.context.cookies())
    owner.open("/healthz/live")
    headers = {"Cookie": cookie, "Last-Event-ID": str(first)}
    stream = urlopen(Request(f"{owner.base}/console/log/stream/?outcome=refused&after=0", headers=headers))
    assert stream.headers["Cache-Control"].startswith("no-cache")
    lines = iter(lambda: stream.readline().decode().strip(), None)
    assert next(line for line in lines if line.startswith("id:")) == f"id: {second}"
    assert owner.house.stop() == 0
    assert stream.read().decode().endswith("\n")  # ended, not cut off


def test_a_stream_ends_with_the_session(owner: Owner) -> None:
    page = owner.open("/console/log/")
    expect(page.locator("[data-live]")).to_have_text("Live")
    other = page.context.new_page()
    other.goto(f"{owner.base}/portal/")
    other.evaluate("document.cookie")
    owner_form = other.locator('form[action="/portal/sign-out/"] button')
    owner_form.first.evaluate("button => button.form.submit()")
    expect(page.locator("[data-live]")).to_contain_text("Ended: you are signed out", timeout=15_000)


def test_without_a_script_it_is_a_page(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    log_in(owner)
    state = owner.page.context.storage_state()
    browser = owner.page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{owner.base}/console/log/")
    expect(page.locator("tbody").get_by_text("Wrong code")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.get_by_role("link", name="ann", exact=True).first.click()
    expect(page.get_by_role("complementary")).to_be_visible()
    context.close()
