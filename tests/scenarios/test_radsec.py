"""RADIUS over TLS: our own client, radsecproxy in front, and clients that mean no good."""

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.listener.radsec import FROM_ONE
from secondgate.radius import attributes as a
from secondgate.radius import exchange, version11
from secondgate.radius.attributes import readable
from secondgate.radius.packet import Code, Packet, decode, encode
from secondgate.upstream.tls import ask, read_packet, trust
from secondgate.upstream.udp import Server
from tests.real.ca import Ca
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House, until
from tests.scenarios.ports import free_udp_port
from tests.scenarios.radsec import IN_TIME, answered, connection, port, radsec_house, tls

pytestmark = pytest.mark.real

SECRET = "the-secret-of-udp"


@pytest.fixture
def seed() -> str:
    return new_seed()


@pytest.fixture
def house(tmp_path: Path, seed: str, ca: Ca) -> Iterator[House]:
    house = radsec_house(tmp_path, ca)
    house.configure(f"""
        applications:
          - {{name: Wire, kind: radius, clients: [127.0.0.1], secret: {SECRET}, message_authenticator: require}}
        users:
          - {{login: ann, password: a-password-of-ann, authenticators: [{{method: totp, secret: {seed}}}]}}
        policies:
          - {{name: P, application: Wire, login: second-factor-only, methods: [totp]}}
        """)
    yield house.start()
    house.stop()


@pytest.fixture
def client(ca: Ca) -> ssl.SSLContext:
    issued = ca.issue("radsec-client", "client.test")
    return trust(ca.file, issued.certificate, issued.key)


def asks(house: House, asked: exchange.Asked, context: ssl.SSLContext) -> Packet:
    return asyncio.run(ask(Server("127.0.0.1", port(house)), asked, context, within=IN_TIME))


def login(house: House, context: ssl.SSLContext, code: str, protocol: str = "pap") -> Packet:
    return asks(house, exchange.access("ann", code, version11.RADSEC, protocol=protocol), context)


def test_a_code_is_taken_once_and_the_ping_and_accounting_are_answered(house, seed, client):
    code = totp(seed)
    assert asks(house, exchange.status(version11.RADSEC), client).code == Code.ACCESS_ACCEPT
    assert login(house, client, code, "mschapv2").code == Code.ACCESS_ACCEPT
    assert login(house, client, code).code == Code.ACCESS_REJECT
    assert house.last_login()["reason"] == "code-used"
    told = exchange.accounting(
        [(a.ACCT_STATUS_TYPE, (1).to_bytes(4, "big")), (a.USER_NAME, b"ann")], version11.RADSEC
    )
    assert asks(house, told, client).code == Code.ACCOUNTING_RESPONSE
    assert house.events(event="session.started")[0]["user"] == "ann"


def test_what_came_by_tls_says_nothing_of_udp(house, seed, client):
    """Over UDP it stays the application's secret, and a Message-Authenticator where that is required."""
    login(house, client, totp(seed))
    with Client(house.port, SECRET.encode()) as udp:
        assert udp.ask("ann", "000000").code == Code.ACCESS_REJECT
    with Client(house.port, b"radsec") as udp:
        assert udp.is_silent(udp.request("ann", "000000")[1])


def test_radius_1_1_hides_nothing_and_signs_nothing(house, seed, client):
    client.set_alpn_protocols(["radius/1.1"])

    async def speak() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port(house), ssl=client)
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "radius/1.1"
        said = [(a.USER_NAME, b"ann"), (a.USER_PASSWORD, totp(seed).encode()), (a.PROXY_STATE, b"me")]
        for token, password in ((b"tok1", "000000"), (b"tok2", totp(seed))):
            said[1] = (a.USER_PASSWORD, password.encode())
            writer.write(encode(Packet(Code.ACCESS_REQUEST, 0, token + bytes(12), said)))
        replies = {
            reply.authenticator: reply for reply in [decode(await read_packet(reader)) for _ in range(2)]
        }
        refused, accepted = replies[b"tok1" + bytes(12)], replies[b"tok2" + bytes(12)]
        assert (refused.code, accepted.code) == (Code.ACCESS_REJECT, Code.ACCESS_ACCEPT)
        for reply in (refused, accepted):
            assert reply.identifier == 0 and reply.first(a.MESSAGE_AUTHENTICATOR) is None
            assert reply.values(a.PROXY_STATE) == [b"me"]
        assert "Sign-in failed" in (readable(refused.first(a.REPLY_MESSAGE)) or "")
        writer.close()

    asyncio.run(asyncio.wait_for(speak(), IN_TIME))


