"""A tunnel to an LDAP server: TLS by Python on the far side, a private Unix socket for libldap on ours.

Theory of operation. libldap's own TLS handshake blocks the event loop past every time-out, checks the
certificate of "localhost" against the machine's own name, and calls each fault "Can't contact LDAP
server". So Python connects and does TLS or StartTLS, under the deadline of whoever asked; libldap is
given the name of a socket in a folder that only we can enter, and speaks plain LDAP there. What comes
in at one end goes out at the other, at the other's pace; when one end closes, so does the other. Two
protocols do that and no task, so nothing is left to clean up.

All faults are DirectoryErrors. `silent` ones mean that there was no answer at all.
"""

import asyncio
import errno
import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from secondgate.directories.directory import DirectoryError

# ExtendedRequest for StartTLS as message 1 (RFC 4511 section 4.14.1), and what its answer must hold.
STARTTLS: Final = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
RESULT_CODE: Final = b"\x0a\x01"  # ENUMERATED, one octet long: the first of its kind in an answer
LONGEST_ANSWER: Final = 4096  # octets; real ones have 14 to some 200

# After our close_notify: a server that does not say goodbye would hold the socket for 30 s otherwise.
GOODBYE: Final = 1.0  # seconds


class Security(Enum):
    """How a connection becomes private."""

    TLS = "ldaps"
    STARTTLS = "ldap with StartTLS"
    NONE = "ldap"


@dataclass(frozen=True, slots=True)
class Server:
    """An LDAP server, as written in the settings."""

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ldaps' if self.security is Security.TLS else 'ldap'}://{host}:{self.port}"


def read_server(url: str, *, starttls: bool) -> Server:
    """Return the server of `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`. Raises ValueError, in words."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    except ValueError:  # a port that is no number, brackets that do not match
        scheme, host, port, more = "", None, None, ""
    if scheme not in ("ldaps", "ldap") or not host or more or port == 0:
        raise ValueError(
            f"the server “{url}” must be written ldaps://HOST, ldap://HOST, or with :PORT behind."
        )
    if scheme == "ldaps":
        return Server(host, port or 636, Security.TLS)
    return Server(host, port or 389, Security.STARTTLS if starttls else Security.NONE)


def trust(ca_pem: str) -> ssl.SSLContext:
    """Return what to check certificates against: these authorities, or the system's when empty.

    Raises ValueError, in words, for a text that holds no certificate.
    """
    ascii_pem = ca_pem.encode("ascii", "replace").decode()  # what stands between certificates may be any text
    try:
        return ssl.create_default_context(cadata=ascii_pem or None)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(
            "the CA file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)."
        ) from error


async def connect(server: Server) -> socket.socket:
    """Return a TCP connection, to the first address of the host that takes one."""
    loop, fault = asyncio.get_running_loop(), errno.EADDRNOTAVAIL
    with _faults_in_words(server):
        addresses = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in addresses:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.setblocking(False)
                await loop.sock_connect(connection, address)
                return connection
            except BaseException as error:
                connection.close()
                if not isinstance(error, OSError):
                    raise
                fault = error.errno or fault
        raise OSError(fault, os.strerror(fault))


async def open_tunnel(server: Server, trusted: ssl.SSLContext) -> "Tunnel":
    """Return a tunnel to a server whose certificate `trusted` vouches for."""
    tunnel = Tunnel(await _reach(server, trusted))
    try:
        await tunnel.open_door()
    except BaseException as error:
        tunnel.abort()
        if not isinstance(error, OSError):
            raise
        raise DirectoryError(
            f"No socket could be made in {tempfile.gettempdir()}: {error}.",
            remedy="Make room there, or set TMPDIR to another, short path.",
        ) from error
    return tunnel


class Tunnel:
    """An open tunnel. `url` is what libldap shall connect to; the first who does has it alone."""

    def __init__(self, far: "_End") -> None:
        self.url = ""
        self._far, self._near = far, _End(far)
        self._folder: Path | None = None
        self._door: asyncio.AbstractServer | None = None
        self._taken = False

    async def open_door(self) -> None:
        """Listen for libldap."""
        self._folder = Path(tempfile.mkdtemp(prefix="secondgate-"))  # with mode 0700
        path = str(self._folder / "ldap")
        self._door = await asyncio.get_running_loop().create_unix_server(self._enter, path, backlog=1)
        self.url = "ldapi://" + quote(path, safe="")

    @property
    def certificate(self) -> Mapping[str, Any]:
        """Return the server's certificate as `ssl` tells it; empty without TLS."""
        transport = self._far.transport
        return (transport and transport.get_extra_info("peercert")) or {}

    def abort(self) -> None:
        """Close at once. Left alone, a tunnel closes by itself when either end does."""
        self._shut_door()
        self._near.abort()
        self._far.abort()

    def _enter(self) -> "_End":
        if self._taken:
            return _End.refusing()
        self._taken = True
        asyncio.get_running_loop().call_soon(self._shut_door)  # this call is the door's own, and needs it
        return self._near

    def _shut_door(self) -> None:
        if self._door:
            self._door.close()
            self._door = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


