"""The least that a Python server does for a login that is durable and counts once: the ceiling.

`python -m bench.limit --port P --users totp.csv --database FILE|URL`. One file of straight code, no
configuration, no trail, no throttle, one authenticator a user; but what makes a login safe is all
there: signature checked, sealed seed read and opened, three TOTP steps computed, the step moved by a
conditional write in one transaction with an audit row, the Accept sent after the commit. What
arrives in one turn of the loop is one query and one transaction.
"""

import argparse
import asyncio
import hashlib
import hmac
import os
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.limit_stores import Login, PostgresqlStore, SqliteStore, Store
from bench.people import SECRET, read_seeds

KEY: Final = SECRET.encode()
PAD: Final = hashlib.md5(KEY)
ZEROS: Final = bytes(16)
HEADER: Final = struct.Struct("!BBH")
CIPHER: Final = AESGCM(hashlib.sha256(b"vault").digest())
A_TURN: Final = 64  # datagrams read, and logins in one transaction

Waiting = tuple[str, bytes, int, bytes, tuple[str, int]]  # name, code, identifier, authenticator, sender


def seal(name: str, seed: bytes) -> bytes:
    """Return a seed as it is stored."""
    nonce = os.urandom(12)
    return nonce + CIPHER.encrypt(nonce, seed, name.encode())


def matching_step(name: str, sealed: bytes, code: bytes, now: int) -> int | None:
    """Return the time step that a code belongs to: now's, or one beside it."""
    seed = CIPHER.decrypt(sealed[:12], sealed[12:], name.encode())
    found = None
    for step in range(now // 30 - 1, now // 30 + 2):
        mac = hmac.digest(seed, step.to_bytes(8, "big"), "sha1")
        offset = mac[19] & 15
        number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
        if hmac.compare_digest(b"%06d" % (number % 1_000_000), code):
            found = step
    return found


def read(datagram: bytes) -> tuple[str, bytes, bytes] | None:
    """Return the name, the password and the authenticator of a signed request; None for others."""
    length = len(datagram)
    if length < 20 or datagram[0] not in (1, 12) or (datagram[2] << 8 | datagram[3]) != length:
        return None
    authenticator, user, hidden, signature, position = datagram[4:20], b"", b"", 0, 20
    while position < length:
        kind, size = datagram[position], datagram[position + 1]
        if size < 2 or position + size > length:
            return None
        if kind == 1:
            user = datagram[position + 2 : position + size]
        elif kind == 2:
            hidden = datagram[position + 2 : position + size]
        elif kind == 80:
            signature = position + 2
        position += size
    blank = datagram[:signature] + ZEROS + datagram[signature + 16 :]
    given = datagram[signature : signature + 16]
    if not signature or not hmac.compare_digest(hmac.digest(KEY, blank, "md5"), given):
        return None
    previous, password = authenticator, b""
    for start in range(0, len(hidden), 16):
        pad = PAD.copy()
        pad.update(previous)
        previous = hidden[start : start + 16]
        block = int.from_bytes(pad.digest(), "big") ^ int.from_bytes(previous, "big")
        password += block.to_bytes(16, "big")
    return user.decode(), password.rstrip(b"\0"), authenticator


def reply(code: int, identifier: int, authenticator: bytes) -> bytes:
    """Return a signed reply without any attribute of its own."""
    header = HEADER.pack(code, identifier, 38)
    signature = hmac.digest(KEY, header + authenticator + b"\x50\x12" + ZEROS, "md5")
    attribute = b"\x50\x12" + signature
    return header + hashlib.md5(header + authenticator + attribute + KEY).digest() + attribute


class Server:
    """One socket, and a store on the same thread: while it writes, the kernel keeps what arrives."""

    def __init__(self, port: int, store: Store) -> None:
        self._store = store
        self._waiting: list[Waiting] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(("127.0.0.1", port))
        self._socket.setblocking(False)

    async def run(self) -> None:
        """Answer until the process ends."""
        asyncio.get_running_loop().add_reader(self._socket, self._receive)
        await asyncio.Event().wait()

    def _receive(self) -> None:
        for _ in range(A_TURN):
            try:
                datagram, sender = self._socket.recvfrom(4096)
            except BlockingIOError:
                break
            if request := read(datagram):
                name, code, authenticator = request
                if datagram[0] == 12:  # Status-Server: we are up
                    self._socket.sendto(reply(2, datagram[1], authenticator), sender)
                else:
                    self._waiting.append((name, code, datagram[1], authenticator, sender))
        if self._waiting:
            self._decide()

    def _decide(self) -> None:
        batch, self._waiting = self._waiting, []
        now = int(time.time())
        found = self._store.read([name for name, *_ in batch])
        logins = [_login(name, code, found.get(name), now) for name, code, *_ in batch]
        won = self._store.write(logins)
        for login, (_, _, identifier, authenticator, sender) in zip(logins, batch, strict=True):
            self._socket.sendto(reply(2 if login.id in won else 3, identifier, authenticator), sender)


def _login(name: str, code: bytes, token: tuple[int, bytes] | None, now: int) -> Login:
    step = matching_step(name, token[1], code, now) if token else None
    return Login(name, token[0] if token and step is not None else None, step)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the database, and serve."""
    parser = argparse.ArgumentParser(prog="python -m bench.limit")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--users", type=Path, required=True, help="a file of TOTP credentials")
    parser.add_argument("--database", required=True, help="a file for SQLite, or a postgresql:// address")
    said = parser.parse_args(arguments)
    is_file = "://" not in said.database
    store: Store = SqliteStore(said.database) if is_file else PostgresqlStore(said.database)
    store.fill((name, seal(name, seed)) for name, seed in read_seeds(said.users).items())
    uvloop.run(Server(said.port, store).run())


if __name__ == "__main__":
    main()
