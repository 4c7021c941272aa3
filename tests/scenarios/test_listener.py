"""The RADIUS door: who may speak, what is answered, what is dropped and told."""

import secrets
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from secondgate.radius import attributes as a
from secondgate.radius.packet import Code, Packet, decode, encode
from secondgate.radius.signing import Secret, is_signed_reply_to, sign_request
from tests.scenarios.client import PATIENCE, Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

SECRET, OTHER = "secret-of-a-listener-test", "secret-of-another-client"
SEEDS = {login: new_seed() for login in ("ann", "bob", "cid")}
USERS = "".join(
    f"  - {{login: {n}, authenticators: [{{method: totp, secret: {s}}}]}}\n" for n, s in SEEDS.items()
)
HOUSE = f"""
applications:
  - {{name: Wide, kind: radius, clients: [127.0.5.0/24, "::1"], secret: {SECRET}}}
  - {{name: Narrow, kind: radius, clients: [127.0.5.9], secret: {OTHER}, message_authenticator: require}}
  - {{name: Lax, kind: radius, clients: [127.0.5.8], secret: {SECRET}, message_authenticator: off}}
  - {{name: Alone, kind: radius, clients: [127.0.5.6], secret: {SECRET}}}
  - {{name: Word, kind: radius, clients: [127.0.5.7], secret: {SECRET}}}
policies:
  - {{name: P1, application: Wide, login: second-factor-only, methods: [totp]}}
  - {{name: P2, application: Narrow, login: second-factor-only, methods: [totp]}}
  - {{name: P3, application: Lax, login: second-factor-only, methods: [totp]}}
  - {{name: P4, application: Word, login: password-only}}
  - {{name: P5, application: Alone, login: second-factor-only, methods: [totp]}}
users:
{USERS}"""


@pytest.fixture
def open_house(sqlite_house: House) -> House:
    sqlite_house.configure(HOUSE)
    return sqlite_house.start()


def unsigned(client: Client, user: str, typed: str) -> tuple[Packet, bytes]:
    """Return a request without a Message-Authenticator, as old clients send it."""
    packet, datagram = client.request(user, typed)
    plain = decode(datagram).attributes[1:]
    packet = Packet(packet.code, packet.identifier, packet.authenticator, plain)
    return packet, encode(packet)


def test_the_longest_network_wins(open_house: House) -> None:
    with Client(open_house.port, OTHER.encode(), "127.0.5.9") as client:
        assert client.ask("ann", totp(SEEDS["ann"])).code == Code.ACCESS_ACCEPT
    assert open_house.last_login()["application"] == "Narrow"


def test_an_unknown_address_is_met_with_silence_and_one_event(open_house: House) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.6.1") as client:
        for _ in range(3):
            assert client.is_silent(client.request("ann", "123456")[1])
    events = open_house.events(event="client.unknown")
    assert [event["client"] for event in events] == ["127.0.6.1"]
    assert 'secondgate_drops_total{drop="unknown-client"} 3.0' in eventually(open_house, "unknown-client")


def test_an_unknown_address_with_a_known_secret_is_told_so(open_house: House) -> None:
    with Client(open_house.port, OTHER.encode(), "127.0.6.3") as client:
        assert client.is_silent(client.request("ann", "123456")[1])
    with Client(open_house.port, OTHER.encode(), "127.0.6.4") as client:
        assert client.is_silent(unsigned(client, "ann", "123456")[1])
    with Client(open_house.port, b"a secret of nobody", "127.0.6.5") as client:
        assert client.is_silent(unsigned(client, "ann", "123456")[1])
    fits = {event["client"]: event["facts"]["fits"] for event in open_house.events(event="client.unknown")}
    assert fits == {"127.0.6.3": ["Narrow"], "127.0.6.4": ["Narrow"], "127.0.6.5": []}
    log = open_house.command("events", "--event", "client.unknown").stdout
    for client, says in {
        "127.0.6.3": "It fits the secret of Narrow: add 127.0.6.3 to its `clients`.",
        "127.0.6.5": "It fits no application's secret: if it is one of yours, add 127.0.6.5 to its `clients`",
    }.items():
        (event,) = open_house.events(event="client.unknown", client=client)
        said = f"A packet came from {client}, which is a client of no application. {says}"
        assert said in open_house.command("explain", str(event["id"])).stdout
        assert said in log


