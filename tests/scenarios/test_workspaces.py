"""Amazon WorkSpaces, as AWS Directory Service plays it: two addresses, a code, a probe, retries."""

import subprocess
from collections.abc import Iterator

import pytest

from secondgate.radius.packet import Code
from tests.scenarios.client import Client, message
from tests.scenarios.codes import new_seed, totp, wrong_code
from tests.scenarios.house import House
from tests.scenarios.people import Home

pytestmark = pytest.mark.real

ADDRESSES = ("127.0.1.10", "127.0.2.10")  # those of the directory in AWS
SECRET = "workspaces-secret-of-a-test"
APPLICATION = f"""- name: AWS WorkSpaces
  kind: aws-workspaces
  clients: [{", ".join(ADDRESSES)}]
  secret: {SECRET}"""
POLICY = """- name: WorkSpaces MFA
  application: AWS WorkSpaces
  login: second-factor-only
  methods: [totp]"""


class Aws:
    """What AWS Directory Service does: it sends what was typed in the MFA field, from two addresses."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.both = [Client(port, SECRET.encode(), address) for address in ADDRESSES]

    def login(self, user: str, code: str) -> Code:
        """Return what one login from the first address gets."""
        return Code(self.both[0].ask(user, code).code)

    def close(self) -> None:
        for client in self.both:
            client.socket.close()


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def aws(house: House, home: Home, seed: str) -> Iterator[Aws]:
    house.configure(home.configuration(seed, APPLICATION, POLICY))
    aws = Aws(house.start().port)
    yield aws
    aws.close()


def test_a_code_lets_in_once(aws: Aws, house: House, home: Home, seed: str) -> None:
    code = totp(seed)
    assert aws.login(home.login, wrong_code(seed)) == Code.ACCESS_REJECT
    assert aws.login(home.other_form, code) == Code.ACCESS_ACCEPT
    assert aws.login(home.login, code) == Code.ACCESS_REJECT
    logins = [event for event in house.events() if event["event"].startswith("login.")]
    assert [event["reason"] for event in logins] == ["wrong-code", "", "code-used"]
    assert {event["user"] for event in logins} == {home.login}
    explained = house.command("explain", str(logins[-1]["id"])).stdout
    assert "has been used already" in explained
    assert "belongs to the application AWS WorkSpaces" in explained


def test_radclient_gets_its_accept(aws: Aws, house: House, home: Home, seed: str) -> None:
    said = f"User-Name={home.login},User-Password={totp(seed)},Packet-Src-IP-Address={ADDRESSES[0]}\n"
    line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{house.port}", "auth", SECRET]
    answer = subprocess.run(line, input=said, capture_output=True, text=True)
    assert "Received Access-Accept" in answer.stdout, answer.stdout + answer.stderr


@pytest.mark.parametrize("attribute", ["CHAP-Password", "MS-CHAP-Password"])
def test_radclient_gets_in_by_a_digest_of_the_code(
    aws: Aws, house: House, home: Home, seed: str, attribute: str
) -> None:
    """AWS offers PAP, CHAP, MS-CHAP and MS-CHAPv2: a code can be checked by each."""

    def asked(typed: str) -> str:
        said = f'User-Name={home.login},{attribute}="{typed}",Packet-Src-IP-Address={ADDRESSES[0]}\n'
        line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{house.port}", "auth", SECRET]
        return subprocess.run(line, input=said, capture_output=True, text=True).stdout

    code = totp(seed)
    assert "Received Access-Reject" in asked(wrong_code(seed))
    assert "Received Access-Accept" in (accepted := asked(code))
    assert ("MS-CHAP-MPPE-Keys" in accepted) is (attribute == "MS-CHAP-Password")
    assert "Received Access-Reject" in asked(code)
    assert house.last_login()["reason"] == "code-used"


def test_the_probe_is_refused_named_and_counted_against_nobody(aws: Aws, house: House) -> None:
    asked = [(client, *client.request("fakeusername", "fakepassword")) for client in aws.both]
    for client, _packet, datagram in asked:
        client.send(datagram)
    for client, packet, _datagram in asked:
        assert client.receive(packet)[0].code == Code.ACCESS_REJECT
    assert len(house.events(reason="aws-probe")) == 2
    assert "set-up probe" in house.command("explain", str(house.last_login()["id"])).stdout


def test_a_retry_gets_the_same_bytes(aws: Aws, house: House, home: Home, seed: str) -> None:
    client = aws.both[0]
    packet, datagram = client.request(home.login, totp(seed))
    client.send(datagram)
    first = client.receive(packet)
    client.send(datagram)
    assert client.receive(packet) == first
    assert first[0].code == Code.ACCESS_ACCEPT
    assert len(house.events(event="login.accepted")) == 1


def test_an_unknown_user_reads_like_a_wrong_code(aws: Aws, house: House, home: Home, seed: str) -> None:
    wrong = aws.both[0].ask(home.login, wrong_code(seed))
    unknown = aws.both[1].ask("hunter2-typed-in-the-wrong-field", wrong_code(seed))
    assert message(wrong) == message(unknown)
    assert [kind for kind, _ in wrong.attributes] == [kind for kind, _ in unknown.attributes]
    assert house.last_login()["reason"] == "unknown-user"
    assert "hunter2" not in house.command("events", "--json").stdout


def test_the_second_server_knows_what_the_first_has_spent(house: House, home: Home, seed: str) -> None:
    """AWS tries the next server when the first is slow: both share one database."""
    house.configure(home.configuration(seed, APPLICATION, POLICY))
    house.start()
    second = House(house.folder, database_url=house.database_url)
    try:
        second.start()
        first_aws, second_aws = Aws(house.port), Aws(second.port)
        code = totp(seed)
        assert first_aws.login(home.login, code) == Code.ACCESS_ACCEPT
        assert second_aws.login(home.login, code) == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "code-used"
        first_aws.close()
        second_aws.close()
    finally:
        second.stop()
