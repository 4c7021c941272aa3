"""Directories behind the login: people they bring, what they say, and when they say nothing."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from secondgate.radius.packet import Code
from tests.real.samba import USERS, Samba
from tests.real.slapd import Slapd
from tests.scenarios.client import Client, message
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House
from tests.scenarios.people import samba_home, slapd_home

pytestmark = pytest.mark.real

SECRET = "secret-of-a-directory-test"
APPLICATION = f"- {{name: Gate, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}"
POLICY = "- {name: P, application: Gate, login: password-only}"
HOUSE = f"applications:\n  {APPLICATION}\npolicies:\n  {POLICY}\n"


def test_active_directorys_answers_are_told_apart_in_the_log_only(
    sqlite_house: House, samba: Samba, tmp_path: Path
) -> None:
    sqlite_house.configure(samba_home(samba, tmp_path).yaml + "\n" + HOUSE)
    sqlite_house.start()
    expected = {
        "alice": "",
        "carol": "directory-disabled",
        "dave": "password-must-change",
        "erin": "account-expired",
        "frank": "password-expired",
        "grace": "directory-locked",
        "heidi": "outside-hours",
    }
    with Client(sqlite_house.port, SECRET.encode()) as client:
        replies = {login: client.ask(login, USERS[login][0]) for login in expected}
        nobody = client.ask("nobody", "x")
    assert {login: reply.code for login, reply in replies.items() if reply.code == Code.ACCESS_ACCEPT} == {
        "alice": Code.ACCESS_ACCEPT
    }
    told = {
        event["user"] or event["login"]: event["reason"] for event in sqlite_house.events(application="Gate")
    }
    assert {login: told[login] for login in expected} == expected
    assert {message(reply) for login, reply in replies.items() if login != "alice"} == {message(nobody)}


def test_a_person_whom_a_directory_knows_becomes_a_user(house: House, slapd: Slapd, tmp_path: Path) -> None:
    home = slapd_home(slapd, tmp_path)
    house.configure(f"{home.yaml}\n{HOUSE}")
    house.start()
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask(home.login, home.password).code == Code.ACCESS_ACCEPT
        assert client.ask(home.other_form, home.password).code == Code.ACCESS_ACCEPT
    assert len(house.events(event="user.created")) == 1
    trail = house.command("explain", str(house.events(event="login.accepted")[0]["id"])).stdout
    assert "Company LDAP knows alice; from now on we know them too." in trail
    # The next application wants a code of them: they are known, and have no authenticator yet.
    house.configure(f"{home.yaml}\n{HOUSE.replace('password-only', 'second-factor-only, methods: [totp]')}")
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask(home.login, "123456").code == Code.ACCESS_REJECT
    assert house.last_login()["reason"] == "no-authenticator"


def test_a_silent_directory_holds_up_nobody_else(sqlite_house: House, slapd: Slapd, tmp_path: Path) -> None:
    """It takes connections and says nothing; people of the built-in directory log in meanwhile."""
    seed = new_seed()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        home = slapd_home(slapd, tmp_path)
        yaml = home.yaml.replace(slapd.ldaps, f"ldaps://127.0.0.1:{silent.getsockname()[1]}")
        sqlite_house.configure(
            f"{yaml}\n    timeout: 3\nusers:\n"
            f"  - {{login: ann, password: ann-has-one, authenticators: [{{method: totp, secret: {seed}}}]}}\n"
            f"  - {{login: alice, directory: Company LDAP}}\n{HOUSE}"
        )
        sqlite_house.start()
        with (
            Client(sqlite_house.port, SECRET.encode()) as waiting,
            Client(sqlite_house.port, SECRET.encode()) as other,
        ):
            packet, datagram = waiting.request("alice", "Al1ce-Passw0rd")
            waiting.send(datagram)
            assert other.ask("ann", "ann-has-one").code == Code.ACCESS_ACCEPT
            reply = waiting.receive(packet)[0]
    assert reply.code == Code.ACCESS_REJECT
    assert "not possible right now" in message(reply)
    assert sqlite_house.last_login()["reason"] == "directory-down"
    (event,) = sqlite_house.events(event="directory.went-silent")
    assert event["facts"]["directory"] == "Company LDAP"
    first_of_all = [event["event"] for event in sqlite_house.events() if event["event"].startswith("login.")]
    assert first_of_all == ["login.accepted", "login.refused"], "ann did not wait for alice's directory"


def test_a_name_that_fits_two_people_is_refused_until_the_realm_is_typed(
    sqlite_house: House, slapd: Slapd, samba: Samba, tmp_path: Path
) -> None:
    both = slapd_home(slapd, tmp_path).yaml + samba_home(samba, tmp_path).yaml.removeprefix("directories:")
    people = "".join(f"  - {{login: alice, directory: {name}}}\n" for name in ("Company LDAP", "Corp AD"))
    (tmp_path / "ca.pem").write_text(slapd.ca_pem)
    sqlite_house.configure(f"{both}\nusers:\n{people}{HOUSE}")
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode()) as client:
        assert client.ask("alice", "Al1ce-Passw0rd").code == Code.ACCESS_REJECT
        refused = sqlite_house.last_login()
        assert refused["reason"] == "ambiguous-name"
        said = sqlite_house.command("explain", str(refused["id"])).stdout
        assert "fits 2 people: type the realm too, example.org\\alice or corp\\alice." in said
        assert client.ask("CORP\\alice", "Al1ce-Passw0rd").code == Code.ACCESS_ACCEPT
        assert client.ask("alice@example.org", "Al1ce-Passw0rd").code == Code.ACCESS_ACCEPT


def test_people_whom_only_the_directories_know_are_told_apart_by_the_names_of_these(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    """Where a directory has no realms, its own name is one: what is said to be typed must work."""
    first = slapd_home(slapd, tmp_path).yaml.replace("    realms: [example.org]", "")
    second = first.removeprefix("directories:\n").replace("Company LDAP", "New LDAP")
    sqlite_house.configure(f"{first}\n{second}\n{HOUSE}")
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode()) as client:
        assert client.ask("alice", "Al1ce-Passw0rd").code == Code.ACCESS_REJECT
        said = sqlite_house.command("explain", str(sqlite_house.last_login()["id"])).stdout
        assert "2 people are called so: company ldap\\alice or new ldap\\alice would say who." in said
        assert client.ask("new ldap\\alice", "Al1ce-Passw0rd").code == Code.ACCESS_ACCEPT


def test_a_misspelt_search_base_is_the_directorys_fault_and_counts_against_nobody(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    house, home = sqlite_house, slapd_home(slapd, tmp_path)
    only_there = HOUSE.replace("kind: radius", "kind: radius, directories: [Company LDAP]")
    misspelt = home.yaml.replace(f'base_dn: "{slapd.base_dn}"', 'base_dn: "dc=exmaple,dc=org"')
    house.configure(f"{misspelt}\nusers:\n  - {{login: alice, directory: Company LDAP}}\n{only_there}")
    house.start()
    with Client(house.port, SECRET.encode()) as client:
        for login in ("alice", "bob"):  # whom we know, and whom only the directory could
            assert client.ask(login, home.password).code == Code.ACCESS_REJECT
    refused = house.events(event="login.refused")
    assert [event["reason"] for event in refused] == ["directory-fault", "directory-fault"]
    assert house.asked("SELECT key FROM ledger_throttle WHERE failures > 0") == []
    said = house.command("explain", str(refused[0]["id"])).stdout
    assert "answered: No such object. Check base_dn: nothing there has that name." in said


def test_the_doctor_goes_through_a_directory_step_by_step(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    home = slapd_home(slapd, tmp_path)
    sqlite_house.configure(f"{home.yaml}\n{HOUSE.replace(SECRET, SECRET * 2)}")
    assert sqlite_house.command("doctor").returncode == 0
    sqlite_house.configure(
        f"{home.yaml.replace(slapd.bind_password, 'wrong')}\n{HOUSE.replace(SECRET, SECRET * 2)}"
    )
    done = sqlite_house.command("doctor")
    assert done.returncode == 1
    assert "FAIL  Company LDAP, sign in as the service account" in done.stdout


def test_a_code_is_all_that_second_factor_only_needs(house: House, slapd: Slapd, tmp_path: Path) -> None:
    """The directory is not asked about somebody whom we know: AWS checks the password itself."""
    seed, home = new_seed(), slapd_home(slapd, tmp_path)
    unreachable = home.yaml.replace(slapd.ldaps, "ldaps://127.0.0.1:1")
    house.configure(
        f"{unreachable}\nusers:\n  - {{login: alice, directory: Company LDAP, "
        f"authenticators: [{{method: totp, secret: {seed}}}]}}\n"
        f"{HOUSE.replace('password-only', 'second-factor-only, methods: [totp]')}"
    )
    house.start()
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask("alice", totp(seed)).code == Code.ACCESS_ACCEPT


def test_a_silent_directory_keeps_nobody_out_whom_the_next_one_knows(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    home = slapd_home(slapd, tmp_path)
    gone = home.yaml.replace(slapd.ldaps, "ldaps://127.0.0.1:1").replace("Company LDAP", "Gone LDAP")
    both = gone + home.yaml.removeprefix("directories:").replace("[example.org]", "[example.net]")
    sqlite_house.configure(f"{both}\n{HOUSE}")
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode()) as client:
        assert client.ask(home.login, home.password).code == Code.ACCESS_ACCEPT
        # Strangers are told what people of one of the directories would be: the silent one's, or another's.
        with ThreadPoolExecutor(10) as pool:
            told = set(pool.map(lambda number: _told(sqlite_house.port, f"nobody-{number}"), range(30)))
        assert {text[:27] for text in told} == {"Sign-in failed. Check what ", "Sign-in is not possible rig"}
        sqlite_house.configure("users: [{login: bob, password: bob-has-a-password}]")
        assert message(client.ask("bob", "x")) in told


def _told(port: int, name: str) -> str:
    with Client(port, SECRET.encode()) as client:
        return message(client.ask(name, "x"))


def test_silence_of_a_directory_tells_strangers_nothing(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    """Where only codes are asked for, a known person would not have noticed it."""
    seed, home = new_seed(), slapd_home(slapd, tmp_path)
    gone = home.yaml.replace(slapd.ldaps, "ldaps://127.0.0.1:1")
    people = f"users:\n  - {{login: ann, authenticators: [{{method: totp, secret: {seed}}}]}}\n"
    sqlite_house.configure(
        f"{gone}\n{people}{HOUSE.replace('password-only', 'second-factor-only, methods: [totp]')}"
    )
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode()) as client:
        assert message(client.ask("nobody-at-all", "000000")) == message(client.ask("ann", "000000"))
    assert sqlite_house.events(reason="unknown-while-down")
