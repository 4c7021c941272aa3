"""Two servers on one database: whichever is asked, a login is one login (DESIGN section 2, “Retries”)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.radius import attributes as a
from secondgate.radius.attributes import Attribute
from secondgate.radius.packet import Code, Packet
from tests.real.freeradius import PROMPT, running_freeradius
from tests.scenarios.client import Client, message
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

SECRET, OLD, PASSWORD = "the-secret-of-the-vpn", "the-secret-of-freeradius", "a password, of ann"


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def nodes(house: House, seed: str, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two servers that share everything, and a RADIUS server behind them that has questions of its own."""
    with running_freeradius(tmp_path / "upstream", OLD, "", signs=True) as upstream:
        house.configure(configuration(seed, upstream.port))
        other = House(house.folder, database_url=house.database_url)
        try:
            yield house.start(), other.start()
        finally:
            other.stop()


def configuration(seed: str, port: int) -> str:
    return f"""
        directories:
          - {{name: Old, kind: radius, servers: ["127.0.0.1:{port}"], secret: {OLD}, ring: ring}}
        applications:
          - {{name: VPN, kind: fortigate, clients: [127.0.0.1], secret: {SECRET}}}
        groups:
          - {{name: Staff, members: [ann]}}
        users:
          - {{login: ann, password: "{PASSWORD}", authenticators: [{{method: totp, secret: {seed}}}]}}
        policies:
          - name: P
            application: VPN
            login: password-and-second-factor
            methods: [totp, radius]
        """


@pytest.fixture
def both(nodes: tuple[House, House]) -> Iterator[tuple[Client, Client]]:
    """One client's socket for each server: the same address and port, as a client that goes on to the next."""
    one, other = nodes
    with Client(one.port, SECRET.encode()) as first:
        second = Client(other.port, SECRET.encode())
        second.socket.close()
        second.socket = first.socket
        yield first, second


def state_of(reply: Packet) -> Attribute:
    assert reply.code == Code.ACCESS_CHALLENGE
    return a.STATE, b"".join(reply.values(a.STATE))


def test_a_question_of_one_is_answered_at_the_other_and_only_once(
    nodes: tuple[House, House], both: tuple[Client, Client], seed: str
) -> None:
    first, second = both
    state = state_of(first.ask("ann", PASSWORD))
    assert second.ask("ann", totp(seed), state).code == Code.ACCESS_ACCEPT
    assert first.ask("ann", totp(seed), state).code == Code.ACCESS_REJECT
    assert nodes[0].last_login()["reason"] == "state-used"


def test_the_same_datagram_has_the_same_outcome_at_the_other(
    nodes: tuple[House, House], both: tuple[Client, Client], seed: str
) -> None:
    """As after a crash between the commit and the reply: the first one's answer never arrived."""
    first, second = both
    request, datagram = first.request("ann", totp(seed), state_of(first.ask("ann", PASSWORD)))
    first.send(datagram)
    assert first.receive(request)[0].code == Code.ACCESS_ACCEPT
    nodes[0].kill()
    second.send(datagram)
    assert second.receive(request)[0].code == Code.ACCESS_ACCEPT


def test_a_question_that_was_passed_on_is_answered_at_the_other(both: tuple[Client, Client]) -> None:
    first, second = both
    asked = second.ask("ann", "radius", state_of(first.ask("ann", PASSWORD)))
    assert message(asked) == PROMPT
    assert first.ask("ann", "blue", state_of(asked)).code == Code.ACCESS_ACCEPT


def test_a_change_counts_at_both_from_the_next_login(
    nodes: tuple[House, House], both: tuple[Client, Client], seed: str
) -> None:
    first, second = both
    asked = first.ask("ann", PASSWORD)
    nodes[0].configure("""
        groups:
          - {name: Staff}
        policies:
          - {name: P, application: VPN, groups: [Staff], login: password-and-second-factor, methods: [totp]}
        """)
    assert second.ask("ann", totp(seed), state_of(asked)).code == Code.ACCESS_REJECT
    assert nodes[1].last_login()["reason"] == "policy-changed"
    assert first.ask("ann", totp(seed), state_of(first.ask("ann", PASSWORD))).code == Code.ACCESS_ACCEPT
