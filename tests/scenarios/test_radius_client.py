"""Our own RADIUS client, against our own server and against FreeRADIUS."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.ca import Ca, make_ca
from tests.real.freeradius import running_freeradius
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House
from tests.scenarios.ports import free_udp_port
from tests.scenarios.radsec import port, radsec_environment

pytestmark = pytest.mark.real

SECRET = "a-secret-of-this-test"


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def house(tmp_path: Path, seed: str) -> Iterator[House]:
    house = House(tmp_path)
    house.configure(f"""
        applications:
          - {{name: Codes, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}
        users:
          - {{login: ann, password: a-password-of-ann, authenticators: [{{method: totp, secret: {seed}}}]}}
        policies:
          - {{name: P, application: Codes, login: second-factor-only, methods: [totp]}}
        """)
    yield house.start()
    house.stop()


def client(port: int, *arguments: str, secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "secondgate", "radius-client", f"127.0.0.1:{port}", *arguments]
    env = {**os.environ, "RADIUS_SECRET": secret}
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("protocol", ["pap", "chap", "mschap", "mschapv2"])
def test_a_code_is_accepted_by_every_protocol_and_shown_by_none(house: House, seed: str, protocol: str):
    code = totp(seed)
    done = client(house.port, "--user", "ann", "--password", code, "--protocol", protocol, "-a", "NAS-Port=7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Access-Accept" in done.stdout and "NAS-Port = 7" in done.stdout
    assert code not in done.stdout
    assert ("proves that it knows what was typed" in done.stdout) is (protocol == "mschapv2")
    again = client(house.port, "--user", "ann", "--password", code, "--protocol", protocol)
    assert again.returncode == 1 and "Access-Reject" in again.stdout
    assert house.last_login()["reason"] == "code-used"


def test_it_asks_whether_a_server_is_there_and_tells_of_sessions(house: House):
    assert "Access-Accept" in client(house.port, "--status").stdout
    told = client(house.port + 1, "--accounting", "start", "--user", "ann", "-a", "Acct-Session-Id=one")
    assert "Accounting-Response" in told.stdout, told.stdout + told.stderr
    assert house.events(event="session.started")[0]["user"] == "ann"


@pytest.fixture
def over_tls(house: House, ca: Ca) -> list[str]:
    """The house takes TLS, too; what a client that it lets in says to get in."""
    house.stop()
    house.environment |= radsec_environment(house.folder, ca)
    house.start()
    mine = ca.issue("radius-client", "client.test")
    return ["--certificate", str(mine.certificate), "--key", str(mine.key), "--ca", str(ca.file)]


def test_it_asks_over_tls_as_well(house: House, seed: str, over_tls: list[str]):
    assert "Access-Accept" in client(port(house), "--status", *over_tls).stdout
    code = totp(seed)
    done = client(port(house), "--user", "ann", "--password", code, "--protocol", "mschapv2", *over_tls)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "proves that it knows what was typed" in done.stdout
    told = client(port(house), "--accounting", "start", "-a", "Acct-Session-Id=one", *over_tls)
    assert "Accounting-Response" in told.stdout, told.stdout + told.stderr


def test_why_a_server_is_not_asked_over_tls_is_one_sentence(
    house: House, over_tls: list[str], ca: Ca, tmp_path: Path
):
    other = make_ca(tmp_path)
    stranger = other.issue("stranger", "client.test")
    for arguments, says in (
        (over_tls[:2], "--certificate, --key and --ca belong together"),
        ([*over_tls[:4], "--ca", "/nonsense"], "There is no file /nonsense."),
        ([*over_tls[:3], over_tls[1], *over_tls[4:]], "are no certificate with its key"),
        ([*over_tls[:4], "--ca", str(other.file)], "shows a certificate that does not hold"),
        (["--certificate", str(stranger.certificate), "--key", str(stranger.key), *over_tls[4:]],
         "ended the connection: it may not take our certificate"),
    ):  # fmt: skip
        done = client(port(house), "--status", *arguments)
        assert done.returncode == 1
        assert says in " ".join(done.stderr.split()), done.stderr
        assert "Traceback" not in done.stderr


def test_what_cannot_be_is_one_sentence(house: House):
    for arguments, says in {
        (
            "--user",
            "ann",
            "--password",
            "x",
            "--protocol",
            "eap",
        ): "The protocol is “eap”; it must be one of pap,",
        ("--status", "-a", "Nonsense=1"): "There is no attribute called “Nonsense”",
        ("--status", "-a", "NAS-Port=x"): "NAS-Port is “x”; it must be a whole number",
        ("--accounting", "sideways"): "--accounting is “sideways”",
    }.items():
        done = client(house.port, *arguments)
        assert done.returncode == 1 and done.stderr.startswith(f"secondgate: {says}"), done.stderr
    done = client(house.port, "--status", "--timeout", "1", secret="another")
    assert "did not answer within 1 s" in done.stderr
    done = client(free_udp_port(), "--status", "--timeout", "1")
    assert "Nothing listens at" in done.stderr


# A second reading of the same RFCs: what our client makes, FreeRADIUS takes, and the other way round.


@pytest.fixture
def freeradius(tmp_path: Path) -> Iterator[int]:
    users = 'ann Cleartext-Password := "clientPass"\n'
    with running_freeradius(tmp_path / "freeradius", SECRET, users, signs=False) as server:
        yield server.port


@pytest.mark.parametrize("protocol", ["pap", "chap", "mschap", "mschapv2"])
def test_freeradius_takes_what_our_client_makes_and_proves_itself(freeradius: int, protocol: str):
    done = client(
        freeradius, "--user", "ann", "--password", "clientPass", "--protocol", protocol, "--unsigned"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("proves that it knows what was typed" in done.stdout) is (protocol == "mschapv2")
    assert (
        client(
            freeradius, "--user", "ann", "--password", "no", "--protocol", protocol, "--unsigned"
        ).returncode
        == 1
    )
