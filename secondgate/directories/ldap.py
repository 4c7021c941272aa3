"""LDAP directories: OpenLDAP, 389 Directory Server, FreeIPA and whatever else speaks LDAP.

People are searched with a service account on kept connections to each server; a password is checked
by signing in as the person on a connection of its own. Servers are asked in order, the one that
answered last first, and each has its share of the time for the call.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import uuid4

import bonsai

from secondgate.directories.directory import (
    Account,
    Checked,
    Directory,
    DirectoryError,
    Found,
    Step,
    Verdict,
)
from secondgate.directories.ldap_session import Entry, Reader, Session, can_be_sent, escaped, open_session
from secondgate.directories.ldap_settings import LdapSettings
from secondgate.directories.tunnel import Security, Server, connect, open_tunnel, read_server, trust

Answer = TypeVar("Answer")

# TLS handshakes take a core for a millisecond or more: 100 at once only delay each other.
HANDSHAKES: Final = 16

# The result codes with which a server says that it cannot answer now (RFC 4511 appendix A.2).
BUSY, UNAVAILABLE = 51, 52

REMEDIES: Final[dict[int, str]] = {
    -7: "Check user_filter: it is no LDAP filter.",
    1: "Check bind_dn: searching may need a service account.",
    8: "It wants encryption: write ldaps://, or leave starttls on.",
    13: "It wants encryption: write ldaps://, or leave starttls on.",
    32: "Check base_dn: nothing there has that name.",
    34: "Check bind_dn and base_dn: one of them is no distinguished name.",
    50: "Let the service account read people and their attributes.",
}

NOT_LET_IN: Final[dict[Verdict, str]] = {
    Verdict.PASSWORD_EXPIRED: "Give it a new password that does not expire, and type it here.",
    Verdict.MUST_CHANGE: "Give it a password in the directory that it need not change, and type it here.",
    Verdict.LOCKED: "Unlock it in the directory; too many wrong passwords were tried.",
    Verdict.DISABLED: "Enable it in the directory, or choose another account.",
    Verdict.ACCOUNT_EXPIRED: "Set another end date for it in the directory, or none.",
    Verdict.NOT_NOW: "Let it sign in at all hours and from this machine.",
}

VERDICTS: Final[dict[type[bonsai.LDAPError], Verdict]] = {
    bonsai.AuthenticationError: Verdict.WRONG_PASSWORD,
    bonsai.AccountLocked: Verdict.LOCKED,
    bonsai.PasswordExpired: Verdict.PASSWORD_EXPIRED,
    bonsai.ChangeAfterReset: Verdict.MUST_CHANGE,
}


def read_verdict(refused: bonsai.LDAPError) -> Verdict | None:
    """Return what a refused bind says of the person; None when it says something else."""
    return VERDICTS.get(type(refused))


def read_text_identity(value: bytes) -> str:
    """Return a lasting identity that the directory keeps as text (entryUUID, ipaUniqueID)."""
    return value.decode(errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Dialect:
    """In what LDAP servers differ, beside their settings."""

    verdict: Callable[[bonsai.LDAPError], Verdict | None]
    identity: Callable[[bytes], str]


class LdapDirectory:
    """An LDAP directory in use."""

    def __init__(self, settings: LdapSettings, dialect: Dialect) -> None:
        self._settings, self._dialect = settings, dialect
        self._trusted = trust(settings.ca_file)
        self._described = frozenset(name.lower() for name in settings.further_attributes)
        self._readers = [
            Reader(read_server(url, starttls=settings.starttls), self._sign_in) for url in settings.servers
        ]
        self._first = 0  # the server that answered last
        self._handshakes = asyncio.Semaphore(HANDSHAKES)

    async def find(self, login: str) -> Found | None:
        """Return the person whom the filter finds, or None. Raises DirectoryError."""
        entry = await self._ask(lambda reader: self._search(reader, login))
        return self._found(entry) if entry else None

    async def check_password(self, account: Account, password: str) -> Checked:
        """Return what the directory says to this name and password. Raises DirectoryError."""
        if not can_be_sent(password):
            return Checked(Verdict.WRONG_PASSWORD)  # before any bind, which it would get through
        return await self._ask(lambda reader: self._check(reader, account.login, password))

    @property
    def described(self) -> frozenset[str]:
        """Return the names of the further attributes, in lower case."""
        return self._described

    async def branches(self, below: str) -> list[str]:
        """Return what lies below an entry and may hold people; below "", the servers' own roots.

        Raises DirectoryError.
        """
        reader = self._readers[self._first]
        async with _within(self._settings.timeout, reader.server):
            session = await self._sign_in(reader.server)
            try:
                return await (session.branches(below) if below else session.roots())
            finally:
                session.close()

    def probe(self) -> Mapping[str, Step]:
        """Return the steps of a login. Each looks at every server: the second is needed on a bad day."""
        return {
            "Connect": lambda: self._each(self._connect),
            "Check the certificate": lambda: self._each(self._check_certificate),
            "Sign in as the service account": lambda: self._each(self._try_service_account),
            "Find a user with the filter": lambda: self._each(self._find_one_user),
        }

    async def close(self) -> None:
        """Let go of the kept connections."""
        for reader in self._readers:
            reader.close()

    async def _ask(self, question: Callable[[Reader], Awaitable[Answer]]) -> Answer:
        """Return the answer of the first server that gives one.

        Each has its share of the time that is left: a dark one must not use up what the next needs.
        """
        clock, count = asyncio.get_running_loop().time, len(self._readers)
        ends = clock() + self._settings.timeout
        faults: list[tuple[str, str]] = []  # not the exceptions, which would hold on to all they have seen
        for index in (*range(self._first, count), *range(self._first)):
            reader = self._readers[index]
            try:
                async with _within((ends - clock()) / (count - len(faults)), reader.server):
                    answer = await question(reader)
            except DirectoryError as fault:
                if not fault.silent:
                    raise
                faults.append((str(fault), fault.remedy))
            else:
                self._first = index
                return answer
        raise DirectoryError(" ".join(says for says, _ in faults), remedy=faults[0][1], silent=True)

    async def _search(self, reader: Reader, login: str) -> Entry | None:
        settings = self._settings
        if not login or "\0" in login:  # Samba would find ann for "ann", a NUL and anything
            return None
        filter_ = settings.user_filter.replace("?", escaped(login))
        try:
            entries = await reader.search(settings.base_dn, filter_)
        except bonsai.SizeLimitError:
            entries = []
        else:
            if len(entries) < 2:
                return entries[0] if entries else None
        raise DirectoryError(
            f"{reader.server} has more than one person whom “{login}” finds.",
            remedy="Make user_filter or base_dn narrower: a login name must find one person only.",
        )

    async def _check(self, reader: Reader, login: str, password: str) -> Checked:
        entry = await self._search(reader, login)
        if entry:
            return Checked(await self._bind(reader.server, entry.dn, password), self._found(entry))
        with suppress(bonsai.LDAPError):  # somebody who cannot be: it takes as long as a wrong password
            await self._bind(reader.server, f"cn={uuid4()},{self._settings.base_dn}", password)
        return Checked(Verdict.UNKNOWN_USER)

    async def _bind(self, server: Server, dn: str, password: str) -> Verdict:
        try:
            async with self._handshakes:
                session = await open_session(server, self._trusted, dn=dn, password=password)
        except bonsai.LDAPError as refused:
            verdict = self._dialect.verdict(refused)
            if verdict is None:
                raise
            return verdict
        try:
            return Verdict.MUST_CHANGE if await session.may_only_change_password() else Verdict.FITS
        finally:
            session.close()

    async def _sign_in(self, server: Server) -> Session:
        """Return a session of the service account."""
        settings = self._settings
        names = (settings.login_attribute, settings.name_attribute, settings.email_attribute)
        wanted = (*names, settings.id_attribute, *settings.further_attributes)
        attributes = {name.lower(): name for name in wanted}  # each only once
        try:
            async with self._handshakes:
                return await open_session(
                    server,
                    self._trusted,
                    dn=settings.bind_dn,
                    password=settings.bind_password,
                    attributes=attributes.values(),
                )
        except bonsai.AuthenticationError as refused:
            verdict = self._dialect.verdict(refused)
            if verdict is None:
                raise
            raise self._not_let_in(server, verdict) from refused

    def _not_let_in(self, server: Server, verdict: Verdict) -> DirectoryError:
        if verdict in (Verdict.WRONG_PASSWORD, Verdict.UNKNOWN_USER):
            return DirectoryError(
                f"{server} refused the password of {self._settings.bind_dn}.",
                remedy="Type the service account's password again; it may have been changed.",
            )
        return DirectoryError(
            f"{server} does not let {self._settings.bind_dn} in: {verdict.value.replace('-', ' ')}.",
            remedy=NOT_LET_IN[verdict],
        )

    def _found(self, entry: Entry) -> Found:
        settings = self._settings
        for attribute in (settings.login_attribute, settings.id_attribute):
            if not entry.first(attribute):
                raise DirectoryError(
                    f"{entry.dn} has no {attribute} that {settings.bind_dn or 'nobody'} may read.",
                    remedy="Check login_attribute and id_attribute, and what the service account may read.",
                )
        login, name, email = (
            entry.first(attribute).decode(errors="replace")
            for attribute in (settings.login_attribute, settings.name_attribute, settings.email_attribute)
        )
        identity = self._dialect.identity(entry.first(settings.id_attribute))
        further = {
            name.lower(): [value.decode(errors="replace") for value in entry.values.get(name.lower(), ())]
            for name in settings.further_attributes
        }
        return Found(login, identity, name, email, where=entry.dn, attributes=further)

    async def _each(self, look: Callable[[Server], Awaitable[str]]) -> str:
        said = []
        for reader in self._readers:
            async with _within(self._settings.timeout, reader.server):
                said.append(await look(reader.server))
        return " ".join(said)

    async def _connect(self, server: Server) -> str:
        (await connect(server)).close()
        return f"{server} takes connections."

    async def _check_certificate(self, server: Server) -> str:
        tunnel = await open_tunnel(server, self._trusted)
        certificate = tunnel.certificate
        tunnel.abort()
        if server.security is Security.NONE:
            return f"{server} is not encrypted: fit only for a server on this machine."
        return f"The certificate of {server} is trusted, until {certificate.get('notAfter')}."

    async def _try_service_account(self, server: Server) -> str:
        (await self._sign_in(server)).close()
        return f"Signed in to {server} as {self._settings.bind_dn or 'nobody'}."

    async def _find_one_user(self, server: Server) -> str:
        settings = self._settings
        session = await self._sign_in(server)
        try:
            entry = await session.first(settings.base_dn, settings.user_filter.replace("?", "*"))
        finally:
            session.close()
        if entry is None:
            raise DirectoryError(
                f"{server} finds nobody below {settings.base_dn} with {settings.user_filter}.",
                remedy="Check base_dn and user_filter, and that the service account may read people.",
            )
        return f"{server} finds people: “{self._found(entry).login}” is the first."


@asynccontextmanager
async def _within(seconds: float, server: Server) -> AsyncIterator[None]:
    """Turn what LDAP and the clock raise into DirectoryErrors."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise DirectoryError(
            f"{server} did not answer within {max(seconds, 0):.1f} seconds.",
            remedy="Check that the server is up, and the network between.",
            silent=True,
        ) from error
    except bonsai.LDAPError as error:
        raise DirectoryError(
            f"{server} answered: {error.args[0] if error.args else error}",
            remedy=REMEDIES.get(error.code, "Look into the server's log."),
            silent=error.code in (BUSY, UNAVAILABLE),
        ) from error


class Ldap:
    """Any LDAP directory."""

    name = "ldap"
    title = "LDAP directory"
    settings = LdapSettings
    finds = True

    def open(self, name: str, settings: LdapSettings) -> Directory:
        """Return it; connects when first asked."""
        return LdapDirectory(settings, Dialect(read_verdict, read_text_identity))
