"""Another RADIUS server as a directory: an NPS, FreeRADIUS or RSA that checks people's passwords already.

RADIUS tells whether a password is right, and nothing else: it cannot be asked who there is. So people of
such a directory are made here (`users:` with `directory:`), and then log in by its passwords. To a RADIUS
server a code is a password like any other: it serves the method `radius`, too, for people of any directory.

It may have a question of its own (Access-Challenge): that is passed on, and the answer goes to the same one
of the servers, with the State that it gave.
"""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final

from secondgate.directories.directory import (
    Account,
    Checked,
    Directory,
    DirectoryError,
    Found,
    Question,
    Step,
    Verdict,
    setting,
)
from secondgate.radius import attributes as a
from secondgate.radius import exchange
from secondgate.radius.attributes import Attribute, readable
from secondgate.radius.exchange import Asked
from secondgate.radius.packet import Code
from secondgate.radius.signing import Secret
from secondgate.upstream.pool import Answered, Pool
from secondgate.upstream.udp import NoAnswer, Server, ask
from secondgate.vault.setting import Part, SettingError

PORT: Final = 1812
NAME_MOST: Final = 253  # octets of any attribute
PASSWORD_MOST: Final = 128  # octets that User-Password holds (RFC 2865 section 5.2)

CONNECTION: Final = Part("Connection", "Where it is, and how it knows us.", "Test connection")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusSettings:
    """Where the servers are. All of them have one shared secret."""

    servers: list[str] = setting(
        "Servers in order, each HOST or HOST:PORT; the port is 1812 if none is given.",
        label="Servers",
        part=CONNECTION,
        leads=True,
    )
    secret: str = setting(
        "The shared secret that those servers have for this one.",
        secret=True,
        label="Shared secret",
        part=CONNECTION,
    )
    signed_replies: bool = setting(
        "Take only answers with a Message-Authenticator. Off: an attacker between the two can forge an "
        "acceptance (CVE-2024-3596, Blast-RADIUS); for servers that are too old to send one.",
        default=True,
        label="Signed answers only",
        part=CONNECTION,
        leads=True,
    )
    nas_identifier: str = setting(
        "How this server calls itself there (NAS-Identifier).",
        default="secondgate",
        label="Our name",
        part=CONNECTION,
    )
    ring: str = setting(
        "The word that, in place of a code, makes the servers ask by themselves: send a text message, ring a "
        "phone. Empty: people have a code to type already.",
        default="",
        label="Word that makes it ask",
        part=CONNECTION,
    )
    timeout: float = setting(
        "Seconds for a whole call, 0.5 to 30.", default=6.0, label="Time for a call", part=CONNECTION
    )

    def __post_init__(self) -> None:
        if not self.servers:
            raise SettingError("servers", "servers must name one server at least.")
        for text in self.servers:
            try:
                read_server(text)
            except ValueError as error:
                raise SettingError("servers", str(error)) from error
        if not self.secret:
            raise SettingError("secret", "secret must not be empty.")
        if not 1 <= len(self.nas_identifier.encode()) <= 253:
            raise SettingError("nas_identifier", "nas_identifier must have 1 to 253 octets.")
        if len(self.ring.encode()) > PASSWORD_MOST:
            raise SettingError("ring", f"ring must have {PASSWORD_MOST} octets at the most.")
        if not 0.5 <= self.timeout <= 30:
            raise SettingError("timeout", f"timeout is {self.timeout}; it must be 0.5 to 30 seconds.")


def read_server(text: str) -> Server:
    """Return the server of HOST, HOST:PORT or [IPv6]:PORT. Raises ValueError, in words."""
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        is_good = not rest or (rest.startswith(":") and bool(port))
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
        is_good = bool(port)
    else:
        is_good = True  # a name, an IPv4 address, or a bare IPv6 address
    number = int(port) if port.isascii() and port.isdigit() else None
    if not is_good or not host or set(host) & set("/ []@") or (port and not 0 < (number or 0) < 65536):
        raise ValueError(f"the server “{text}” must be written HOST, or HOST:PORT.")
    return Server(host, number or PORT)