def test_new_certificates_are_taken_without_a_restart_and_bad_ones_are_not(house, ca, client, tmp_path):
    shown = tmp_path / "shown"

    def serial() -> int:
        with (
            socket.create_connection(("127.0.0.1", port(house))) as plain,
            client.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
        ):
            return int((tls.getpeercert() or {})["serialNumber"], 16)  # type: ignore[arg-type]

    before = serial()
    (shown / "certificate.pem").write_text("no certificate")
    until = time.monotonic() + 60
    while house.ready() and time.monotonic() < until:
        time.sleep(0.2)
    assert "are no certificate and its key" in (house.get("/healthz/ready") or (0, ""))[1]
    assert serial() == before  # the old one serves on
    new = ca.issue("renewed", "127.0.0.1", "localhost")
    shutil.copy(new.key, shown / "key.pem")
    shutil.copy(new.certificate, shown / "certificate.pem")
    while serial() == before and time.monotonic() < until:
        time.sleep(0.2)
    assert serial() != before
    assert house.ready()


def test_clients_that_mean_no_good_hold_nobody_up(house, seed, client):
    """Half a handshake, half a packet, no packet at all, a stream of noise, many connections."""
    hold = [socket.create_connection(("127.0.0.1", port(house))) for _ in range(30)]
    for number, one in enumerate(hold):
        one.sendall(b"\x16\x03\x01" if number % 2 else os.urandom(200))

    open_streams = []

    async def noise() -> None:
        for begun in (b"\x01\x01\x00\x03", b"\x01\x01\xff\xff", b"\x01\x01\x00\x14" + bytes(16) + b"\x01"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port(house), ssl=client)
            writer.write(begun)
            if begun[2:4] != b"\x00\x14":
                assert await reader.read() == b""  # no packet can begin so: the connection ends
            else:
                open_streams.append(writer)
        assert (
            await ask(
                Server("127.0.0.1", port(house)),
                exchange.access("ann", totp(seed), version11.RADSEC),
                client,
                within=IN_TIME,
            )
        ).code == Code.ACCESS_ACCEPT

    asyncio.run(asyncio.wait_for(noise(), 60))
    assert house.ready()
    assert "internal-error" not in house.log.read_text()
    for one in hold:
        one.close()


HEAD = {code: bytes((code, 1)) for code in Code}
ENDS = {
    "bad-attribute": HEAD[Code.ACCESS_REQUEST] + b"\0\x16" + bytes(16) + b"\1\0",
    "bad-message-authenticator": HEAD[Code.STATUS_SERVER] + b"\0\x26" + bytes(16) + b"\x50\x12" + bytes(16),
    "bad-request-authenticator": HEAD[Code.ACCOUNTING_REQUEST] + b"\0\x14" + bytes(16),
}
ENDS_NOT = {
    "unexpected-code": b"\x2b\1\0\x14" + bytes(16),  # CoA-Request
    "no-message-authenticator": HEAD[Code.STATUS_SERVER] + b"\0\x14" + bytes(16),
}


@pytest.mark.parametrize("why", [*ENDS, *ENDS_NOT])
def test_rfc6613_section_2_6_4_a_packet_that_is_damaged_or_of_another_secret_ends_the_connection(
    house, client, why
):
    with tls(house, client, "127.0.0.1") as stream:
        stream.sendall({**ENDS, **ENDS_NOT}[why])
        if why in ENDS:
            with contextlib.suppress(ConnectionError):
                assert stream.recv(1) == b""
        else:
            assert answered(stream, exchange.status(version11.RADSEC)).code == Code.ACCESS_ACCEPT
    until(lambda: f'{{drop="{why}"}} 1.0' in (house.get("/metrics") or (0, ""))[1])
    assert ("radsec-bad-packet" in house.log.read_text()) is (why in ENDS)


