"""The tunnel by itself: how it connects, what it says of faults, and that it leaves nothing behind."""

import asyncio
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from secondgate.directories.directory import DirectoryError
from secondgate.directories.tunnel import Security, Server, Tunnel, connect, open_tunnel, read_server, trust
from tests.directories.servers import STARTTLS_REFUSED, answering, echo, hang_up, say_nothing, serving
from tests.real.ca import EXPIRED, Ca
from tests.real.child import free_port

SYSTEM = trust("")  # for tunnels without TLS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tunnels make their folders."""
    folder = tmp_path / "Temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def held(folder: Path) -> list[os.stat_result]:
    """Return what there is in a folder."""
    return [path.stat() for path in folder.iterdir()]


async def entered(tunnel: Tunnel) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return our end of a tunnel, entered as libldap would."""
    return await asyncio.open_unix_connection(unquote(tunnel.url.removeprefix("ldapi://")))


async def refusal(server: Server, ca_pem: str = "") -> DirectoryError:
    """Return why there is no tunnel to a server."""
    with pytest.raises(DirectoryError) as raised:
        await open_tunnel(server, trust(ca_pem))
    assert raised.value.remedy
    return raised.value


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("ldaps://dc1.corp.test", Server("dc1.corp.test", 636, Security.TLS)),
        ("ldap://dc1.corp.test:3389", Server("dc1.corp.test", 3389, Security.STARTTLS)),
        ("LDAPS://[2001:db8::1]/", Server("2001:db8::1", 636, Security.TLS)),
    ],
)
def test_servers_are_read_as_written(url, server):
    assert read_server(url, starttls=True) == server


def test_without_starttls_ldap_is_plain_and_ldaps_is_not():
    assert read_server("ldap://127.0.0.1", starttls=False).security is Security.NONE
    assert read_server("ldaps://127.0.0.1", starttls=False).security is Security.TLS


@pytest.mark.parametrize(
    "url",
    ["", "dc1", "http://dc1", "ldaps://", "ldaps://dc1:ldap", "ldaps://dc1:0", "ldaps://dc1:70000", "ldap://[::1",
     "ldap://dc1/dc=corp", "ldap://dc1?uid", "ldaps://ann@dc1"],
)  # fmt: skip
def test_what_is_no_server_is_refused_in_words(url):
    with pytest.raises(ValueError, match="must be written ldaps://HOST"):
        read_server(url, starttls=True)


def test_a_server_is_shown_as_it_is_written():
    assert str(Server("::1", 636, Security.TLS)) == "ldaps://[::1]:636"
    assert str(Server("dc1", 389, Security.STARTTLS)) == "ldap://dc1:389"


@pytest.mark.parametrize(
    "text", ["nothing of the kind", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "Ä"]
)
def test_a_ca_file_without_a_certificate_is_refused_in_words(text):
    with pytest.raises(ValueError, match="holds no certificate"):
        trust(text)


def test_a_ca_file_may_hold_remarks(ca: Ca):
    assert trust(f"# Müller's authority\n{ca.pem}").get_ca_certs()


async def test_what_goes_in_comes_out_both_ways(ca: Ca):
    big = os.urandom(3_000_000)  # more than both sides buffer: each must wait for the other
    async with serving(echo, Security.TLS, ca.server) as server:
        tunnel = await open_tunnel(server, trust(ca.pem))
        reader, writer = await entered(tunnel)
        sending = asyncio.create_task(_send(writer, big))
        assert await reader.readexactly(len(big)) == big
        await sending
        tunnel.abort()


async def _send(writer: asyncio.StreamWriter, octets: bytes) -> None:
    writer.write(octets)
    await writer.drain()


async def test_only_we_can_enter_and_only_once(folder: Path):
    async with serving(echo) as server:
        tunnel = await open_tunnel(server, SYSTEM)
        (private,) = held(folder)
        assert stat.S_IMODE(private.st_mode) == 0o700
        reader, writer = await entered(tunnel)
        writer.write(b"first")
        assert await reader.readexactly(5) == b"first"
        with pytest.raises(OSError):
            await entered(tunnel)
        tunnel.abort()


async def test_nothing_is_left_when_our_side_closes(folder: Path):
    await _leaves_nothing(folder, close_from_far=False)


async def test_nothing_is_left_when_the_server_closes(folder: Path):
    await _leaves_nothing(folder, close_from_far=True)


async def _leaves_nothing(folder: Path, *, close_from_far: bool) -> None:
    gone = asyncio.Event()

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not close_from_far and await reader.read(100):
            pass
        writer.close()
        gone.set()

    async with serving(until_closed) as server:
        before = _descriptors()
        tunnel = await open_tunnel(server, SYSTEM)
        reader, writer = await entered(tunnel)
        if not close_from_far:
            writer.close()
        assert await reader.read() == b""  # the end
        writer.close()
        await gone.wait()
        while held(folder) or _descriptors() != before:  # noqa: ASYNC110  for ever, if not
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}


def _descriptors() -> int:
    """Return how many sockets are open that lead to a tunnel's or a server's other side."""
    return sum("socket:" in _target(name) for name in Path("/proc/self/fd").iterdir())


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:
        return ""


async def test_nothing_is_left_when_nobody_enters(folder: Path):
    async with serving(say_nothing) as server:
        tunnel = await open_tunnel(server, SYSTEM)
        tunnel.abort()
        assert held(folder) == []


async def test_starttls_is_asked_for_before_the_handshake(ca: Ca):
    said = b""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal said
        said = await reader.readexactly(31)
        writer.write(STARTTLS_REFUSED)

    async with serving(listen, Security.STARTTLS) as server:
        fault = await refusal(server, ca.pem)
    assert said.endswith(b"1.3.6.1.4.1.1466.20037")
    assert str(fault) == f"{server} refuses StartTLS (LDAP result 2)."
    assert not fault.silent


@pytest.mark.parametrize("answer", [b"\x30\x82\xff\xff" + b"x" * 5000, b"\x30\x03\x0a\x01\x35", b"\x30\x00"])
async def test_an_answer_to_starttls_that_is_none_is_a_refusal(ca: Ca, answer: bytes):
    async with serving(answering(answer), Security.STARTTLS) as server:
        assert "refuses StartTLS" in str(await refusal(server, ca.pem))


async def test_what_is_slipped_in_behind_starttls_is_never_passed_on(ca: Ca):
    accepted = bytes.fromhex("300c02010178070a010004000400")
    async with serving(answering(accepted + b"forged answer"), Security.STARTTLS) as server:
        assert "could not agree on TLS" in str(await refusal(server, ca.pem))


async def test_a_refused_connection_is_silence_in_words():
    fault = await refusal(Server("127.0.0.1", free_port(), Security.TLS))
    assert "refuses connections" in str(fault)
    assert fault.silent


async def test_a_name_that_nobody_has_is_silence_in_words():
    fault = await refusal(Server("dc1.invalid", 636, Security.TLS))
    assert "was not found" in str(fault)
    assert fault.silent


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_hang_up_in_the_handshake_is_silence_in_words(security: Security):
    async with serving(hang_up, security) as server:
        fault = await refusal(server)
    assert str(fault) == f"{server} hung up on us."
    assert fault.silent


async def test_a_server_that_speaks_no_tls_is_told_so():
    async with serving(answering(b"220 mail.example.org ESMTP\r\n"), Security.TLS) as server:
        fault = await refusal(server)
    assert "could not agree on TLS" in str(fault)
    assert not fault.silent


async def test_an_unknown_authority_is_named_as_the_reason(ca: Ca):
    async with serving(echo, Security.TLS, ca.server) as server:
        fault = await refusal(server)  # only the system's authorities
    assert "unable to get local issuer certificate" in str(fault)
    assert "ca_file" in fault.remedy
    assert not fault.silent


async def test_an_expired_certificate_is_named_as_the_reason(ca: Ca):
    async with serving(echo, Security.TLS, ca.issue("expired", "127.0.0.1", days=EXPIRED)) as server:
        fault = await refusal(server, ca.pem)
    assert "expired" in str(fault)
    assert "renew" in fault.remedy


async def test_a_certificate_for_another_name_is_named_as_the_reason(ca: Ca):
    async with serving(echo, Security.TLS, ca.issue("other", "dc2.corp.test")) as server:
        by_address = await refusal(server, ca.pem)
        by_name = await refusal(Server("localhost", server.port, Security.TLS), ca.pem)
    assert "not valid for '127.0.0.1'" in str(by_address)
    assert "not valid for 'localhost'" in str(by_name)
    assert "certificate" in by_address.remedy
    assert "certificate" in by_name.remedy


async def test_localhost_is_checked_by_that_name(ca: Ca):
    async with serving(echo, Security.TLS, ca.server) as server:
        tunnel = await open_tunnel(Server("localhost", server.port, Security.TLS), trust(ca.pem))
        assert tunnel.certificate["notAfter"]
        tunnel.abort()


async def test_the_next_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch):
    async with serving(say_nothing) as server:
        loop = asyncio.get_running_loop()
        resolve = loop.getaddrinfo

        # A name with two addresses would need a DNS server; this is what it would say.
        async def two_addresses(host: str, *args: Any, **kwargs: Any) -> list[Any]:
            if host != "two.test":
                return await resolve(host, *args, **kwargs)
            both = (("127.0.0.1", free_port()), ("127.0.0.1", server.port))
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in both]

        monkeypatch.setattr(loop, "getaddrinfo", two_addresses)
        (await connect(Server("two.test", 389, Security.NONE))).close()


async def test_no_room_for_a_socket_is_said_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder / ("long" * 30)))
    async with serving(say_nothing) as server:
        fault = await refusal(server)
    assert "No socket could be made" in str(fault)
    assert not fault.silent
