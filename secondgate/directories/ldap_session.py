"""One signed-in connection to an LDAP server: libldap, by way of bonsai, through a tunnel of ours.

    Lost                    the connection broke under a question (a silent DirectoryError)
    bonsai.LDAPError        the server's own answer, for the caller to read

What bonsai gets wrong is put right here and nowhere else:

- its asyncio connection waits until the socket can be written, which it always can: the loop turns as
  fast as it can while a server thinks. Ours waits for what comes in;
- a connect that is given up stays in memory with its socket: ours is heard out, to the hang-up;
- a password ends at a NUL, and one that is not UTF-8 is none: see `can_be_sent`;
- values that look like a number or a boolean become one: we ask for all of them as octets;
- it refuses and rewrites distinguished names that RFC 4514 allows;
- it loses answers when several questions are under way: ours are one at a time;
- it waits for the rest of half a message, and the loop with it: see `_watch`;
- a search below what is not there finds nothing, without a word; one by pages says so: ours are by pages;
- an error's `code` is its class's, and changes with the next error: read it at once.
"""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import bonsai
from bonsai.ldapconnection import BaseLDAPConnection

from secondgate.directories.directory import DirectoryError
from secondgate.directories.tunnel import Server, open_tunnel

NO_ATTRIBUTES: Final = ["1.1"]  # RFC 4511 section 4.5.1.8
Scope = bonsai.LDAPSearchScope
BASE, ONE_LEVEL, SUBTREE = Scope.BASE, Scope.ONELEVEL, Scope.SUBTREE
ANYTHING: Final = "(objectClass=*)"

# What holds people, by whatever maker: X.521, Active Directory, 389 Directory Server and FreeIPA.
BRANCHES: Final = "(|{})".format(
    "".join(
        f"(objectClass={name})"
        for name in (
            "organizationalUnit",
            "organization",
            "domain",
            "container",
            "builtinDomain",
            "nsContainer",
        )
    )
)
BRANCHES_AT_MOST: Final = 200  # to choose from: below a root there are a dozen

# A search is one round trip on a connection that does one at a time: four are 80 a second to a server
# that is 50 ms away.
READERS: Final = 4

# A firewall may forget a quiet connection and then swallow what is sent on it; the shortest usual time
# is AWS's 350 s. A new connection costs less than a login that waits for an answer in vain.
IDLE_AT_MOST: Final = 120.0  # seconds

Future = asyncio.Future[Any]