def test_connections_count_from_their_first_octet(house, seed, client):
    """Silent ones, before any TLS: one address has its share, and the others theirs."""
    with contextlib.ExitStack() as silent:
        first, *_others = [silent.enter_context(connection(house, "127.0.0.2")) for _ in range(FROM_ONE)]
        with connection(house, "127.0.0.2") as one_too_many:
            assert one_too_many.recv(1) == b""
        assert login(house, client, totp(seed)).code == Code.ACCESS_ACCEPT
        assert not gets_tls(house, client, "127.0.0.2")
        first.close()
        until(lambda: gets_tls(house, client, "127.0.0.2"))
    assert house.log.read_text().count("radsec-connection-refused") == 1


def gets_tls(house: House, context: ssl.SSLContext, address: str) -> bool:
    """Tell whether a connection from this address comes as far as TLS."""
    try:
        context.wrap_socket(connection(house, address), server_hostname="127.0.0.1").close()
    except OSError:
        return False
    return True


RADSECPROXY = """
ListenUDP 127.0.0.1:{udp}
LogLevel 3
LogDestination file://{folder}/log
tls default {{
    CACertificateFile {ca}
    CertificateFile {certificate}
    CertificateKeyFile {key}
}}
client here {{
    host 127.0.0.1
    type udp
    secret {secret}
}}
server gate {{
    host 127.0.0.1
    port {tls}
    type tls
    secret radsec
    statusserver on
    certificateNameCheck off
}}
realm * {{
    server gate
    accountingServer gate
}}
"""


def test_radsecproxy_in_front(house, seed, ca, tmp_path):
    """What many put before a server on the other side of the Internet."""
    program = shutil.which("radsecproxy") or "/usr/sbin/radsecproxy"
    issued, folder, udp = ca.issue("proxy", "proxy.test"), tmp_path / "radsecproxy", free_udp_port()
    folder.mkdir()
    (folder / "conf").write_text(RADSECPROXY.format(
        udp=udp, folder=folder, ca=ca.file, certificate=issued.certificate, key=issued.key, secret=SECRET, tls=port(house)
    ))  # fmt: skip
    proxy = subprocess.Popen(
        [program, "-f", "-c", str(folder / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with Client(udp, SECRET.encode()) as behind:
            packet, datagram = behind.request("ann", totp(seed))
            until, reply = time.monotonic() + IN_TIME, None
            behind.socket.settimeout(1)
            while (
                reply is None
            ):  # the proxy is not there yet, or has no connection: as a client does, send again
                behind.send(datagram)
                try:
                    reply = behind.receive(packet)[0]
                except (TimeoutError, ConnectionRefusedError):
                    assert time.monotonic() < until, (folder / "log").read_text()
            assert reply.code == Code.ACCESS_ACCEPT
            branch = (
                "{name: Branch, kind: radius, clients: [], certificate_names: [proxy.test], secret: another}"
            )
            house.configure(f"applications: [{branch}]")
            assert behind.ask("ann", "000000").code == Code.ACCESS_REJECT
            assert house.last_login()["application"] == "Branch"  # on the connection that was there before
    finally:
        proxy.terminate()
        proxy.wait()


def test_a_setting_that_is_missing_or_no_certificate_is_one_sentence(house, tmp_path):
    house.stop()
    key = house.environment.pop("SECONDGATE_RADSEC_KEY")
    said = house.command("serve").stderr
    assert said.startswith("secondgate: SECONDGATE_RADSEC is set, and SECONDGATE_RADSEC_KEY is not")
    house.environment["SECONDGATE_RADSEC_KEY"] = str(tmp_path / "nowhere.pem")
    assert (
        "nowhere.pem cannot be read: No such file" in house.command("serve", "--radius", "127.0.0.1:0").stderr
    )
    house.environment["SECONDGATE_RADSEC_KEY"] = key
    house.environment["SECONDGATE_RADSEC_CRL"] = house.environment["SECONDGATE_RADSEC_CA"]
    said = house.command("serve", "--radius", "127.0.0.1:0").stderr
    assert said.startswith("secondgate: RadSec cannot begin: ")
    assert "has no list of revoked certificates in PEM; `openssl crl" in said
