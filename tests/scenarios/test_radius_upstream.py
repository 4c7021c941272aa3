"""Passwords that another RADIUS server checks: FreeRADIUS, and what happens when it does not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.radius import attributes as a
from secondgate.radius.attributes import Attribute
from secondgate.radius.packet import Code, Packet
from tests.real.freeradius import PROMPT, FreeRadius, running_freeradius
from tests.scenarios.client import Client, message
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


@pytest.fixture
def guarded(tmp_path: Path, upstream: FreeRadius, seed: str) -> Iterator[House]:
    """Two applications whose people live elsewhere: that server checks their codes, and one asks by prompts."""
    house = House(tmp_path)
    house.configure(f"""
        directories:
          - {{name: Old, kind: radius, servers: ["127.0.0.1:{upstream.port}"], secret: {OLD}, ring: ring}}
        applications:
          - {{name: VPN, kind: radius, clients: [127.0.0.1], secret: {SECRET}, challenge: yes}}
          - {{name: Desks, kind: aws-workspaces, clients: [127.0.0.2], secret: {SECRET}}}
        users:
          - {{login: ann, password: "{PASSWORD}", authenticators: [{{method: totp, secret: {seed}}}]}}
          - {{login: bob, password: "{PASSWORD}"}}
        policies:
          - name: P
            application: VPN
            login: password-and-second-factor
            methods: [totp, radius]
          - {{name: Q, application: Desks, login: second-factor-only, methods: [radius]}}
        """)
    yield house.start()
    house.stop()


def state_of(reply: Packet) -> Attribute:
    assert reply.code == Code.ACCESS_CHALLENGE
    return a.STATE, b"".join(reply.values(a.STATE))


def test_its_codes_are_a_second_factor_for_people_of_any_directory(guarded: House, seed: str) -> None:
    with Client(guarded.port, SECRET.encode()) as client:
        for user, code in (("bob", "494949"), ("ann", "494949"), ("ann", totp(seed))):
            asked = client.ask(user, PASSWORD)
            assert client.ask(user, code, state_of(asked)).code == Code.ACCESS_ACCEPT
        asked = client.ask("bob", PASSWORD)
        assert client.ask("bob", "000000", state_of(asked)).code == Code.ACCESS_REJECT
        assert guarded.last_login()["reason"] == "wrong-code"
    with Client(guarded.port, SECRET.encode(), address="127.0.0.2") as client:
        assert client.ask("bob", "494949").code == Code.ACCESS_ACCEPT
        assert client.ask("bob", "000000").code == Code.ACCESS_REJECT
        assert client.ask("nobody", "494949").code == Code.ACCESS_REJECT


def test_its_question_is_passed_on_and_the_answer_goes_back_to_it(guarded: House) -> None:
    with Client(guarded.port, SECRET.encode()) as client:
        listed = client.ask("ann", PASSWORD)
        assert message(listed) == (
            "Enter a code, or the number of a way: 1 Authenticator app, 2 Code of a RADIUS server."
        )
        asked = client.ask("ann", "2", state_of(listed))
        assert message(asked) == PROMPT
        more = client.ask("ann", "more", state_of(asked))
        assert message(more) == PROMPT
        assert (
            client.ask("ann", "blue", state_of(asked)).code == Code.ACCESS_REJECT
        )  # it was answered by “more”
        assert guarded.last_login()["reason"] == "state-used"
        again = client.ask("ann", "Resend", state_of(more))
        assert message(again) == PROMPT
        assert client.ask("ann", "blue", state_of(again)).code == Code.ACCESS_ACCEPT
        asked = client.ask("bob", "ring", state_of(client.ask("bob", PASSWORD)))
        assert client.ask("bob", "green", state_of(asked)).code == Code.ACCESS_REJECT
        assert guarded.last_login()["reason"] == "wrong-code"
        assert client.ask("bob", "blue", state_of(asked)).code == Code.ACCESS_REJECT
    texts = guarded.log.read_text() + str(guarded.events())
    assert PROMPT not in texts and "blue" not in texts


def test_another_way_can_be_chosen_while_a_question_is_open(guarded: House, seed: str) -> None:
    with Client(guarded.port, SECRET.encode()) as client:
        asked = client.ask("ann", "radius", state_of(client.ask("ann", PASSWORD)))
        listed = client.ask("ann", "other", state_of(asked))
        chosen = client.ask("ann", "1", state_of(listed))
        assert message(chosen) == "Enter the code from your authenticator."
        assert client.ask("ann", totp(seed), state_of(chosen)).code == Code.ACCESS_ACCEPT


def test_where_no_prompt_can_be_shown_its_question_is_a_refusal_in_words(guarded: House) -> None:
    with Client(guarded.port, SECRET.encode(), address="127.0.0.2") as client:
        assert client.ask("bob", "radius").code == Code.ACCESS_REJECT
    assert guarded.last_login()["reason"] == "cannot-ask"


def test_its_question_about_the_password_is_passed_on_too(
    house: House, upstream: FreeRadius, seed: str
) -> None:
    house.apply(f"""
        applications:
          - {{name: VPN, kind: openvpn, clients: [127.0.0.1], secret: {SECRET}, challenge: yes}}
        """)
    with Client(house.port, SECRET.encode()) as client:
        asked = client.ask("ann", "ring")
        assert message(asked) == PROMPT
        second = client.ask("ann", "blue", state_of(asked))
        assert message(second) == "Enter the code from your authenticator."
        assert client.ask("ann", totp(seed), state_of(second)).code == Code.ACCESS_ACCEPT


def test_its_silence_is_a_refusal_that_says_so_and_no_wrong_code(
    guarded: House, upstream: FreeRadius
) -> None:
    upstream.child.stop()
    with Client(guarded.port, SECRET.encode(), address="127.0.0.2") as client:
        assert client.ask("bob", "494949").code == Code.ACCESS_REJECT
    assert guarded.last_login()["reason"] == "directory-down"


def test_a_setting_that_cannot_be_changes_nothing(house: House) -> None:
    done = house.apply("""
        directories:
          - {name: Old, kind: radius, servers: ["radius://host"], secret: x}
        """)
    assert done.returncode == 1
    assert "house.yaml line" in done.stderr and "must be written HOST, or HOST:PORT" in done.stderr
