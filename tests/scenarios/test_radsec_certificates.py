"""Certificates of RadSec clients: whose they are, and which ones are not taken."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.radius import attributes as a
from secondgate.radius import exchange, version11
from secondgate.radius.packet import Code
from secondgate.upstream.tls import trust
from tests.real.ca import Ca
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
