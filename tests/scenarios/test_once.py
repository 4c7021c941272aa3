"""Each code counts once, whatever number of clients, workers and crashes."""

import base64
import random
import secrets
import select
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from secondgate.methods.hotp import code_at
from secondgate.radius import attributes as a
from secondgate.radius.packet import Code, Packet
from secondgate.radius.signing import Secret, sign_request
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

ADDRESSES = ("127.0.4.1", "127.0.4.2")
SECRET = "secret-of-a-test-of-once"
HOUSE = f"""
applications:
  - {{name: WorkSpaces, kind: aws-workspaces, clients: [{", ".join(ADDRESSES)}], secret: {SECRET}}}
policies:
  - {{name: MFA, application: WorkSpaces, login: second-factor-only, methods: [totp, hotp, backup-codes]}}
users:
"""


def test_of_twenty_logins_at_once_with_one_code_one_is_let_in(house: House) -> None:
    seed, codes = new_seed(), "[abcd-efgh-1, abcd-efgh-2]"
    house.configure(
        HOUSE + f"  - login: ann\n    authenticators: [{{method: totp, secret: {seed}}}, "
        f"{{method: backup-codes, codes: {codes}}}]\n"
    )
    house.start("--workers", "2")
    for code in (totp(seed), "abcdefgh1", "ABCD-EFGH-2"):
        with ThreadPoolExecutor(20) as pool:
            clients = [Client(house.port, SECRET.encode(), ADDRESSES[number % 2]) for number in range(20)]
            outcomes = Counter(
                reply.code for reply in pool.map(Client.ask, clients, ["ann"] * 20, [code] * 20)
            )
            for client in clients:
                client.socket.close()
        assert outcomes == {Code.ACCESS_ACCEPT: 1, Code.ACCESS_REJECT: 19}, code
    assert len(house.events(event="login.accepted")) == 3
    reasons = Counter(event["reason"] for event in house.events(event="login.refused"))
    # A used code is no failure; more than ten logins at once on one worker are not all looked at.
    assert reasons.total() == 57
    assert set(reasons) <= {"code-used", "throttled"}


def test_a_request_that_differs_in_one_attribute_is_another_one(house: House) -> None:
    """Whoever has seen a request could otherwise get its Accept for one of their own making."""
    seed = new_seed()
    house.configure(HOUSE + f"  - {{login: ann, authenticators: [{{method: totp, secret: {seed}}}]}}\n")
    house.start()
    with Client(house.port, SECRET.encode(), ADDRESSES[0]) as client:
        packet, datagram = client.request("ann", totp(seed))
        client.send(datagram)
        assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
        house.stop()  # so that no stored reply answers
        house.start()
        added = replace(packet, attributes=[*packet.attributes, (a.NAS_IDENTIFIER, b"another")])
        client.send(sign_request(added, Secret(SECRET.encode())))
        assert client.receive(added)[0].code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "code-used"
        client.send(datagram)
        assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT, "this very request gets its own again"


def test_a_power_cut_at_any_moment_loses_no_login_and_doubles_none(house: House) -> None:
    """20 times: kill -9 under load, start again, and ask again for what had no answer."""
    users = {f"user{number:03}": new_seed() for number in range(400)}
    entries = "".join(
        f"  - {{login: {login}, authenticators: [{{method: hotp, secret: {seed}}}]}}\n"
        for login, seed in users.items()
    )
    house.configure(HOUSE + entries)
    logins = iter(users.items())
    accepted: list[str] = []
    chance = random.Random(4226)
    house.start()
    for _cut in range(20):
        load = Load(house, [next(logins) for _ in range(20)])
        load.run_until(chance.randrange(1, 20))
        house.kill()
        house.start()
        accepted += load.finish()
    assert sorted(accepted) == sorted(users), "the identical datagram, sent again, gets its Accept"
    events = Counter(event["user"] for event in house.events(event="login.accepted"))
    assert set(events) == set(users), "no login without its event"
    for login, seed in list(users.items())[:20]:
        with Client(house.port, SECRET.encode(), ADDRESSES[0]) as client:
            code = code_at(base64.b32decode(seed), 0).decode()
            assert client.ask(login, code).code == Code.ACCESS_REJECT, "no code twice"


class Load:
    """Logins that are all under way at once, each with a code of its own."""

    def __init__(self, house: House, logins: list[tuple[str, str]]) -> None:
        self.client = Client(house.port, SECRET.encode(), secrets.choice(ADDRESSES))
        self.asked: dict[int, tuple[str, Packet, bytes]] = {}
        self.accepted: list[str] = []
        for login, seed in logins:
            packet, datagram = self.client.request(login, code_at(base64.b32decode(seed), 0).decode())
            while packet.identifier in self.asked:
                packet, datagram = self.client.request(login, code_at(base64.b32decode(seed), 0).decode())
            self.asked[packet.identifier] = (login, packet, datagram)

    def run_until(self, answers: int) -> None:
        """Send all of them and return when so many are answered."""
        for _login, _packet, datagram in list(self.asked.values()):
            self.client.send(datagram)
        while len(self.accepted) < answers:
            self._receive()

    def finish(self) -> list[str]:
        """Send again, as clients do, what has no answer; return who was let in."""
        while self.asked:
            for _login, _packet, datagram in list(self.asked.values()):
                self.client.send(datagram)
            while self.asked and select.select([self.client.socket], [], [], 2)[0]:
                self._receive()
        self.client.socket.close()
        return self.accepted

    def _receive(self) -> None:
        datagram = self.client.socket.recv(4096)
        waiting = self.asked.pop(datagram[1], None)
        if waiting:  # an answer that was on its way when it was asked for again comes twice
            login, packet, _ = waiting
            assert datagram[0] == Code.ACCESS_ACCEPT, login
            self.accepted.append(login)
            assert packet.identifier == datagram[1]


def test_workers_end_with_the_first_process(sqlite_house: House) -> None:
    """However it ends: a worker that stayed would hold the ports and answer by old settings."""
    sqlite_house.configure(HOUSE.replace("users:\n", ""))
    sqlite_house.start("--workers", "2")
    sqlite_house.kill()
    freed = threading.Event()

    def try_again() -> None:
        sqlite_house.start()  # without sharing: it fails while another process has the port
        freed.set()

    until = time.monotonic() + 20
    while not freed.is_set():
        try:
            try_again()
        except RuntimeError:
            assert time.monotonic() < until, "the port was never let go"