class RadiusDirectory:
    """RADIUS servers in use as a directory."""

    def __init__(self, settings: RadiusSettings) -> None:
        self._settings, self._secret = settings, Secret(settings.secret.encode())
        servers = [read_server(text) for text in settings.servers]
        self._pool = Pool(servers, self._secret, within=settings.timeout, must_sign=settings.signed_replies)

    async def find(self, login: str) -> Found | None:
        """Return None: RADIUS cannot be asked who there is."""
        return None

    @property
    def rings(self) -> bool:
        """Tell whether there is a word that makes the servers ask."""
        return bool(self._settings.ring)

    async def check_password(self, account: Account, password: str) -> Checked:
        """Return what the servers say to this name and password. Raises DirectoryError."""
        if len(account.login.encode()) > NAME_MOST:
            return Checked(Verdict.UNKNOWN_USER)
        if not 0 < len(password.encode()) <= PASSWORD_MOST:
            return Checked(Verdict.WRONG_PASSWORD)
        return _checked(await self._heard(self._pool.ask(lambda: self._request(account, password))))

    async def check_code(self, account: Account, code: str) -> Checked:
        """Return what the servers say to this name and code. Raises DirectoryError."""
        return await self.check_password(account, code)

    async def ring(self, account: Account) -> Checked:
        """Return what the servers say to the word that makes them ask. Raises DirectoryError."""
        return await self.check_password(account, self._settings.ring)

    async def answer(self, account: Account, key: str, text: str) -> Checked:
        """Return what the server that asked says to an answer. Raises DirectoryError."""
        host, port, state = json.loads(key)
        server = Server(host, port)
        if server not in self._pool.servers or not 0 < len(text.encode()) <= PASSWORD_MOST:
            return Checked(Verdict.WRONG_PASSWORD)
        request = self._request(account, text, *a.octets(a.STATE, bytes.fromhex(state)))
        return _checked(await self._heard(self._pool.ask_one(server, request)))

    def _request(self, account: Account, text: str, *more: Attribute) -> Asked:
        said = [(a.NAS_IDENTIFIER, self._settings.nas_identifier.encode()), *more]
        return exchange.access(account.login, text, self._secret, more=said)

    async def _heard(self, answer: Awaitable[Answered]) -> Answered:
        try:
            return await answer
        except NoAnswer as fault:
            raise DirectoryError(
                str(fault), remedy="Check that the servers know this one as a client.", silent=True
            ) from fault

    def probe(self) -> Mapping[str, Step]:
        """Return the one step: whether each server knows us."""
        return {"Ask each server whether it is there": self._ping_each}

    async def close(self) -> None:
        """Ask nobody any more."""
        await self._pool.close()

    async def _ping_each(self) -> str:
        said = []
        for server in self._pool.servers:
            asked = exchange.status(self._secret)
            try:  # it needs no Message-Authenticator: to be told that a server is there harms nobody
                await ask(server, asked, within=self._settings.timeout, must_sign=False)
            except NoAnswer as fault:
                raise DirectoryError(
                    str(fault),
                    remedy="Let the server know this one's address and secret, and answer Status-Server; a "
                    "server that knows no Status-Server (NPS) can only be tried by a login.",
                    silent=True,
                ) from fault
            said.append(f"{server} is there, and its shared secret is the same.")
        return " ".join(said)


def _checked(answered: Answered) -> Checked:
    """Return what a reply says. Raises DirectoryError where it answers no login."""
    reply, server = answered.reply, answered.server
    match reply.code:
        case Code.ACCESS_ACCEPT:
            return Checked(Verdict.FITS)
        case Code.ACCESS_REJECT:
            return Checked(Verdict.WRONG_PASSWORD)
        case Code.ACCESS_CHALLENGE:
            prompt = "".join(readable(part) or "" for part in reply.values(a.REPLY_MESSAGE))
            state = b"".join(reply.values(a.STATE)).hex()
            key = json.dumps([server.host, server.port, state])
            return Checked(Verdict.ASKS, question=Question(prompt, key))
    raise DirectoryError(
        f"{server} answered with packet code {reply.code}, which answers no login.",
        remedy="Look into the server's log.",
    )


class Radius:
    """RADIUS servers that check passwords."""

    name = "radius"
    title = "RADIUS server"
    settings = RadiusSettings
    finds = False

    def open(self, name: str, settings: RadiusSettings) -> Directory:
        """Return it; asks when first asked."""
        return RadiusDirectory(settings)