def test_a_packet_that_is_dropped_for_its_signature_is_told_once_a_reason(open_house: House) -> None:
    with Client(open_house.port, b"another secret", "127.0.5.9") as client:
        for _ in range(2):
            assert client.is_silent(client.request("ann", "123456")[1])
            assert client.is_silent(unsigned(client, "ann", "123456")[1])
    told = [(e["application"], e["client"], e["reason"]) for e in open_house.events(event="packet.dropped")]
    assert sorted(told) == [
        ("Narrow", "127.0.5.9", "bad-message-authenticator"),
        ("Narrow", "127.0.5.9", "no-message-authenticator"),
    ]
    (event,) = open_house.events(event="packet.dropped", reason="bad-message-authenticator")
    sentence, reason = open_house.command("explain", str(event["id"])).stdout.splitlines()
    assert sentence.endswith("Its Message-Authenticator does not fit: the shared secret may be wrong.")
    assert reason == "  Reason:         bad-message-authenticator"


def test_a_new_client_may_speak_at_once(open_house: House) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.6.2") as client:
        assert client.is_silent(client.request("ann", "123456")[1])
        open_house.configure(HOUSE.replace("127.0.5.0/24", "127.0.5.0/24, 127.0.6.2"))
        assert client.ask("ann", totp(SEEDS["ann"])).code == Code.ACCESS_ACCEPT


def test_a_new_secret_counts_at_once(open_house: House) -> None:
    with Client(open_house.port, b"the-new-secret", "127.0.5.1") as client:
        assert client.is_silent(client.request("ann", "123456")[1])
        open_house.configure(HOUSE.replace(SECRET, "the-new-secret"))
        assert client.ask("ann", totp(SEEDS["ann"])).code == Code.ACCESS_ACCEPT


def test_a_message_authenticator_is_required_once_it_has_been_sent(open_house: House) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.5.6") as client:
        packet, datagram = unsigned(client, "ann", totp(SEEDS["ann"]))
        client.send(datagram)
        assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
        assert client.ask("bob", totp(SEEDS["bob"])).code == Code.ACCESS_ACCEPT
        assert client.is_silent(unsigned(client, "cid", totp(SEEDS["cid"]))[1])


def test_what_one_device_of_a_network_signs_binds_no_other(open_house: House) -> None:
    with (
        Client(open_house.port, SECRET.encode(), "127.0.5.1") as signs,
        Client(open_house.port, SECRET.encode(), "127.0.5.2") as does_not,
    ):
        assert signs.ask("ann", totp(SEEDS["ann"])).code == Code.ACCESS_ACCEPT
        for user in ("bob", "cid"):
            packet, datagram = unsigned(does_not, user, totp(SEEDS[user]))
            proxied = replace(packet, attributes=[*packet.attributes, (a.PROXY_STATE, b"1")])
            does_not.send(encode(proxied) if user == "cid" else datagram)
            assert does_not.receive(packet)[0].code == Code.ACCESS_ACCEPT


def test_a_message_authenticator_that_is_required_or_wrong(open_house: House) -> None:
    with Client(open_house.port, OTHER.encode(), "127.0.5.9") as narrow:
        assert narrow.is_silent(unsigned(narrow, "ann", totp(SEEDS["ann"]))[1])
    with Client(open_house.port, SECRET.encode(), "127.0.5.8") as lax:
        _packet, datagram = lax.request("ann", totp(SEEDS["ann"]))
        assert lax.is_silent(datagram[:-1] + bytes([datagram[-1] ^ 1])), "what is there is checked"
        packet, datagram = unsigned(lax, "ann", totp(SEEDS["ann"]))
        lax.send(datagram)
        assert lax.receive(packet)[0].code == Code.ACCESS_ACCEPT


