"""Users and groups in a browser: found, helped, and told what will happen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.codes import totp
from tests.web.visit import Owner, fill, inspect, inspect_as_it_is

pytestmark = pytest.mark.real

HOSTILE = (
    '<script>alert(1)</script> "q" \u202eevil 🐈 and a name that is far too long for one line of any table'
)
HOUSE = f"""
groups:
  - {{name: VPN_Group, members: [ann, bob]}}
  - {{name: Contractors}}
users:
  - {{login: ann, name: Ann Berg, email: ann@example.com, password: ann-has-a-password}}
  - {{login: bob, name: '{HOSTILE}', email: bob@example.com}}
  - {{login: cid, name: Chiara Moretti, enabled: false}}
applications:
  - {{name: VPN, kind: radius, clients: [10.0.0.1], secret: secret-of-a-test}}
policies:
  - {{name: VPN for staff, application: VPN, groups: [VPN_Group], login: second-factor-only, methods: [totp]}}
"""


def panel_of(owner: Owner, name: str) -> Page:
    page = owner.open("/console/users/")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("complementary").get_by_role("heading", name=name)).to_be_visible()
    return page


def test_somebody_is_added_helped_and_disabled(owner: Owner) -> None:
    page = owner.open("/console/users/")
    page.get_by_role("link", name="Add user").click()
    fill(page, Login_name="dev", Name_optional="Dev Patel", Email_optional="nowhere")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    page.get_by_label("Email").fill("dev@example.com")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_text("Dev Patel was added.")).to_be_visible()

    page.get_by_role("complementary").get_by_role("link", name="Add an authenticator", exact=True).click()
    seed = page.locator("code.seed").inner_text().replace(" ", "")
    page.get_by_label("The 6 digits that it shows now").fill(totp(seed))
    page.get_by_role("button", name="Confirm the code").click()
    expect(page.get_by_text("Authenticator app is ready.")).to_be_visible()

    page.get_by_role("button", name="What to do with Dev Patel").click()
    page.get_by_role("link", name="Temporary bypass code").click()
    page.get_by_label("Reason").fill("Known by voice")
    page.get_by_role("button", name="Make the code").click()
    expect(page.locator(".codes code")).to_have_text(re.compile("^[a-z0-9]{4}-[a-z0-9]{4}$"))
    page.get_by_role("link", name="They have it").click()

    page.get_by_role("link", name="Close, Esc").click()
    page.get_by_label("Select Dev Patel").check()
    page.get_by_role("button", name="Disable …").click()
    page.get_by_role("button", name="Disable Dev Patel").click()
    expect(page.get_by_text("Dev Patel is disabled: no login of theirs is accepted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Dev Patel is enabled.")).to_be_visible()


def test_the_keyboard_finds_opens_and_closes(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/users/")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").first.locator(":focus")).to_be_visible()
    page.get_by_role("searchbox", name="Find people").focus()
    page.keyboard.type("moretti")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ann Berg")).to_have_count(0)
    page.get_by_role("link", name="Chiara Moretti").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_be_visible()
    page.get_by_role("heading", name="Chiara Moretti").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_have_count(0)
    expect(page.get_by_role("searchbox", name="Find people")).to_have_value("moretti")


MANY = (
    "groups:\n"
    + "".join(f"  - {{name: Team {number:03}}}\n" for number in range(499))
    + "  - {name: 'VPN of all who are at the branch with a name that is longer than one column', members: [dev]}\n"
    + "users:\n  - {login: dev, name: Dev Patel}\n"
)


def test_groups_are_chosen_also_among_hundreds_and_without_a_script(owner: Owner) -> None:
    owner.house.configure(MANY)
    page = panel_of(owner, "Dev Patel")
    page.get_by_role("complementary").get_by_role("link", name="Change", exact=True).click()
    narrow = page.get_by_role("searchbox", name="Narrow the groups")
    expect(page.get_by_role("checkbox")).to_have_count(500)
    inspect(page, page.url, "users-groups-many")
    narrow.fill("TEAM 04")
    expect(page.get_by_role("checkbox")).to_have_count(11)  # and the one that is chosen
    narrow.press("Enter")  # sends nothing
    page.get_by_label("Team 042").check()
    narrow.fill("nobody's")
    expect(page.get_by_text("No group of the list is called so.")).to_be_visible()
    inspect_as_it_is(page, "users-groups-narrowed")
    page.get_by_role("button", name="Save the groups").click()
    expect(page.get_by_role("complementary").locator("a.tag")).to_have_text(
        ["Team 042", re.compile("^VPN of")]
    )

    browser, state = page.context.browser, page.context.storage_state()
    assert browser
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(page.url)
    plain.get_by_role("complementary").get_by_role("link", name="Change", exact=True).click()
    expect(plain.get_by_role("searchbox", name="Narrow the groups")).to_be_hidden()
    plain.get_by_label("Team 042").uncheck()
    plain.get_by_label("Team 498").check()
    plain.get_by_role("button", name="Save the groups").click()
    expect(plain.get_by_role("complementary").locator("a.tag")).to_have_text(
        ["Team 498", re.compile("^VPN of")]
    )
    context.close()


def test_on_a_phone_the_filters_are_one_line_with_the_search(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = owner.open("/console/users/")
    expect(page.get_by_label("Group", exact=True)).to_be_visible()  # a wide window has room for all
    expect(page.get_by_role("button", name="Filters")).to_be_hidden()
    page.set_viewport_size({"width": 375, "height": 800})
    expect(page.get_by_label("Group", exact=True)).to_be_hidden()
    find, fold = page.get_by_role("searchbox", name="Find people"), page.get_by_role("button", name="Filters")
    assert abs(find.bounding_box()["y"] - fold.bounding_box()["y"]) < 5  # type: ignore[index]
    find.fill("moretti")
    find.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    find.fill("")
    fold.click()
    inspect_as_it_is(page, "users-filters-open")
    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_label("Group", exact=True).select_option("VPN_Group")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Filters 1 set")).to_be_visible()
    inspect(page, page.url, "users-filtered")
    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_role("button", name="Filters 1 set").click()
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator("tbody tr")).to_have_count(4)


def test_the_pages_fit_and_are_accessible(owner: Owner) -> None:
    owner.house.configure(HOUSE)
    page = panel_of(owner, "Ann Berg")
    ann = page.url.partition("panel=")[2]
    with_ann = f"/console/users/{ann}"
    page.goto(f"{owner.base}{with_ann}/totp/")
    page.get_by_role("button", name="Hand over unproven").click()
    page.goto(f"{owner.base}{with_ann}/bypass/")
    page.get_by_label("Reason").fill("Known by voice")
    page.get_by_role("button", name="Make the code").click()
    owner.house.command("try", "--application", "VPN", "--user", "ann", "--password", "000000")
    group = owner.open("/console/groups/").get_by_role("link", name="VPN_Group").get_attribute("href")
    boxes = owner.open("/console/users/").locator("tbody .box")
    bare = page.get_by_role("link", name="Chiara Moretti").get_attribute("href")
    query = "&".join(f"user={boxes.nth(at).get_attribute('value')}" for at in range(boxes.count()))
    for path, name in {
        "/console/users/": "users",
        f"/console/users/?panel={ann}": "users-panel",
        f"/console/users/{bare}": "users-panel-bare",
        "/console/users/?q=nobody": "users-none",
        "/console/users/new/": "users-new",
        f"{with_ann}/edit/": "users-edit",
        f"{with_ann}/groups/": "users-groups",
        f"{with_ann}/remove/": "users-remove",
        f"{with_ann}/totp/": "users-totp",
        f"{with_ann}/bypass/": "users-bypass",
        f"/console/users/bulk/join/?{query}": "users-bulk",
        "/console/groups/": "groups",
        f"{group}": "groups-one",
        f"{group}add/": "groups-add",
        f"{group}remove/": "groups-remove",
    }.items():
        inspect(page, f"{owner.base}{path}", name)
    page.goto(f"{owner.base}{with_ann}/codes/")
    page.get_by_role("button", name="Make ten codes").click()
    expect(page.locator(".codes code")).to_have_count(10)
