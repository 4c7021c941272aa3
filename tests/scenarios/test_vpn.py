"""VPNs: one that shows a question (Access-Challenge), one that wants the code behind the password."""

from collections.abc import Iterator

import pytest

from secondgate.radius import attributes as a
from secondgate.radius.packet import Code
from tests.scenarios.client import Client, message
from tests.scenarios.codes import new_seed, totp, wrong_code
from tests.scenarios.house import House
from tests.scenarios.people import Home

pytestmark = pytest.mark.real

ASKING, APPENDING, PLAIN = "127.0.3.1", "127.0.3.2", "127.0.3.3"
SECRET = "vpn-secret-of-a-test"
APPLICATIONS = f"""- {{name: Office VPN, kind: fortigate, clients: [{ASKING}], secret: {SECRET}}}
- {{name: Old VPN, kind: openvpn, clients: [{APPENDING}], secret: {SECRET}, challenge: no}}
- {{name: Printer, kind: radius, clients: [{PLAIN}], secret: {SECRET}}}"""
POLICIES = """- {name: P1, application: Office VPN, login: password-and-second-factor, methods: [totp]}
- {name: P2, application: Old VPN, login: password-and-second-factor, methods: [totp]}
- {name: P3, application: Printer, login: password-only}"""


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def vpn(house: House, home: Home, seed: str) -> House:
    house.configure(home.configuration(seed, APPLICATIONS, POLICIES))
    return house.start()


@pytest.fixture
def asking(vpn: House) -> Iterator[Client]:
    with Client(vpn.port, SECRET.encode(), ASKING) as client:
        yield client


@pytest.fixture
def appending(vpn: House) -> Iterator[Client]:
    with Client(vpn.port, SECRET.encode(), APPENDING) as client:
        yield client


def test_the_password_is_answered_by_a_question_and_the_code_lets_in(
    asking: Client, vpn: House, home: Home, seed: str
) -> None:
    question = asking.ask(home.login, home.password)
    assert question.code == Code.ACCESS_CHALLENGE
    assert "code" in message(question)
    state = (a.STATE, question.first(a.STATE) or b"")
    assert asking.ask(home.other_form, totp(seed), state).code == Code.ACCESS_ACCEPT
    assert asking.ask(home.login, totp(seed, steps=1), state).code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "state-used"


def test_a_wrong_password_is_refused_without_a_question(asking: Client, vpn: House, home: Home) -> None:
    assert asking.ask(home.login, "not her password").code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "wrong-password"


def test_a_wrong_answer_ends_the_question(asking: Client, vpn: House, home: Home, seed: str) -> None:
    state = (a.STATE, asking.ask(home.login, home.password).first(a.STATE) or b"")
    assert asking.ask(home.login, wrong_code(seed), state).code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "wrong-code"
    assert asking.ask(home.login, totp(seed), state).code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "state-used"


def test_a_state_is_bound_to_its_application(
    asking: Client, appending: Client, vpn: House, home: Home, seed: str
) -> None:
    state = (a.STATE, asking.ask(home.login, home.password).first(a.STATE) or b"")
    assert appending.ask(home.login, totp(seed), state).code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "state-unknown"
    assert asking.ask(home.login, totp(seed), (a.STATE, b"made up")).code == Code.ACCESS_REJECT


def test_an_appended_code_is_split_at_the_last_separator(
    appending: Client, vpn: House, home: Home, seed: str
) -> None:
    assert appending.ask(home.login, f"{home.password},{wrong_code(seed)}").code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "wrong-code"
    code = totp(seed)  # once: between two the next half minute may begin
    assert appending.ask(home.other_form, f"{home.password},{code}").code == Code.ACCESS_ACCEPT
    assert appending.ask(home.login, f"{home.password},{code}").code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "code-used"
    assert appending.ask(home.login, f"wrong,{totp(seed, steps=1)}").code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "wrong-password"


def test_a_missing_code_is_told_apart(appending: Client, vpn: House, home: Home) -> None:
    assert appending.ask(home.login, home.password.replace(",", "")).code == Code.ACCESS_REJECT
    assert vpn.last_login()["reason"] == "second-factor-missing"


def test_an_empty_password_never_binds(vpn: House, home: Home) -> None:
    with Client(vpn.port, SECRET.encode(), PLAIN) as client:
        assert client.ask(home.login, "").code == Code.ACCESS_REJECT
        assert client.ask(home.login, home.password).code == Code.ACCESS_ACCEPT
