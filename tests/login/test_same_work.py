"""A refusal costs a real directory the same, whoever it is about, by the directory's own count."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async

from secondgate.directories.directory import Account, Checked, Verdict
from secondgate.directories.radius import RadiusDirectory
from secondgate.ledger.ledger import Ledger
from secondgate.login.outcome import Challenge
from secondgate.radius.drops import TWO_PASSWORDS, Drop
from tests.installation import Configure
from tests.login.door import NOW, SEED, Door
from tests.real.slapd import Slapd
from tests.scenarios.people import slapd_home

pytestmark = pytest.mark.real

HOUSE = f"""
applications:
  - {{name: Password, kind: radius, clients: [10.0.0.1], secret: s, directories: [Company LDAP]}}
  - {{name: Asking, kind: fortigate, clients: [10.0.0.2], secret: s, directories: [Company LDAP]}}
  - {{name: Appended, kind: radius, challenge: no, clients: [10.0.0.3], secret: s, directories: [Company LDAP]}}
  - {{name: Code, kind: radius, clients: [10.0.0.4], secret: s, directories: [Company LDAP]}}
  - {{name: Some, kind: radius, clients: [10.0.0.5], secret: s, directories: [Company LDAP]}}
  - {{name: Any, kind: radius, clients: [10.0.0.6], secret: s}}
groups:
  - {{name: Some}}
users:
  - {{login: wanda, directory: Company LDAP, authenticators: [{{method: totp, secret: {SEED}}}]}}
policies:
  - {{name: P1, application: Password, login: password-only}}
  - {{name: P2, application: Asking, login: password-and-second-factor, methods: [totp]}}
  - {{name: P3, application: Appended, login: password-and-second-factor, methods: [totp]}}
  - {{name: P4, application: Code, login: second-factor-only, methods: [totp]}}
  - {{name: P5, application: Some, groups: [Some], login: password-only}}
  - {{name: P6, application: Any, login: password-only}}
"""
PASSWORD = "W4nda-Passw0rd"
WANDA = """dn: uid=wanda,ou=people,dc=example,dc=org
changetype: {}
"""
PERSON = f"""objectClass: inetOrgPerson
uid: wanda
cn: Wanda
sn: Wanda
userPassword: {PASSWORD}
"""


@pytest.fixture
def wanda(slapd: Slapd) -> Iterator[Slapd]:
    """A person of this test's own: wrong passwords lock her."""
    slapd.modify(WANDA.format("add") + PERSON)
    yield slapd
    slapd.modify(WANDA.format("delete"))


@pytest.fixture
async def door(configure: Configure, ledger: Ledger, wanda: Slapd, tmp_path: Path) -> Door:
    """A door to a house where wanda is known; the service account's connection is open."""
    await sync_to_async(configure)(slapd_home(wanda, tmp_path).yaml + HOUSE)
    door = Door(ledger)
    await door.reason("x", name="somebody", application="Password")
    return door


async def cost(
    slapd: Slapd, door: Door, name: str, typed: str | None, **more: str | bytes | Drop
) -> Counter[str]:
    before = await sync_to_async(slapd.operations)()
    await door.reason(typed, name=name, **more)
    return await sync_to_async(slapd.operations)() - before


@pytest.mark.parametrize(
    ("application", "typed", "reason"),
    [
        ("Password", "wrong", "wrong-password"),
        ("Password", "", "nothing-typed"),
        ("Password", None, "unreadable-password"),
        ("Asking", "wrong", "wrong-password"),
        ("Appended", "wrong,123456", "wrong-password"),
        ("Appended", PASSWORD, "second-factor-missing"),
        ("Code", "000000", "wrong-code"),
        ("Some", "wrong", "no-policy"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "{}@example.org", "EXAMPLE.ORG\\{}"])
async def test_a_refusal_asks_as_much_of_the_directory_for_a_person_as_for_nobody(
    slapd: Slapd, door: Door, application: str, typed: str | None, reason: str, form: str
) -> None:
    assert await door.reason(typed, name=form.format("wanda"), application=application) == reason
    known = await cost(slapd, door, form.format("wanda"), typed, application=application)
    unknown = await cost(slapd, door, form.format("nobody"), typed, application=application)
    assert known == unknown
    assert unknown["Search"], "it is the cost of something"


async def test_so_do_an_answer_to_no_question_and_a_password_that_came_in_another_way(
    slapd: Slapd, door: Door
) -> None:
    for more in ({"state": b"made up"}, {"protocol": "MS-CHAPv2"}):
        known = await cost(slapd, door, "wanda", "x", application="Asking", **more)  # type: ignore[arg-type]
        assert known == await cost(slapd, door, "nobody", "x", application="Asking", **more)  # type: ignore[arg-type]


async def test_a_request_by_which_nothing_can_be_decided_asks_nothing_of_anybody(
    slapd: Slapd, door: Door
) -> None:
    for name in ("wanda", "nobody", ""):
        asked = await cost(slapd, door, name, None, application="Password", fault=TWO_PASSWORDS)
        assert asked == Counter(Search=1, Bind=1), "those of the count itself"


async def test_with_several_directories_a_person_costs_their_own_whatever_is_wrong(
    slapd: Slapd, door: Door
) -> None:
    costs = [await cost(slapd, door, "wanda", typed, application="Any") for typed in ("wrong", "", None)]
    assert costs == [costs[0]] * 3
    names = [await cost(slapd, door, f"nobody{number}", "x", application="Any") for number in range(16)]
    assert costs[0] in names, "some of the unknown look like her"
    assert {name["Bind"] for name in names} == {1, 2}, "and some like people of the built-in directory"


async def test_a_wrong_answer_to_a_real_question_asks_no_directory_again(slapd: Slapd, door: Door) -> None:
    asked = await door.login(PASSWORD, name="wanda", application="Asking", at=NOW)
    assert isinstance(asked, Challenge)
    free = await cost(slapd, door, "somebody", "x", application="Asking", source="")
    spent = await cost(slapd, door, "wanda", "000000", application="Asking", state=asked.state)
    assert spent == Counter(Search=1, Bind=1), "those of the count itself"
    assert free > spent


CODES = """
directories:
  - {name: Codes, kind: radius, servers: ["127.0.0.1:9"], secret: s}
applications:
  - {name: Both, kind: radius, challenge: no, clients: [10.0.0.7], secret: s}
policies:
  - {name: P7, application: Both, login: password-and-second-factor, methods: [totp, radius]}
"""


async def test_each_refusal_asks_the_server_that_checks_codes_once(
    slapd: Slapd, door: Door, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the time that it takes would tell that the password was right, or that nobody is called so."""
    await sync_to_async(configure)(CODES)
    asked: list[str] = []

    async def no(_server: RadiusDirectory, account: Account, _text: str) -> Checked:
        asked.append(account.login)
        return Checked(Verdict.WRONG_PASSWORD)

    monkeypatch.setattr(RadiusDirectory, "check_password", no)
    monkeypatch.setattr(RadiusDirectory, "check_code", no)
    typed = [f"{PASSWORD},000000", "wrong,000000", PASSWORD, ""]
    nobodies = [(f"nobody{number}", "x,000000") for number in range(16)]
    costs = []
    for name, text in (*(("wanda", one) for one in typed), *nobodies):
        asked.clear()
        costs.append(await cost(slapd, door, name, text, application="Both"))
        assert len(asked) == 1, (name, text)
    hers = [one["Bind"] for one in costs[: len(typed)]]
    assert hers == [hers[0]] * len(typed)
    assert costs[1] in costs[len(typed) :], "some of the unknown look like her"