def test_proxy_state_needs_a_message_authenticator_once_the_client_is_known_to_be_no_proxy(
    open_house: House,
) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.5.8") as lax:
        packet, datagram = unsigned(lax, "ann", "000000")
        lax.send(datagram)
        assert lax.receive(packet)[0].code == Code.ACCESS_REJECT, "which anybody could have sent"
        assert open_house.asked("SELECT proxies FROM applications_client WHERE network = '127.0.5.8/32'") == [
            {"proxies": None}
        ]
        packet, datagram = unsigned(lax, "bob", totp(SEEDS["bob"]))
        lax.send(datagram)
        assert lax.receive(packet)[0].code == Code.ACCESS_ACCEPT
        plain, _ = unsigned(lax, "cid", totp(SEEDS["cid"]))
        assert lax.is_silent(encode(replace(plain, attributes=[*plain.attributes, (a.PROXY_STATE, b"1")])))
    (told,) = open_house.events(event="packet.dropped")
    assert (told["client"], told["reason"]) == ("127.0.5.8", "unsigned-proxy-state")


def test_proxy_state_that_somebody_adds_to_the_first_login_makes_no_proxy_for_good(open_house: House) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.5.8") as lax:
        for user, states, proxies in [("ann", [(a.PROXY_STATE, b"1")], True), ("bob", [], False)]:
            plain, _ = unsigned(lax, user, totp(SEEDS[user]))
            lax.send(encode(replace(plain, attributes=[*plain.attributes, *states])))
            assert lax.receive(plain)[0].code == Code.ACCESS_ACCEPT
            known = open_house.asked("SELECT proxies FROM applications_client WHERE network = '127.0.5.8/32'")
            assert [bool(one["proxies"]) for one in known] == [proxies]
        plain, _ = unsigned(lax, "cid", "000000")
        assert lax.is_silent(encode(replace(plain, attributes=[*plain.attributes, (a.PROXY_STATE, b"1")])))


def test_a_signed_request_by_which_nothing_can_be_decided_is_refused_and_told_in_words(
    open_house: House,
) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.5.1") as client:
        request, datagram = client.request("", "123456")
        client.send(datagram)
        assert client.receive(request)[0].code == Code.ACCESS_REJECT
        assert client.is_silent(unsigned(client, "", "123456")[1])
    (refused,) = open_house.events(event="login.refused")
    assert (refused["application"], refused["reason"]) == ("Wide", "unusable-request")
    explained = open_house.command("explain", str(refused["id"])).stdout
    assert "Nothing can be decided by it: It names no user." in explained


def test_proxy_state_comes_back_unmodified_and_in_order(open_house: House) -> None:
    states = [(a.PROXY_STATE, octets) for octets in (b"first", b"", b"\x00" * 253, b"last")]
    with Client(open_house.port, SECRET.encode(), "127.0.5.1") as client:
        reply = client.ask("ann", "000000", *states)
    assert reply.all(a.PROXY_STATE) == states


@pytest.mark.parametrize("accounting", [False, True])
def test_a_ping_is_answered_on_both_ports(open_house: House, accounting: bool) -> None:
    port = open_house.port + accounting
    with Client(port, SECRET.encode(), "127.0.5.1") as client:
        ping = Packet(Code.STATUS_SERVER, 7, secrets.token_bytes(16))
        client.send(sign_request(ping, Secret(SECRET.encode())))
        expected = Code.ACCOUNTING_RESPONSE if accounting else Code.ACCESS_ACCEPT
        assert client.receive(ping)[0].code == expected
        assert client.is_silent(encode(ping)), "RFC 5997: an unsigned one is dropped"


def test_accounting_is_recorded_before_it_is_answered(open_house: House) -> None:
    said = "User-Name=ann,Acct-Status-Type=Start,Acct-Session-Id=s1,Packet-Src-IP-Address=127.0.5.1\n"
    line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{open_house.port + 1}", "acct", SECRET]
    answer = subprocess.run(line, input=said, capture_output=True, text=True)
    assert "Received Accounting-Response" in answer.stdout, answer.stdout
    (event,) = open_house.events(event="session.started")
    assert event["login"] == "ann"
    assert ["Acct-Session-Id", "s1"] in event["facts"]["said"]
    wrong = subprocess.run([*line[:-1], "wrong", "-t", "1"], input=said, capture_output=True, text=True)
    assert "Received" not in wrong.stdout


