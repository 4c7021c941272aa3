"""A name that only the directory knows somebody by: kept once, and not before they have proven it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from secondgate.radius.packet import Code
from tests.real.slapd import Slapd
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House
from tests.scenarios.people import Home, slapd_home

pytestmark = pytest.mark.real

SECRET = "secret-of-a-test-of-names"
APPLICATION = f"- {{name: Gate, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}"
POLICY = "- {name: P, application: Gate, login: password-only}"
HOUSE = f"applications:\n  {APPLICATION}\npolicies:\n  {POLICY}\n"
MAIL, WHOLE_NAME = "alice@example.org", "Alice Ångström"


@pytest.fixture
def home(slapd: Slapd, tmp_path: Path) -> Home:
    """A directory that finds people by their address and whole name, too; neither is a realm's."""
    home = slapd_home(slapd, tmp_path)
    wide = home.yaml.replace("[example.org]", "[corp]") + '\n    user_filter: "(|(uid=?)(mail=?)(cn=?))"'
    return Home(wide, home.name, home.login, home.password, MAIL)


def further_names(house: House) -> list[str]:
    """Return the names that were written down, once for each time."""
    return [event["login"] for event in house.events(event="user.login-name-added")]


def steps(event: dict[str, Any]) -> list[str]:
    return [code for code, _facts in event["facts"]["trail"]]


def test_a_name_is_kept_once_and_only_after_the_right_password(house: House, home: Home) -> None:
    house.configure(f"{home.yaml}\n{HOUSE}")
    house.start()
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask(home.login, home.password).code == Code.ACCESS_ACCEPT
        assert client.ask(MAIL, "not the password").code == Code.ACCESS_REJECT
        assert steps(house.last_login())[2] == "user.other-name"
        assert further_names(house) == []
        assert client.ask(MAIL, home.password).code == Code.ACCESS_ACCEPT
        assert steps(house.last_login())[2] == "user.other-name"
        assert client.ask(MAIL.upper(), home.password).code == Code.ACCESS_ACCEPT
        assert steps(house.last_login())[2] == "user.found"
    assert further_names(house) == [MAIL]
    assert len(house.events(event="user.created")) == 1
    (told,) = house.events(event="user.login-name-added")
    assert told["user"] == home.login


def test_of_many_first_logins_at_once_one_makes_the_user_and_one_the_name(house: House, home: Home) -> None:
    house.configure(f"{home.yaml}\n{HOUSE}")
    house.start("--workers", "2")
    with ThreadPoolExecutor(8) as pool:
        clients = [Client(house.port, SECRET.encode()) for _ in range(8)]
        replies = list(pool.map(Client.ask, clients, [WHOLE_NAME] * 8, [home.password] * 8))
        for client in clients:
            client.socket.close()
    assert [reply.code for reply in replies] == [Code.ACCESS_ACCEPT] * 8
    assert further_names(house) == [WHOLE_NAME.lower()]
    assert len(house.events(event="user.created")) == 1


def test_where_only_a_code_is_asked_the_right_code_is_the_proof(house: House, home: Home) -> None:
    """They were named in the file before the directory was ever asked: its identity finds them all the same."""
    seed = new_seed()
    only_codes = POLICY.replace("password-only", "second-factor-only, methods: [totp]")
    house.configure(home.configuration(seed, APPLICATION, only_codes))
    house.start()
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask(MAIL, "000000").code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "wrong-code"
        assert further_names(house) == []
        assert client.ask(MAIL, totp(seed)).code == Code.ACCESS_ACCEPT
    assert further_names(house) == [MAIL]
    assert len(house.events(event="user.created")) == 1
