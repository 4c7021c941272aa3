"""In and out by the login decision: what is refused, what is recorded, what the browser keeps."""

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.codes import wrong_code
from tests.web.visit import Owner, sign_in

pytestmark = pytest.mark.real

DENIED = "Sign-in failed. Check what you typed, or wait for a new code."


def sign_out(owner: Owner) -> None:
    page = owner.open("/portal/")
    page.get_by_label("your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def first_step(page: Page, login: str, password: str) -> None:
    page.get_by_label("Name or email").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def test_out_and_in_again_leads_back_to_where_one_wanted(owner: Owner):
    sign_out(owner)
    page = owner.open("/console/administrators/")
    first_step(page, owner.login, owner.password)
    page.get_by_label("Code").fill(owner.code())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Administrators")).to_be_visible()
    login = owner.house.last_login()
    assert (login["event"], login["user"], login["application"]) == (
        "login.accepted",
        "olive",
        "Console and portal",
    )
    told = owner.house.command("explain", str(login["id"])).stdout
    assert "The code is that of Authenticator app (totp)." in told


def test_wrong_password_unknown_name_and_wrong_code_look_the_same(owner: Owner):
    sign_out(owner)
    page = owner.page
    for login, password in ((owner.login, "wrong"), ("nobody", owner.password)):
        first_step(page, login, password)
        expect(page.get_by_role("alert")).to_have_text(DENIED)
        assert page.get_by_label("Name or email").input_value() == login
        assert page.get_by_label("Password").input_value() == ""
    first_step(page, owner.login, owner.password)
    page.get_by_label("Code").fill(wrong_code(owner.seed))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(DENIED)
    reasons = [event["reason"] for event in owner.house.events(event="login.refused")]
    assert reasons == ["wrong-password", "unknown-user", "wrong-code"]
    assert owner.open("/console/").url.startswith(f"{owner.base}/portal/sign-in/")


def test_a_used_code_does_not_open_the_door_again(owner: Owner):
    sign_out(owner)
    sign_in(owner)
    code_steps = owner.used
    sign_out(owner)
    first_step(owner.page, owner.login, owner.password)
    owner.used = code_steps - 1  # the very code again
    owner.page.get_by_label("Code").fill(owner.code())
    owner.page.get_by_role("button", name="Sign in").click()
    expect(owner.page.get_by_role("alert")).to_have_text(DENIED)
    assert owner.house.last_login()["reason"] == "code-used"


def test_the_whole_door_by_keyboard(owner: Owner):
    sign_out(owner)
    page = owner.open("/portal/sign-in/")
    page.keyboard.type(owner.login)  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(owner.password)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(owner.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello Olive Winter")).to_be_visible()


def test_signing_in_makes_a_new_session_and_a_stolen_old_one_is_nothing(owner: Owner):
    before = {cookie["name"]: cookie["value"] for cookie in owner.page.context.cookies()}
    sign_out(owner)
    sign_in(owner)
    after = {cookie["name"]: cookie for cookie in owner.page.context.cookies()}
    assert after["secondgate"]["value"] != before["secondgate"]
    assert after["secondgate"]["httpOnly"] and after["secondgate"]["sameSite"] == "Lax"
    owner.page.context.clear_cookies()
    owner.page.context.add_cookies([{"name": "secondgate", "value": before["secondgate"], "url": owner.base}])
    assert owner.open("/console/").url.startswith(f"{owner.base}/portal/sign-in/")


def test_a_proxy_says_where_the_browser_is_and_a_stranger_cannot(owner: Owner):
    def source(house_says: str) -> str:
        owner.house.environment["SECONDGATE_PROXIES"] = house_says
        owner.house.stop()
        owner.house.start()
        context = owner.page.context.browser.new_context(
            extra_http_headers={"X-Forwarded-For": "203.0.113.7"}
        )
        page = context.new_page()
        page.goto(f"{owner.base}/portal/sign-in/")
        first_step(page, "nobody", "nothing")
        expect(page.get_by_role("alert")).to_have_text(DENIED)
        context.close()
        return owner.house.last_login()["source"]

    assert source("127.0.0.1") == "203.0.113.7"
    assert source("192.0.2.1") == "127.0.0.1"