class Lost(DirectoryError):
    """The server hung up."""

    def __init__(self, server: Server) -> None:
        super().__init__(f"{server} hung up.", remedy="Look into the server's log.", silent=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search found: the values of each attribute, whose names are in lower case."""

    dn: str
    values: Mapping[str, Sequence[bytes]]

    def first(self, name: str) -> bytes:
        """Return an attribute's first value; none at all is an empty one."""
        return next(iter(self.values.get(name.lower(), ())), b"")


def can_be_sent(password: str) -> bool:
    """Return whether libldap would send this password, and not another.

    It ends one at a NUL, and sends none for what is not UTF-8; and a bind without a password succeeds,
    whoever it names (RFC 4513 section 5.1.2).
    """
    try:
        return bool(password.encode()) and "\0" not in password
    except UnicodeEncodeError:
        return False


def escaped(text: str) -> str:
    """Return a text for use as a value in a filter (RFC 4515 section 3).

    Ours, because bonsai's writes a NUL as `\\0`, which is no filter. All but letters and digits is
    escaped: that is always right, and needs no list of what is special.
    """
    octets = text.encode(errors="surrogatepass")
    return "".join(chr(one) if chr(one).isalnum() and one < 128 else f"\\{one:02x}" for one in octets)


async def open_session(
    server: Server, trusted: ssl.SSLContext, *, dn: str, password: str, attributes: Iterable[str] = ()
) -> "Session":
    """Return a session that is signed in as `dn`; its searches read `attributes`.

    An empty `dn` signs in as nobody. Raises DirectoryError, or the LDAPError with which the server
    refuses; ValueError for a password that cannot be sent.
    """
    if dn and not can_be_sent(password):
        raise ValueError("a password that would be sent as none must not come here")
    tunnel = await open_tunnel(server, trusted)
    wanted = list(attributes)
    try:
        connection, policy = await _client(tunnel.url, dn, password, wanted).connect(is_async=True)
    except BaseException as error:
        tunnel.abort()  # libldap hears of it, gives up, and lets go of its end
        if isinstance(error, bonsai.ConnectionError):
            raise Lost(server) from error
        raise
    return Session(server, connection, dn, wanted, tells_policy=policy is not None)


class Session:
    """A signed-in connection. Close it."""

    def __init__(
        self,
        server: Server,
        connection: "_Connection",
        dn: str,
        attributes: list[str],
        *,
        tells_policy: bool,
    ) -> None:
        self.server, self._connection = server, connection
        self._dn, self._attributes, self._tells_policy = dn, attributes, tells_policy
        self._loop = asyncio.get_running_loop()
        self._used_at = self._loop.time()

    @property
    def idle(self) -> float:
        """Return the seconds since it was last used."""
        return self._loop.time() - self._used_at

    async def search(self, base: str, filter_: str, *, limit: int) -> list[Entry]:
        """Return what lies below `base`. Raises bonsai.NoSuchObjectError where there is no such base.

        More than `limit`: raises bonsai.SizeLimitError, or returns as many.
        """
        search = self._connection.paged_search
        limits = {"page_size": limit, "sizelimit": limit}
        found = await self._ask(search, base, SUBTREE, filter_, self._attributes, **limits)
        return [_entry(one) for one in islice(found, limit)]  # and never ask for the next page

    async def first(self, base: str, filter_: str) -> Entry | None:
        """Return one of any number of entries, or None."""
        search = self._connection.paged_search
        page = await self._ask(search, base, SUBTREE, filter_, self._attributes, page_size=1)
        return next((_entry(one) for one in page), None)

    async def roots(self) -> list[str]:
        """Return the server's naming contexts (RFC 4512 section 5.1), its own default first."""
        wanted = ["defaultNamingContext", "namingContexts"]
        found = await self._ask(self._connection.search, "", BASE, ANYTHING, wanted)
        held = [str(value) for name in wanted for entry in found for value in entry.get(name, [])]
        return list(dict.fromkeys(held))

    async def branches(self, below: str) -> list[str]:
        """Return the names of what lies right below and may hold people, in alphabetical order."""
        search = self._connection.paged_search
        page = await self._ask(search, below, ONE_LEVEL, BRANCHES, NO_ATTRIBUTES, page_size=BRANCHES_AT_MOST)
        return sorted((str(entry.dn) for entry in page), key=str.lower)

    async def may_only_change_password(self) -> bool:
        """Return whether the server holds this user back until the password is changed.

        After a reset, slapd accepts the bind, says so in a control that bonsai drops, and refuses all
        that follows (draft-behera-ldap-password-policy-10 section 8.1.2.2). A server that sent no such
        control is not asked.
        """
        if not self._tells_policy:
            return False
        try:
            await self._ask(self._connection.search, self._dn, BASE, ANYTHING, NO_ATTRIBUTES)
        except bonsai.UnwillingToPerform:  # as 389 Directory Server puts it
            return True
        except bonsai.InsufficientAccess as refused:
            return "restricted to" in str(refused)  # and not that users may not read themselves
        return False

    def close(self) -> None:
        """Say goodbye; the tunnel closes behind it."""
        self._connection.close()

    async def _ask(self, search: Callable[..., Awaitable[Any]], *question: Any, **limits: int) -> Any:
        self._used_at = self._loop.time()
        try:
            return await search(*question, **limits)
        except (bonsai.ConnectionError, bonsai.ClosedConnection) as error:
            raise Lost(self.server) from error


class Reader:
    """The service account's kept connections to one server.

    The one that was used last is used next, so there are only as many as there were searches at once.
    """

    def __init__(self, server: Server, sign_in: Callable[[Server], Awaitable[Session]]) -> None:
        self.server, self._sign_in = server, sign_in
        self._kept: list[Session] = []
        self._places = asyncio.Semaphore(READERS)

    async def search(self, base: str, filter_: str) -> list[Entry]:
        """Return what is found, two entries at most. Raises DirectoryError or LDAPError."""
        async with self._places:
            try:
                return await self._search(self._take() or await self._sign_in(self.server), base, filter_)
            except Lost:  # it was dead, and we could not know: the server was restarted, say
                self.close()  # so the others are, too
                return await self._search(await self._sign_in(self.server), base, filter_)

    async def _search(self, session: Session, base: str, filter_: str) -> list[Entry]:
        try:
            found = await session.search(base, filter_, limit=2)
        except BaseException:
            session.close()
            raise
        self._kept.append(session)
        return found

    def _take(self) -> Session | None:
        """Return a connection that was used of late, and let go of the others."""
        kept, self._kept = self._kept, []
        for session in kept:
            if session.idle < IDLE_AT_MOST:
                self._kept.append(session)
            else:
                session.close()
        return self._kept.pop() if self._kept else None

    def close(self) -> None:
        """Let go of the connections; the next search opens another."""
        kept, self._kept = self._kept, []
        for session in kept:
            session.close()


class _Connection(BaseLDAPConnection):
    """bonsai's connection on asyncio, with one question under way: it loses answers to several."""

    def __init__(self, client: bonsai.LDAPClient) -> None:
        super().__init__(client, is_async=True)
        self._loop = asyncio.get_running_loop()
        self._watched: int | None = None

    async def _evaluate(self, msg_id: int, timeout: float | None = None) -> Any:
        answer: Future = self._loop.create_future()
        self._watch(msg_id, answer)
        try:
            return await answer
        finally:
            del answer  # an exception holds this frame: without this they would hold each other

    def close(self) -> None:
        """Say goodbye, whatever is under way."""
        self._unwatch()
        super().close()

    def _watch(self, msg_id: int, answer: Future) -> None:
        """Wait for what comes in: first from bonsai's own thread, which opens libldap, then from there."""
        self._watched = self.fileno()
        # libldap would wait for the rest of half a message, and the whole loop with it.
        os.set_blocking(self._watched, False)
        self._loop.add_reader(self._watched, self._look, msg_id, answer)

    def _unwatch(self) -> None:
        if self._watched is not None:
            self._loop.remove_reader(self._watched)
            self._watched = None

    def _look(self, msg_id: int, answer: Future) -> None:
        """Hand out the answer if it is complete. When nobody waits any more it is read all the same."""
        self._unwatch()  # first: while it opens, reading closes the one socket and goes on with another
        said, fault = None, None
        try:
            said = super().get_result(msg_id)
        except Exception as error:  # whatever it is, it is the answer to whoever waits
            fault = error.with_traceback(None)
        if said is None and fault is None:
            self._watch(msg_id, answer)
        elif not answer.done():
            if fault:
                answer.set_exception(fault)
            else:
                answer.set_result(said)


def _client(url: str, dn: str, password: str, attributes: list[str]) -> bonsai.LDAPClient:
    client = bonsai.LDAPClient(url)
    client.set_credentials("SIMPLE", user=dn, password=password)
    client.set_async_connection_class(_Connection)
    client.set_password_policy(True)
    client.set_raw_attributes(attributes)
    client.set_server_chase_referrals(False)  # Active Directory's name its own domain; we ask who was set
    return client


def _entry(found: bonsai.LDAPEntry) -> Entry:
    values = {name.lower(): list(held) for name, held in found.items(exclude_dn=True)}
    return Entry(str(found.dn), values)


def _keep_as_it_is(self: bonsai.LDAPDN, strdn: str) -> None:
    self._LDAPDN__strdn = strdn  # type: ignore[attr-defined]  # where the class itself keeps it


# A name is the server's own text, to be given back to it unchanged. bonsai would not read "C# team".
bonsai.LDAPDN.__init__ = _keep_as_it_is  # type: ignore[method-assign]