def test_ipv6_is_answered(sqlite_house: House) -> None:
    sqlite_house.configure(HOUSE)
    sqlite_house.start("--radius", "[::1]:0")
    port = int(sqlite_house.log.read_text().partition("[::1]:")[2].partition(",")[0].partition(".")[0])
    secret = Secret(SECRET.encode())
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        ping = Packet(Code.STATUS_SERVER, 1, secrets.token_bytes(16))
        client.sendto(sign_request(ping, secret), ("::1", port))
        assert is_signed_reply_to(client.recv(4096), ping, secret)


def test_a_wildcard_answers_from_the_address_that_was_asked(sqlite_house: House) -> None:
    sqlite_house.configure(HOUSE)
    sqlite_house.start("--radius", "0.0.0.0:0")
    port = int(sqlite_house.log.read_text().partition("0.0.0.0:")[2].partition(",")[0].partition(".")[0])
    with Client(port, SECRET.encode(), "127.0.5.1", server="127.0.5.77") as client:
        client.socket.connect(("127.0.5.77", port))  # the kernel now drops what comes from elsewhere
        packet, datagram = client.request("ann", "000000")
        client.socket.send(datagram)
        assert client.receive(packet)[0].code == Code.ACCESS_REJECT


def test_passwords_that_cannot_be_checked_are_refused_by_name(open_house: House) -> None:
    for said in (
        "CHAP-Password=hello",
        "MS-CHAP-Password=hello",
        "EAP-Message=0x0201000801616e6e,Message-Authenticator=0x00",
    ):
        line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{open_house.port}", "auth", SECRET]
        said = f"User-Name=ann,{said},Packet-Src-IP-Address=127.0.5.7\n"
        answer = subprocess.run(line, input=said, capture_output=True, text=True)
        assert "Received Access-Reject" in answer.stdout, answer.stdout
        assert open_house.last_login()["reason"] == "unsupported-protocol"


def test_who_speaks_eap_hears_at_once_that_it_failed(open_house: House, tmp_path: Path) -> None:
    supplicant = tmp_path / "eap.conf"
    supplicant.write_text('network={\n key_mgmt=WPA-EAP\n eap=MD5\n identity="ann"\n password="x"\n}\n')
    line = ["eapol_test", "-c", str(supplicant), "-a", "127.0.0.1", "-p", str(open_house.port), "-s", SECRET]
    said = subprocess.run([*line, "-A", "127.0.5.1", "-t", "20"], capture_output=True, text=True).stdout
    assert "CTRL-EVENT-EAP-FAILURE" in said and "EAPOL test timed out" not in said, said[-3000:]
    assert "decapsulated EAP packet (code=4 id=" in said
    assert open_house.last_login()["reason"] == "unsupported-protocol"


def test_any_bytes_are_survived(open_house: House) -> None:
    with Client(open_house.port, SECRET.encode(), "127.0.5.1") as client:
        for size in (0, 1, 19, 20, 21, 4096, 5000, 65000):
            client.send(secrets.token_bytes(size))
        assert client.ask("ann", totp(SEEDS["ann"])).code == Code.ACCESS_ACCEPT
    assert "internal-error" not in (open_house.get("/metrics") or (0, ""))[1]
    assert "Traceback" not in open_house.log.read_text()


def test_try_goes_through_the_running_server(open_house: House) -> None:
    right = totp(SEEDS["ann"])
    done = open_house.command("try", "--application", "Wide", "--user", "ann", stdin=f"{right}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Access-Accept" in done.stdout
    assert right not in done.stdout
    again = open_house.command("try", "--application", "Wide", "--user", "ann", "--password", right)
    assert again.returncode == 1
    assert "code-used" in again.stdout
    unknown = open_house.command("try", "--application", "Wdie", "--user", "ann", "--password", "1")
    assert "Known: Alone, Lax, Narrow, Wide, Word." in unknown.stderr
    open_house.stop()
    stopped = open_house.command("try", "--application", "Wide", "--user", "ann", "--password", "1")
    assert stopped.returncode == 1
    assert "No server is running" in stopped.stderr


def eventually(house: House, wanted: str) -> str:
    """Return /metrics once it names what is wanted."""
    while True:
        said = (house.get("/metrics") or (0, ""))[1]
        if wanted in said:
            return said
