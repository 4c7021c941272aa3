"""The RadSec port by itself: what holds it up has an end, and what is wrong with certificates is told."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from secondgate.certificates import CertificateError, Certificates, Span
from secondgate.listener import radsec
from secondgate.listener.radsec import Connection, RadSec
from secondgate.listener.sockets import Door, Sender
from secondgate.upstream.tls import trust
from tests.real.ca import EXPIRED, Ca, Issued, make_ca

IN_TIME = 20.0
PING = b"\x0c\x01\x00\x14" + bytes(16)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return make_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def client(ca: Ca) -> Issued:
    return ca.issue("client", "client.test")


@contextlib.asynccontextmanager
async def listening(certificates: Certificates) -> AsyncIterator[RadSec]:
    """Listen, and send every packet back."""

    def receive(door: Door, packet: bytes, sender: Sender) -> None:
        door.send(packet, sender)

    port = RadSec("127.0.0.1", 0, certificates, receive)
    port.start()
    try:
        yield port
    finally:
        await port.close()


async def connected(
    port: RadSec, ca: Ca, client: Issued
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = trust(ca.file, client.certificate, client.key)
    return await asyncio.open_connection("127.0.0.1", port.port, ssl=context)


def files(ca: Ca, crl: Path | None = None) -> Certificates:
    return Certificates(ca.server.certificate, ca.server.key, ca.file, crl)


async def until(holds: Callable[[], bool]) -> None:
    """Return when it holds; a bound, not a measure."""
    async with asyncio.timeout(IN_TIME):
        while not holds():  # noqa: ASYNC110  what is watched is the server's own
            await asyncio.sleep(0)


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01", b"\x16\x03\x01\x02\x00\x01" + bytes(100)])
async def test_a_handshake_that_does_not_go_on_ends(
    ca: Ca, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(radsec, "HANDSHAKE", 0.05)
    with capture_logs() as said:
        async with listening(files(ca)) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
            writer.write(begun)
            async with asyncio.timeout(IN_TIME):
                assert await reader.read() == b""
            await until(lambda: not port._places._held)
            writer.close()
    (line,) = [one for one in said if one["event"] == "radsec-no-tls"]
    assert "handshake is taking longer than" in line["fault"]


async def test_a_client_that_goes_within_the_handshake_leaves_its_place(ca: Ca) -> None:
    async with listening(files(ca)) as port:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(b"\x16\x03\x01")
        await until(lambda: bool(port._places._held))
        writer.close()
        await until(lambda: not port._places._held)


class Transport:
    """What a connection is on, without a network."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.is_aborted, self.is_paused, self._names = False, False, names

    def get_extra_info(self, _name: str) -> Any:
        return self  # it is its own socket, too

    def getpeercert(self, *, binary_form: bool = False) -> Any:
        return b"" if binary_form else self._names

    def selected_alpn_protocol(self) -> None:
        return None

    def version(self) -> str:
        return "TLSv1.3"

    session_reused = False

    def setsockopt(self, *_: int) -> None:
        return None

    def set_write_buffer_limits(self, high: int) -> None:
        return None

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def abort(self) -> None:
        self.is_aborted = True


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Connection, Transport, list[bytes]]]:
    """Return a connection, its transport, and the packets that it hands on. Seconds: of its patience."""

    def make(*, packet: float = 3600, idle: float = 3600) -> tuple[Connection, Transport, list[bytes]]:
        monkeypatch.setattr(radsec, "PACKET", packet)
        monkeypatch.setattr(radsec, "IDLE", idle)
        taken: list[bytes] = []
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        made = Connection(lambda _door, data, _from: taken.append(data), lambda _one: None, "::1", 1, ended)
        transport = Transport({"notAfter": "Nov 30 16:55:14 2026 GMT"})
        made.connection_made(transport)  # type: ignore[arg-type]
        return made, transport, taken

    return make


async def test_a_packet_that_comes_octet_by_octet_ends_all_the_same(stream: Any) -> None:
    """Its time began with its first octet; at no time left, another octet must not buy any."""
    connection, transport, taken = stream(packet=0)
    for octet in b"\x01\x01\x10\x00" + bytes(4000):
        if transport.is_aborted:
            break
        connection.data_received(bytes([octet]))
        await asyncio.sleep(0)
    assert transport.is_aborted
    assert taken == []


