"""Passwords that another RADIUS server checks: FreeRADIUS, and what happens when it does not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.radius.packet import Code
from tests.real.freeradius import FreeRadius, running_freeradius
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

SECRET = "the-secret-of-the-vpn"
OLD = "the-secret-of-freeradius"
PASSWORD = "a password, of ann"
USERS = f"""
ann Cleartext-Password := "{PASSWORD}"
"""


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[FreeRadius]:
    with running_freeradius(tmp_path / "upstream", OLD, USERS, signs=True) as server:
        yield server


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def house(tmp_path: Path, upstream: FreeRadius, seed: str) -> Iterator[House]:
    house = House(tmp_path)
    house.configure(f"""
        directories:
          - name: Old
            kind: radius
            servers: ["127.0.0.1:{upstream.port}"]
            secret: {OLD}
            timeout: 2
        applications:
          - {{name: VPN, kind: openvpn, clients: [127.0.0.1], secret: {SECRET}, challenge: no, directories: [Old]}}
        users:
          - {{login: ann, directory: Old, authenticators: [{{method: totp, secret: {seed}}}]}}
        policies:
          - {{name: P, application: VPN, login: password-and-second-factor, methods: [totp]}}
        """)
    yield house.start()
    house.stop()


def test_its_yes_is_a_first_factor_and_its_no_a_wrong_password(house: House, seed: str) -> None:
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask("ann", f"wrong,{totp(seed)}").code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "wrong-password"
        assert client.ask("ann", f"{PASSWORD},{totp(seed)}").code == Code.ACCESS_ACCEPT
        assert client.ask("bob", f"{PASSWORD},{totp(seed)}").code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "unknown-user"


def test_its_silence_lets_nobody_in_and_is_over_with_its_next_word(
    house: House, upstream: FreeRadius, seed: str
) -> None:
    with Client(house.port, SECRET.encode()) as client:
        upstream.child.stop()
        code = totp(seed)
        assert client.ask("ann", f"{PASSWORD},{code}").code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "directory-down"
        upstream.child.start()
        assert client.ask("ann", f"{PASSWORD},{code}").code == Code.ACCESS_ACCEPT
    assert [one["event"] for one in house.events() if one["event"].startswith("directory.")][-2:] == [
        "directory.went-silent",
        "directory.answered-again",
    ]


def test_a_setting_that_cannot_be_changes_nothing(house: House) -> None:
    done = house.apply("""
        directories:
          - {name: Old, kind: radius, servers: ["radius://host"], secret: x}
        """)
    assert done.returncode == 1
    assert "house.yaml line" in done.stderr and "must be written HOST, or HOST:PORT" in done.stderr
