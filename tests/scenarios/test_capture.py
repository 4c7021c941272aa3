"""`secondgate capture`: one client's packets as the running server sees them, without secrets."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from secondgate.radius.packet import Code
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

SECRET = "the-secret-of-the-vpn"


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def house(tmp_path: Path, seed: str) -> Iterator[House]:
    house = House(tmp_path)
    house.configure(f"""
        applications:
          - {{name: Wire, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}
        users:
          - {{login: annabel, authenticators: [{{method: totp, secret: {seed}}}]}}
        policies:
          - {{name: P, application: Wire, login: second-factor-only, methods: [totp]}}
        """)
    yield house.start()
    house.stop()


@contextmanager
def capturing(house: House, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command; it looks already when this yields."""
    line = [sys.executable, "-m", "secondgate", "capture", *arguments]
    with subprocess.Popen(line, env=house.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline().startswith("Looking at")
        try:
            yield process
        finally:
            process.kill()


def test_what_comes_and_goes_is_shown_and_no_secret_is(house: House, seed: str) -> None:
    code = totp(seed)
    with (
        capturing(house, "127.0.0.1", "--count", "7") as process,
        Client(house.port, SECRET.encode()) as client,
    ):
        packet, datagram = client.request("annabel", code)
        client.send(datagram)
        assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
        client.send(datagram)
        client.receive(packet)
        client.send(b"no packet at all, but some octets")
        forged = bytearray(client.request("annabel", code)[1])
        forged[-1] ^= 1
        client.send(bytes(forged))
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    for expected in (
        "came, Access-Request", "answered, Access-Accept", "came again, Access-Request", "User-Name = an…",
        "User-Password = (hidden)", "came, no packet (", "7 packets.",
    ):  # fmt: skip
        assert expected in said, said
    assert "dropped: " in said
    for secret in (code, SECRET, "annabel"):
        assert secret not in said


def test_names_are_shown_to_who_asks_and_other_addresses_to_nobody(house: House, seed: str) -> None:
    with (
        capturing(house, "127.0.0.0/8", "--names", "--count", "1") as whole,
        capturing(house, "192.0.2.1", "--seconds", "2") as other,
        Client(house.port, SECRET.encode()) as client,
    ):
        assert client.ask("annabel", totp(seed)).code == Code.ACCESS_ACCEPT
        assert "User-Name = annabel" in whole.communicate(timeout=60)[0]
        assert other.communicate(timeout=60)[0] == "Nothing came from 192.0.2.1.\n"


def test_who_looks_and_goes_leaves_nothing_behind(house: House, seed: str) -> None:
    with capturing(house, "127.0.0.1"):
        pass
    with Client(house.port, SECRET.encode()) as client:
        assert client.ask("annabel", totp(seed)).code == Code.ACCESS_ACCEPT
    assert house.ready()
    assert "internal-error" not in house.log.read_text()


def test_what_cannot_be_is_one_sentence(house: House, tmp_path: Path) -> None:
    done = house.command("capture", "nowhere")
    assert done.returncode == 1 and "“nowhere” is no address and no network" in done.stderr
    house.stop()
    done = house.command("capture", "127.0.0.1")
    assert done.returncode == 1 and "No server is running on" in done.stderr
