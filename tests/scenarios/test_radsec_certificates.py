"""Certificates of RadSec clients: whose they are, and which ones are not taken."""

import contextlib
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secondgate.radius import attributes as a
from secondgate.radius import exchange, version11
from secondgate.radius.packet import Code
from secondgate.upstream.tls import trust
from tests.real.ca import EARLY, EXPIRED, SERVER, Ca, Issued, make_ca
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House, until
from tests.scenarios.radsec import answered, radsec_house, received, tls

pytestmark = pytest.mark.real

CONFIGURATION = """
applications:
  - {{name: Wire, kind: radius, clients: [127.0.0.1], secret: the-secret-of-udp}}
  - name: Named
    kind: radius
    clients: [127.0.0.3]
    certificate_names: [{named}]
    secret: another-secret-of-udp
users:
  - {{login: ann, authenticators: [{{method: totp, secret: {seed}}}]}}
policies:
  - {{name: P, application: Wire, login: second-factor-only, methods: [totp]}}
  - {{name: Q, application: Named, login: second-factor-only, methods: [totp]}}
"""


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def house(tmp_path: Path, seed: str, ca: Ca) -> Iterator[House]:
    house = radsec_house(tmp_path, ca)
    house.configure(CONFIGURATION.format(named="VPN1.example.com", seed=seed))
    yield house.start()
    house.stop()


def shows(ca: Ca, name: str) -> ssl.SSLContext:
    """Return a client that has a certificate of this name."""
    issued = ca.issue(name, name)
    return trust(ca.file, issued.certificate, issued.key)


def test_a_certificate_s_name_says_which_application_it_is_wherever_it_comes_from(house, ca, seed):
    with tls(house, shows(ca, "vpn1.example.com"), "127.0.0.77") as stream:  # an address that nobody lists
        asked = exchange.access("ann", totp(seed), version11.RADSEC, more=[(a.NAS_IDENTIFIER, b"gate")])
        assert answered(stream, asked).code == Code.ACCESS_ACCEPT
        told = exchange.accounting(
            [
                (a.ACCT_STATUS_TYPE, (1).to_bytes(4, "big")),
                (a.ACCT_SESSION_ID, b"7"),
                (a.USER_NAME, b"ann"),
            ],
            version11.RADSEC,
        )
        assert answered(stream, told).code == Code.ACCOUNTING_RESPONSE
    login = house.last_login()
    assert (login["application"], login["client"]) == ("Named", "127.0.0.77")
    explained = house.command("explain", str(login["id"])).stdout
    assert "The certificate of vpn1.example.com belongs to the application Named." in explained
    assert [row["nas"] for row in house.asked("SELECT nas FROM accounting_session")] == ["vpn1.example.com"]
    with tls(
        house, shows(ca, "vpn1.example.com"), "127.0.0.1"
    ) as stream:  # an address of another application
        assert answered(stream, exchange.status(version11.RADSEC)).code == Code.ACCESS_ACCEPT
        assert answered(stream, exchange.access("ann", "000000", version11.RADSEC)).code == Code.ACCESS_REJECT
    assert house.last_login()["application"] == "Named"


def test_no_other_certificate_speaks_for_an_application_that_names_its_own(house, ca, seed):
    with tls(house, shows(ca, "client.test"), "127.0.0.3") as stream:
        for _ in range(2):
            stream.sendall(exchange.access("ann", totp(seed), version11.RADSEC).datagram)
        until(lambda: 'drops_total{drop="wrong-certificate"} 2' in (house.get("/metrics") or (0, ""))[1])
        # Neither got an answer: the next one on the stream is that to a name that is listed now.
        house.configure(CONFIGURATION.format(named="client.test", seed=seed))
        status = exchange.status(version11.RADSEC)
        stream.sendall(status.datagram)
        assert status.reply(received(stream), must_sign=False)
    (dropped,) = house.events(event="packet.dropped")
    assert (dropped["reason"], dropped["application"]) == ("wrong-certificate", "Named")
    assert dropped["facts"] == {"client": "127.0.0.3", "certificate": "client.test"}
    (line,) = [line for line in house.log.read_text().splitlines() if "radsec-wrong-certificate" in line]
    assert '"certificate": "client.test"' in line and '"application": "Named"' in line
    explained = house.command("explain", str(dropped["id"])).stdout
    assert "It came by TLS with the certificate of client.test, which is not this application's." in explained
    with Client(house.port, b"another-secret-of-udp", address="127.0.0.3") as udp:
        assert udp.ask("ann", "000000").code == Code.ACCESS_REJECT


@pytest.fixture(scope="module")
def revoked(ca: Ca) -> Issued:
    return ca.issue("revoked", "client.test")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, ca: Ca, revoked: Issued) -> Iterator[House]:
    """A house that looks at a list of revoked certificates."""
    house = radsec_house(tmp_path_factory.mktemp("strict"), ca)
    lists(house, ca.revoke(revoked))
    house.configure(CONFIGURATION.format(named="vpn1.example.com", seed=new_seed()))
    yield house.start()
    house.stop()