async def test_a_silent_client_is_let_go(stream: Any) -> None:
    _connection, transport, _taken = stream(idle=0)
    await until(lambda: transport.is_aborted)


async def test_whole_packets_keep_a_connection_however_they_are_cut(stream: Any) -> None:
    connection, transport, taken = stream(packet=0)
    for _ in range(3):
        connection.data_received(PING[:7])
        connection.data_received(PING[7:] + PING)
        for _turn in range(3):
            await asyncio.sleep(0)
    assert taken == [PING] * 6
    assert not transport.is_aborted


async def test_a_packet_that_does_not_end_is_given_up_behind_one_that_did(stream: Any) -> None:
    connection, transport, taken = stream(packet=0)
    for part in (PING[:7], PING[7:], PING[:7]):
        connection.data_received(part)
    await until(lambda: transport.is_aborted)
    assert taken == [PING]


async def test_a_client_that_does_not_read_is_let_go_and_one_that_reads_again_is_not(stream: Any) -> None:
    connection, transport, _taken = stream(packet=0)
    connection.pause_writing()
    assert transport.is_paused
    connection.resume_writing()
    for _turn in range(3):
        await asyncio.sleep(0)
    assert not transport.is_paused and not transport.is_aborted
    connection.pause_writing()
    await until(lambda: transport.is_aborted)


async def test_a_revoked_client_that_is_connected_is_let_go_by_the_next_list(
    ca: Ca, client: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radsec, "LOOK_AGAIN", 0.01)
    other = ca.issue("other", "other.test")
    (tmp_path / "crl.pem").write_bytes(ca.revoke())
    with capture_logs() as said:
        async with listening(files(ca, tmp_path / "crl.pem")) as port:
            reader, writer = await connected(port, ca, client)
            stays, kept = await connected(port, ca, other)
            writer.write(PING)
            async with asyncio.timeout(IN_TIME):
                assert await reader.readexactly(20) == PING
                (tmp_path / "new.pem").write_bytes(ca.revoke(client))
                (tmp_path / "new.pem").replace(tmp_path / "crl.pem")
                assert await reader.read() == b""
                kept.write(PING)
                assert await stays.readexactly(20) == PING
                again, once_more = await connected(port, ca, client)
                with contextlib.suppress(OSError):  # the alert, or just the end
                    assert await again.read() == b""
            for one in (writer, kept, once_more):
                one.close()
    (line,) = [one for one in said if one.get("fault") == "Its certificate is revoked."]  # told once
    assert (line["event"], line["certificate"]) == ("radsec-connection-ended", "client.test")


async def test_a_list_that_came_within_the_handshake_counts(
    ca: Ca, client: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radsec, "LOOK_AGAIN", 3600)
    (tmp_path / "old.pem").write_bytes(ca.revoke())
    (tmp_path / "new.pem").write_bytes(ca.revoke(client))
    async with listening(files(ca, tmp_path / "old.pem")) as port:
        newer = files(ca, tmp_path / "new.pem").read()
        # The handshake goes by the old list, and what is looked at behind it is the new one.
        port._trust = type(newer)(port._trust.context, newer.spans, newer.revoked)
        reader, writer = await connected(port, ca, client)
        async with asyncio.timeout(IN_TIME):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    ("offers", "newest", "is_taken"),
    [
        (["radius/1.1"], ssl.TLSVersion.TLSv1_3, True),
        (["radius/1.1", "radius/1.0"], ssl.TLSVersion.TLSv1_2, False),
        (["radius/1.0"], ssl.TLSVersion.TLSv1_2, True),
        ([], ssl.TLSVersion.TLSv1_2, True),
    ],
)
async def test_radius_1_1_needs_tls_1_3(
    ca: Ca, client: Issued, offers: list[str], newest: ssl.TLSVersion, is_taken: bool
) -> None:
    context = trust(ca.file, client.certificate, client.key)
    context.maximum_version = newest
    context.set_alpn_protocols(offers)
    with capture_logs() as said:
        async with listening(files(ca)) as port:
            came = b""
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                async with asyncio.timeout(IN_TIME):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port.port, ssl=context)
                    writer.write(PING)
                    came = await reader.readexactly(20)
                writer.close()
            assert bool(came) is is_taken
    ended = [one["fault"] for one in said if one["event"] == "radsec-connection-ended"]
    assert ended == ([] if is_taken else ["It speaks RADIUS/1.1, which needs TLS 1.3."])


