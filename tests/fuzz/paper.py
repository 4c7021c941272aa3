"""The RADIUS server without network and database: a datagram in, its answer or its drop out."""

from ipaddress import ip_network
from itertools import count
from pathlib import Path
from typing import Any

from secondgate.applications.kinds import KINDS
from secondgate.events.metrics import DROPS
from secondgate.ledger.ledger import Entry, Ledger
from secondgate.ledger.snapshot import Application, Client, Snapshot
from secondgate.ledger.store import SqliteStore
from secondgate.listener.server import Server
from secondgate.listener.sockets import Endpoint, Sender
from secondgate.login import reasons
from secondgate.login.attempt import Attempt
from secondgate.login.outcome import Outcome, Refuse
from secondgate.vault.keyring import Keyring
from tests.radius.packets import SECRET

LAX, STRICT, AUTO, STRANGER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
NO_PROXY = "10.0.0.5"


def application(**fields: Any) -> Application:
    """Return an application with the secret of the tests."""
    standard: dict[str, Any] = {
        "id": "a" * 32, "name": "VPN", "kind": KINDS["radius"], "secret": SECRET,
        "message_authenticator": "off", "challenge": True, "separator": ",", "directories": (), "rules": (),
    }  # fmt: skip
    return Application(**{**standard, **fields})


def client(
    address: str = LAX, message_authenticator: str = "off", limit_proxy_state: str = "off",
    *, signs: bool = False, proxies: bool | None = None,
) -> Client:  # fmt: skip
    """Return a client of such an application."""
    wants = application(message_authenticator=message_authenticator, limit_proxy_state=limit_proxy_state)
    return Client(int(address[-1]), ip_network(address), wants, signs, proxies=proxies)


class PaperLedger(Ledger):
    """A ledger that holds one snapshot and believes whatever it is told."""

    def __init__(self) -> None:
        super().__init__(SqliteStore(Path("/nonexistent")), Keyring(bytes(32)))
        clients = (
            client(LAX), client(STRICT, "require"), client(AUTO, "auto"),
            client(NO_PROXY, limit_proxy_state="auto", proxies=False),
        )  # fmt: skip
        self.snapshot = Snapshot(1, {}, clients, {}, {})

    async def refresh(self) -> Snapshot:
        return self.snapshot

    async def commit(self, entry: Entry) -> bool:
        return True


class PaperEndpoint(Endpoint):
    """A socket that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, datagram: bytes, sender: Sender) -> None:
        self.sent.append(datagram)


class PaperServer(Server):
    """The server up to the decision and behind it: every login is refused, and kept in `attempts`."""

    def __init__(self) -> None:
        super().__init__(PaperLedger())
        self.attempts: list[Attempt] = []
        self._endpoint, self._ports = PaperEndpoint(), count(1024)

    async def decide(self, attempt: Attempt) -> Outcome:
        self.attempts.append(attempt)
        return Refuse(reasons.UNKNOWN_USER)

    async def deliver(
        self, datagram: bytes, address: str = LAX, *, port: int | None = None, accounting: bool = False
    ) -> bytes | str:
        """Return the answer to a datagram, or the name of the drop; each comes from another port."""
        source = (address, port or next(self._ports))
        self._endpoint.sent, before = [], DROPS.copy()
        answer = self._answer_accounting if accounting else self._answer_access
        await self._serve(self._endpoint, datagram, Sender(*source, source, []), answer)
        dropped = [name for (name,), number in (DROPS - before).items() for _ in range(number)]
        outcomes: list[bytes | str] = [*self._endpoint.sent, *dropped]
        assert len(outcomes) == 1, "an answer, or a drop with its reason"
        return outcomes[0]
