"""One signed-in connection to an LDAP server: libldap, by way of bonsai, through a tunnel of ours.

    Lost                    the connection broke under a question (a silent DirectoryError)
    bonsai.LDAPError        the server's own answer, for the caller to read

What bonsai gets wrong is put right here and nowhere else:

- its asyncio connection waits until the socket can be written, which it always can: the loop turns as
  fast as it can while a server thinks. Ours waits for what comes in, and for several answers at a time;
- a connect that is given up stays in memory with its socket: ours is heard out, to the hang-up;
- a password ends at a NUL, and one that is not UTF-8 is none: see `can_be_sent`;
- values that look like a number or a boolean become one: we ask for all of them as octets;
- it refuses and rewrites distinguished names that RFC 4514 allows;
- an error's code belongs to its class, so the next error changes it.
"""

import asyncio
import select
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import bonsai
from bonsai.ldapconnection import BaseLDAPConnection

from secondgate.directories.directory import DirectoryError
from secondgate.directories.tunnel import Server, Tunnel, open_tunnel

NO_ATTRIBUTES: Final = ["1.1"]  # RFC 4511 section 4.5.1.8
ANYTHING: Final = "(objectClass=*)"


class Lost(DirectoryError):
    """The server hung up."""

    def __init__(self, server: Server) -> None:
        super().__init__(f"{server} hung up.", remedy="Look into the server's log.", silent=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search found: the first value of each attribute, whose names are in lower case."""

    dn: str
    values: Mapping[str, bytes]


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
        connection, policy = await _client(tunnel.url, dn, password, wanted).connect(is_async=True)  # type: ignore[misc]
    except BaseException as error:
        tunnel.abort()  # libldap hears of it, gives up, and lets go of its end
        if isinstance(error, bonsai.ConnectionError):
            raise Lost(server) from error
        raise
    return Session(server, tunnel, connection, dn, wanted, tells_policy=policy is not None)


class Session:
    """A signed-in connection. Close it."""

    def __init__(
        self,
        server: Server,
        tunnel: Tunnel,
        connection: "_Connection",
        dn: str,
        attributes: list[str],
        *,
        tells_policy: bool,
    ) -> None:
        self.server, self._tunnel, self._connection = server, tunnel, connection
        self._dn, self._attributes, self._tells_policy = dn, attributes, tells_policy
        self._loop = asyncio.get_running_loop()
        self._used_at = self._loop.time()

    @property
    def is_open(self) -> bool:
        """Return whether it still stands, as far as is known."""
        return self._tunnel.is_open

    @property
    def idle(self) -> float:
        """Return the seconds since it was last used."""
        return self._loop.time() - self._used_at

    async def search(self, base: str, filter_: str, *, limit: int) -> list[Entry]:
        """Return what lies below `base`. Raises bonsai.SizeLimitError for more than `limit`."""
        question = {"base": base, "scope": bonsai.LDAPSearchScope.SUBTREE, "filter_exp": filter_}
        found = await self._ask(
            self._connection.search, sizelimit=limit, attrlist=self._attributes, **question
        )
        return [_entry(one) for one in found]

    async def first(self, base: str, filter_: str) -> Entry | None:
        """Return one of any number of entries, or None."""
        question = {"base": base, "scope": bonsai.LDAPSearchScope.SUBTREE, "filter_exp": filter_}
        page = await self._ask(
            self._connection.paged_search, page_size=1, attrlist=self._attributes, **question
        )
        return next((_entry(one) for one in page), None)

    async def may_only_change_password(self) -> bool:
        """Return whether the server holds this user back until the password is changed.

        After a reset, slapd accepts the bind, says so in a control that bonsai drops, and refuses all
        that follows (draft-behera-ldap-password-policy-10 section 8.1.2.2). A server that sent no such
        control is not asked.
        """
        if not self._tells_policy:
            return False
        question = {"base": self._dn, "scope": bonsai.LDAPSearchScope.BASE, "filter_exp": ANYTHING}
        try:
            await self._ask(self._connection.search, attrlist=NO_ATTRIBUTES, **question)
        except bonsai.InsufficientAccess as refused:
            return "restricted to" in str(refused)  # and not that users may not read themselves
        return False

    def close(self) -> None:
        """Say goodbye; the tunnel closes behind it."""
        self._connection.close()

    async def _ask(self, search: Any, **question: Any) -> Any:
        self._used_at = self._loop.time()
        try:
            return await search(**question)
        except (bonsai.ConnectionError, bonsai.ClosedConnection) as error:
            raise Lost(self.server) from error


class _Connection(BaseLDAPConnection):
    """bonsai's connection on asyncio, with any number of questions under way."""

    def __init__(self, client: bonsai.LDAPClient) -> None:
        super().__init__(client, is_async=True)
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._watched: int | None = None

    async def _evaluate(self, msg_id: int, timeout: float | None = None) -> Any:
        # Who gives up leaves the question here: its answer, or the hang-up, is read and thrown away.
        answer = self._waiting[msg_id] = self._loop.create_future()
        self._watch()
        try:
            return await answer
        finally:
            del answer  # an exception holds this frame: without this they would hold each other

    def close(self) -> None:
        """Say goodbye, whatever is under way."""
        self._unwatch()
        self._give_up()
        super().close()

    def _watch(self) -> None:
        """Wait for what comes in: first from bonsai's own thread, which opens libldap, then from there."""
        self._unwatch()
        if self._waiting:
            self._watched = self.fileno()
            self._loop.add_reader(self._watched, self._look)

    def _unwatch(self) -> None:
        if self._watched is not None:
            self._loop.remove_reader(self._watched)
            self._watched = None

    def _look(self) -> None:
        """Read what has come, and hand out the answers that are complete."""
        self._unwatch()  # first: while it opens, reading closes the one socket and goes on with another
        read_all = False
        while self._waiting and not read_all:
            # Looking for one answer, libldap may put another's aside. What has been asked for before
            # that is asked for again, in a round in which nothing is left to come in.
            read_all = not _is_readable(self.fileno())
            for msg_id in tuple(self._waiting):
                self._take(msg_id)
        self._watch()

    def _take(self, msg_id: int) -> None:
        """Hand out the answer to one question, if it is complete."""
        answer: Any = None
        try:
            answer = super().get_result(msg_id)
        except bonsai.ConnectionError:
            self._give_up()
        except Exception as error:  # whatever it is, it is the answer to whoever waits
            if isinstance(error, bonsai.LDAPError):
                error.code = error.code  # of its own, from here on
            _settle(self._waiting.pop(msg_id, None), fault=error)
        if answer is not None:
            _settle(self._waiting.pop(msg_id, None), answer)

    def _give_up(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            _settle(future, fault=bonsai.ConnectionError())


def _settle(
    future: asyncio.Future[Any] | None, answer: Any = None, *, fault: Exception | None = None
) -> None:
    if future is None or future.done():
        return
    if fault:
        future.set_exception(fault.with_traceback(None))
    else:
        future.set_result(answer)


def _is_readable(descriptor: int) -> bool:
    poll = select.poll()  # not select(), which ends at descriptor 1023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _client(url: str, dn: str, password: str, attributes: list[str]) -> bonsai.LDAPClient:
    client = bonsai.LDAPClient(url)
    client.set_credentials("SIMPLE", user=dn, password=password)
    client.set_async_connection_class(_Connection)
    client.set_password_policy(True)
    client.set_raw_attributes(attributes)
    client.set_server_chase_referrals(False)  # Active Directory's name its own domain; we ask who was set
    return client


def _entry(found: bonsai.LDAPEntry) -> Entry:
    values = {name.lower(): held[0] for name, held in found.items(exclude_dn=True) if held}
    return Entry(str(found.dn), values)


def _keep_as_it_is(self: bonsai.LDAPDN, text: str) -> None:
    self._LDAPDN__strdn = text  # type: ignore[attr-defined]  # where the class itself keeps it


# A name is the server's own text, to be given back to it unchanged. bonsai would not read "C# team".
bonsai.LDAPDN.__init__ = _keep_as_it_is  # type: ignore[method-assign]