def resumed(port: RadSec, context: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLSocket:
    """Connect, by the session where there is one."""
    plain = socket.create_connection(("127.0.0.1", port.port), IN_TIME)
    return context.wrap_socket(plain, server_hostname="127.0.0.1", session=session)


def pinged(stream: ssl.SSLSocket) -> bytes:
    """Return what comes back for a packet: it, or nothing where the connection has ended."""
    try:
        stream.sendall(PING)
        came = stream.recv(20)
        stream.unwrap()  # or OpenSSL forgets the session
        return came
    except OSError:
        return b""
    finally:
        stream.close()


@pytest.mark.parametrize("what", ["The list of revoked certificates", "The clients' CA"])
async def test_whoever_resumes_a_session_does_not_get_in_either_once_nobody_does(
    ca: Ca, client: Issued, tmp_path: Path, what: str
) -> None:
    """A handshake of TLS 1.2 that resumes by the session's number verifies nothing."""
    (tmp_path / "crl.pem").write_bytes(ca.revoke())
    context = trust(ca.file, client.certificate, client.key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with capture_logs() as said:
        async with listening(files(ca, tmp_path / "crl.pem")) as port:
            first = await asyncio.to_thread(resumed, port, context, None)
            session = first.session
            assert await asyncio.to_thread(pinged, first) == PING
            again = await asyncio.to_thread(resumed, port, context, session)
            assert again.session_reused
            assert await asyncio.to_thread(pinged, again) == PING
            over = {span.what: replace(span, ends=span.begins) for span in port._trust.spans}
            spans = tuple(over[what] if span.what == what else span for span in port._trust.spans)
            port._trust = replace(port._trust, spans=spans)
            with contextlib.suppress(OSError):  # it may hear of it within the handshake
                late = await asyncio.to_thread(resumed, port, context, session)
                assert await asyncio.to_thread(pinged, late) == b""
            await until(lambda: not port._places._held)
    (ended,) = [one["fault"] for one in said if one["event"] == "radsec-connection-ended"]
    assert ended.startswith(f"{what} in ") and ended.endswith("no client gets in.")


async def test_an_end_is_told_once_a_day_before_and_after_it(ca: Ca, tmp_path: Path) -> None:
    (tmp_path / "crl.pem").write_bytes(ca.revoke(days=EXPIRED))
    now = datetime.now(UTC)
    with capture_logs() as said:
        async with listening(files(ca, tmp_path / "crl.pem")) as port:
            await until(lambda: any(one["event"] == "radsec-renew" for one in said))
            with pytest.raises(CertificateError, match="The list of revoked certificates in .* has ended at"):
                await port.check()
            span = Span("It", Path("it.pem"), now - timedelta(6), now + timedelta(1), "nothing works")
            port._trust = type(port._trust)(port._trust.context, (span,), None)
            await port.check()
            for moment in (now, now, now + timedelta(1), now + timedelta(1)):
                port._tell_of_ends(moment)
    lists, soon, over = [one["says"] for one in said if one["event"] == "radsec-renew"]
    assert "The list of revoked certificates" in lists
    assert soon.startswith("It holds until 2") and soon.endswith(radsec.RENEW)
    assert over.startswith("It in it.pem has ended at 2") and over.endswith(radsec.RENEW)


async def test_one_address_is_told_once_a_minute_of_each_fault(ca: Ca, tmp_path: Path) -> None:
    nobody = ssl.create_default_context(cafile=str(ca.file))
    late = ca.issue("late", "late.test", days=EXPIRED)
    with capture_logs() as said:
        async with listening(files(ca)) as port:
            for context in (nobody, trust(ca.file, late.certificate, late.key), nobody):
                reader, writer = await asyncio.open_connection("127.0.0.1", port.port, ssl=context)
                with contextlib.suppress(OSError):
                    assert await reader.read() == b""
                writer.close()
            await until(lambda: not port._places._held)
    faults = [one["fault"] for one in said if one["event"] == "radsec-no-tls"]
    assert faults == ["It showed no certificate.", "Its certificate has expired."]