def lists(house: House, crl: bytes) -> None:
    """Put a list of revoked certificates into the place of the one before."""
    file, new = house.folder / "shown/crl.pem", house.folder / "shown/new.pem"
    new.write_bytes(crl)
    new.replace(file)
    house.environment["SECONDGATE_RADSEC_CRL"] = str(file)


REFUSED = {
    "nobody": "It showed no certificate.",
    "stranger": "Its certificate is not of the clients' CA.",
    "self-signed": "Its certificate is not of the clients' CA.",
    "expired": "Its certificate has expired.",
    "early": "Its certificate is not valid yet.",
    "revoked": "Its certificate is revoked.",
    "server's": "Its certificate is not one for TLS clients.",
}


def shown_by(who: str, ca: Ca, revoked: Issued, folder: Path) -> Issued | None:
    match who:
        case "nobody":
            return None
        case "stranger":
            return make_ca(folder).issue("stranger", "client.test")
        case "self-signed":
            return make_ca(folder, "client.test").itself()
        case "revoked":
            return revoked
        case "server's":
            return ca.issue("server-only", "client.test", usages=(SERVER,))
    return ca.issue(who, "client.test", days={"expired": EXPIRED, "early": EARLY}[who])


@pytest.mark.parametrize("who", REFUSED)
def test_a_client_without_a_good_certificate_gets_no_answer_and_one_line_in_the_log(
    strict: House, ca: Ca, revoked: Issued, tmp_path: Path, who: str
) -> None:
    issued = shown_by(who, ca, revoked, tmp_path)
    context = ssl.create_default_context(cafile=str(ca.file))
    if issued:
        context.load_cert_chain(issued.certificate, issued.key)
    address = f"127.0.1.{list(REFUSED).index(who) + 1}"
    for _ in range(2):
        with contextlib.suppress(ConnectionError, ssl.SSLError), tls(strict, context, address) as stream:
            stream.sendall(exchange.status(version11.RADSEC).datagram)
            assert stream.recv(1) == b""
    until(lambda: address in strict.log.read_text())
    (line,) = [line for line in strict.log.read_text().splitlines() if f'"{address}"' in line]
    told = json.loads(line)
    assert (told["event"], told["fault"]) == ("radsec-no-tls", REFUSED[who])
    assert strict.ready()


def test_a_good_certificate_is_answered_where_others_are_revoked(strict: House, ca: Ca) -> None:
    with tls(strict, shows(ca, "good.test"), "127.0.0.1") as stream:
        assert answered(stream, exchange.status(version11.RADSEC)).code == Code.ACCESS_ACCEPT


def test_a_list_that_has_ended_lets_nobody_in_until_there_is_a_newer_one(house: House, ca: Ca) -> None:
    house.stop()
    lists(house, ca.revoke(days=EXPIRED))
    house.start()
    with (
        contextlib.suppress(ConnectionError, ssl.SSLError),
        tls(house, shows(ca, "a.test"), "127.0.0.1") as one,
    ):
        assert one.recv(1) == b""
    ended = "The list of revoked certificates in "
    until(lambda: "The list of revoked certificates has expired: no client gets in" in house.log.read_text())
    status, said = house.get("/healthz/ready") or (0, "")
    assert status == 503
    assert ended in said and ": no client gets in." in said
    done = house.command("doctor")
    assert done.returncode == 1
    assert f"FAIL  RadSec: {ended}" in done.stdout
    assert "Put a newer file in its place: it is taken within ten seconds." in done.stdout
    assert [json.loads(line)["event"] for line in house.log.read_text().splitlines() if ended in line] == ["radsec-renew"]  # fmt: skip
    lists(house, ca.revoke())
    until(house.ready)
    with tls(house, shows(ca, "a.test"), "127.0.0.1") as stream:
        assert answered(stream, exchange.status(version11.RADSEC)).code == Code.ACCESS_ACCEPT


def test_the_doctor_says_until_when_certificates_hold(house: House, ca: Ca) -> None:
    day = f"{datetime.now(UTC) + timedelta(30):%Y-%m-%d}"
    done = house.command("doctor")
    assert f"ok    RadSec: The server's certificate holds until {day}" in done.stdout
    assert f" UTC. The clients' CA holds until {day}" in done.stdout
    without = House(house.folder).command("doctor")  # whoever has no RadSec is told nothing of it
    assert "RadSec" not in without.stdout
    assert (done.returncode, without.returncode) == (0, 0)
    late = ca.issue("late-server", "localhost", days=EXPIRED)
    house.environment["SECONDGATE_RADSEC_CERTIFICATE"] = str(late.certificate)
    house.environment["SECONDGATE_RADSEC_KEY"] = str(late.key)
    done = house.command("doctor")
    assert done.returncode == 1
    assert f"FAIL  RadSec: The server's certificate in {late.certificate} has ended at 2" in done.stdout
    house.environment["SECONDGATE_RADSEC_KEY"] = str(ca.server.key)
    done = house.command("doctor")
    assert (
        f"FAIL  RadSec: {late.certificate} and {ca.server.key} are no certificate and its key" in done.stdout
    )