class _End(asyncio.Protocol):
    """One end of a tunnel: what comes in here goes out of the other end."""

    def __init__(self, other: "_End | None" = None) -> None:
        self.transport: asyncio.Transport | None = None
        self._other = other
        self._gone = False
        if other:
            other._other = self

    @classmethod
    def refusing(cls) -> "_End":
        """Return an end that hangs up on whoever comes."""
        end = cls()
        end._gone = True
        return end

    @property
    def is_open(self) -> bool:
        """Return whether what is sent here may still arrive."""
        return not self._gone and self.transport is not None and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let what comes in flow as soon as both ends are there."""
        self.transport = cast("asyncio.Transport", transport)
        if self._gone or (self._other and self._other._gone):
            self.transport.abort()
        elif across := self._across:
            across.resume_reading()
        else:
            self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Pass on."""
        if across := self._across:
            across.write(data)

    def pause_writing(self) -> None:
        """Take no more in at the other end until what is to go out here has gone."""
        if across := self._across:
            across.pause_reading()

    def resume_writing(self) -> None:
        """Take in again."""
        if across := self._across:
            across.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """Close the other end, too, once what it still has to send is out."""
        self._gone = True
        if across := self._across:
            across.close()

    def abort(self) -> None:
        """Close at once, or as soon as somebody comes."""
        self._gone = True
        if self.transport:
            self.transport.abort()

    @property
    def _across(self) -> asyncio.Transport | None:
        return self._other.transport if self._other and self._other.is_open else None


async def _reach(server: Server, trusted: ssl.SSLContext) -> _End:
    """Return the far end: connected, and private where the server's URL says so."""
    connection = await connect(server)
    tls: dict[str, Any] = {}
    try:
        with _faults_in_words(server):
            if server.security is Security.STARTTLS:
                await _ask_for_tls(server, connection)
            if server.security is not Security.NONE:
                tls = {"ssl": trusted, "server_hostname": server.host, "ssl_shutdown_timeout": GOODBYE}
            loop = asyncio.get_running_loop()
            _, end = await loop.create_connection(_End, sock=connection, **tls)
    except BaseException:
        connection.close()
        raise
    return end


async def _ask_for_tls(server: Server, connection: socket.socket) -> None:
    """Return when the server is about to do TLS on this connection (RFC 4511 section 4.14)."""
    await asyncio.get_running_loop().sock_sendall(connection, STARTTLS)
    size = (await _read(connection, 2))[1]
    if size & 0x80:  # the long form, as Active Directory writes even short lengths
        size = int.from_bytes(await _read(connection, size & 0x7F))
    answer = await _read(connection, min(size, LONGEST_ANSWER))
    # Exactly the answer has been read: whatever somebody slipped in behind it meets the TLS handshake.
    _, found, after = answer.partition(RESULT_CODE)
    if not found or after[:1] != b"\0":
        result = f" (LDAP result {after[0]})" if found and after else ""
        raise DirectoryError(
            f"{server} refuses StartTLS{result}.",
            remedy="Set a certificate up on the server, or use its ldaps:// port.",
        )


async def _read(connection: socket.socket, size: int) -> bytes:
    """Return exactly so many octets."""
    loop, octets = asyncio.get_running_loop(), b""
    while len(octets) < size:
        more = await loop.sock_recv(connection, size - len(octets))
        if not more:
            raise ConnectionResetError("it hung up")
        octets += more
    return octets


# OpenSSL's X509_V_ERR_… (openssl-verification-options(1)) to the next thing to do.
CERTIFICATE_REMEDIES: Final[dict[int, str]] = {
    9: "It is not valid yet: compare the clocks of both machines.",
    10: "It has expired: renew it on the server.",
    18: "Put the server's own certificate, or that of the authority that issues them, into ca_file.",
    19: "Put the certificate of the authority that issued it into ca_file.",
    20: "Put the certificate of the authority that issued it into ca_file.",
    62: "Write the server as its certificate names it.",
    64: "Write the server by a name that is in its certificate, not by its address.",
}


@contextmanager
def _faults_in_words(server: Server) -> Iterator[None]:
    """Turn what the operating system and OpenSSL raise into DirectoryErrors."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DirectoryError(
            f"The certificate of {server} is not trusted: {error.verify_message.rstrip('.')}.",
            remedy=CERTIFICATE_REMEDIES.get(error.verify_code, "Look at the certificate on the server."),
        ) from error
    except ConnectionRefusedError as error:
        where = "Check that the LDAP server runs, its port, and the firewalls between."
        raise _silent(server, "refuses connections", where) from error
    except (ConnectionError, ssl.SSLEOFError) as error:
        raise _silent(server, "hung up on us", "Look into the server's log.") from error
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).replace("_", " ").lower()
        raise DirectoryError(
            f"{server} could not agree on TLS with us: {reason}.",
            remedy="Check that the port is the one for ldaps:// (636), or write ldap:// for StartTLS (389).",
        ) from error
    except socket.gaierror as error:
        where = "Check how its name is spelt, and the DNS servers of this machine."
        raise _silent(server, f"was not found: {_reason(error)}", where) from error
    except OSError as error:
        where = "Check the network between this machine and the server."
        raise _silent(server, f"could not be reached: {_reason(error)}", where) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).rstrip(".").lower()


def _silent(server: Server, what: str, remedy: str) -> DirectoryError:
    return DirectoryError(f"{server} {what}.", remedy=remedy, silent=True)
