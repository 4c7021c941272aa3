"""LDAP directories when servers are down, silent, slow, restarted or asked by many at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import bonsai._bonsai
import pytest
from bonsai.ldapconnection import BaseLDAPConnection

from secondgate.directories import ldap, ldap_session
from secondgate.directories.directory import Account, DirectoryError, Verdict
from secondgate.directories.ldap import Ldap
from secondgate.directories.tunnel import Security
from tests.directories.opening import Opener, opening
from tests.directories.servers import BUSY, Talk, answering, hang_up, relaying, say_nothing, serving
from tests.real.child import free_port
from tests.real.slapd import Slapd

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]  # what freezes the loop freezes the test, too

ALICE, ALICE_PASSWORD = Account("alice"), "Al1ce-Passw0rd"


@pytest.fixture
async def open_(slapd: Slapd) -> AsyncIterator[Opener]:
    """What opens a directory at the real slapd."""
    async with opening(Ldap(), slapd) as opener:
        yield opener


class Counted:
    """One who talks like another, and counts."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.times = self.now = self.most = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.times, self.now = self.times + 1, self.now + 1
        self.most = max(self.most, self.now)
        try:
            await self._talk(reader, writer)
        finally:
            self.now -= 1


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often libldap is asked for an answer: one entry a time."""
    asked: list[int] = []

    def get_result(connection: BaseLDAPConnection, msg_id: int) -> object:
        asked.append(msg_id)
        return bonsai._bonsai.ldapconnection.get_result(connection, msg_id)

    monkeypatch.setattr(BaseLDAPConnection, "get_result", get_result, raising=False)
    return asked


@pytest.mark.parametrize("security", Security)
async def test_a_silent_server_ends_by_the_deadline_and_delays_nobody(open_: Opener, security: Security):
    healthy = open_()
    async with serving(say_nothing, security) as server:
        dark = open_(server, starttls=security is Security.STARTTLS, timeout=0.5)
        waiting = [
            asyncio.create_task(dark.find("alice")),
            asyncio.create_task(dark.check_password(ALICE, ALICE_PASSWORD)),
        ]
        for _ in range(20):
            assert await healthy.find("alice")
        assert not any(task.done() for task in waiting)
        for fault in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(fault, DirectoryError)
            assert str(fault) == f"{server} did not answer within 0.5 seconds."
            assert fault.silent


# In the answer to the bind, behind it, in that to the search.
@pytest.mark.parametrize("octets", [1, 2, 9, 30, 60, 200])
async def test_half_an_answer_is_silence_and_freezes_nobody(
    open_: Opener, slapd: Slapd, looks: list[int], octets: int
):
    async with serving(relaying(slapd.ldap, at_most=octets)) as server:
        with pytest.raises(DirectoryError, match="did not answer within") as raised:
            await open_(server, starttls=False, timeout=0.5).find("alice")
    assert raised.value.silent
    assert len(looks) <= octets + 10


async def test_an_answer_may_come_octet_by_octet(open_: Opener, slapd: Slapd):
    async with serving(relaying(slapd.ldap)) as server:
        directory = open_(server, starttls=False)
        assert await directory.find("alice")
        assert (await directory.check_password(ALICE, ALICE_PASSWORD)).verdict is Verdict.FITS


async def test_waiting_for_a_silent_server_does_not_spin(open_: Opener, looks: list[int]):
    async with serving(say_nothing) as server:
        with pytest.raises(DirectoryError):
            await open_(server, starttls=False, timeout=0.5).find("alice")
    assert len(looks) <= 10  # libldap is there; the hang-up; and some to spare. Spinning is thousands


@pytest.mark.parametrize("octets", [0, 60])
async def test_calls_that_are_given_up_leave_nothing_behind(open_: Opener, slapd: Slapd, octets: int):
    async with serving(relaying(slapd.ldap, at_most=octets) if octets else say_nothing) as server:
        before, tasks = _sockets(), asyncio.all_tasks()
        directory = open_(server, starttls=False, timeout=0.5)
        calls = [directory.check_password(ALICE, ALICE_PASSWORD) for _ in range(10)]
        await asyncio.gather(*calls, return_exceptions=True)
        while _sockets() > before or asyncio.all_tasks() > tasks:  # noqa: ASYNC110  for ever, if not
            await asyncio.sleep(0)


async def test_refused_logins_leave_nothing_behind(open_: Opener):
    directory = open_()
    assert await directory.find("locked")
    before, tasks = _sockets(), asyncio.all_tasks()
    for _ in range(5):
        await directory.check_password(Account("locked"), "L0cked-Passw0rd")
    while _sockets() > before or asyncio.all_tasks() > tasks:  # noqa: ASYNC110  for ever, if not
        await asyncio.sleep(0)


async def test_a_closed_directory_leaves_nothing_behind(open_: Opener):
    before, tasks = _sockets(), asyncio.all_tasks()
    directory = open_()
    calls = [directory.check_password(ALICE, ALICE_PASSWORD) for _ in range(20)]
    await asyncio.gather(*calls)
    await directory.close()
    while _sockets() > before or asyncio.all_tasks() > tasks:  # noqa: ASYNC110
        await asyncio.sleep(0)


def _sockets() -> int:
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            count += "socket:" in str(descriptor.readlink())
        except FileNotFoundError:
            continue  # the one that listed the folder
    return count


async def test_a_server_that_is_down_is_silent(open_: Opener):
    with pytest.raises(DirectoryError, match="refuses connections") as raised:
        await open_(f"ldaps://127.0.0.1:{free_port()}").check_password(ALICE, ALICE_PASSWORD)
    assert raised.value.silent


async def test_a_server_that_hangs_up_is_silent(open_: Opener):
    async with serving(hang_up) as server:
        with pytest.raises(DirectoryError, match="hung up") as raised:
            await open_(server, starttls=False).find("alice")
    assert raised.value.silent


async def test_the_next_server_answers_for_one_that_is_down(open_: Opener, slapd: Slapd):
    directory = open_(f"ldaps://127.0.0.1:{free_port()}", slapd.ldaps)
    assert await directory.find("alice")
    assert (await directory.check_password(ALICE, ALICE_PASSWORD)).verdict is Verdict.FITS


async def test_the_next_server_answers_for_a_silent_one_in_the_same_call(open_: Opener, slapd: Slapd):
    silent = Counted(say_nothing)
    async with serving(silent, Security.TLS) as server:
        directory = open_(server, slapd.ldaps, timeout=2)
        assert (await directory.check_password(ALICE, ALICE_PASSWORD)).verdict is Verdict.FITS
        # And from now on it is asked first.
        assert await directory.find("alice")
    assert silent.times == 1


async def test_the_next_server_answers_for_a_busy_one(open_: Opener, slapd: Slapd):
    async with serving(answering(BUSY)) as server:
        with pytest.raises(DirectoryError, match="answered: Server is busy") as raised:
            await open_(server, starttls=False).find("alice")
        assert raised.value.silent
        assert await open_(server, slapd.ldap, starttls=False).find("alice")


async def test_a_server_that_answers_wrongly_is_not_passed_over(open_: Opener, slapd: Slapd):
    with pytest.raises(DirectoryError, match="refused the password"):
        await open_(slapd.ldaps, slapd.ldap, bind_password="wrong").find("alice")


async def test_all_servers_are_named_when_none_answers(open_: Opener):
    ports = free_port(), free_port()
    with pytest.raises(DirectoryError) as raised:
        await open_(*(f"ldaps://127.0.0.1:{port}" for port in ports)).find("alice")
    assert all(str(port) in str(raised.value) for port in ports)
    assert raised.value.silent


async def test_searches_share_a_kept_connection(open_: Opener, slapd: Slapd):
    relay = Counted(relaying(slapd.ldap))
    async with serving(relay) as server:
        directory = open_(server, starttls=False)
        for _ in range(5):
            assert await directory.find("alice")
        assert relay.times == 1


async def test_a_password_is_checked_on_a_connection_of_its_own(open_: Opener, slapd: Slapd):
    relay = Counted(relaying(slapd.ldap))
    async with serving(relay) as server:
        directory = open_(server, starttls=False)
        await directory.check_password(ALICE, ALICE_PASSWORD)
        await directory.check_password(ALICE, ALICE_PASSWORD)
        assert relay.times == 3  # one for searches


async def test_an_unknown_user_costs_the_same_as_a_wrong_password(open_: Opener, slapd: Slapd):
    async def connections(login: str, verdict: Verdict) -> int:
        relay = Counted(relaying(slapd.ldap))
        async with serving(relay) as server:
            checked = await open_(server, starttls=False).check_password(Account(login), "wrong")
        assert checked.verdict is verdict
        return relay.times

    unknown = await connections("nobody", Verdict.UNKNOWN_USER)
    assert unknown == await connections("twin1", Verdict.WRONG_PASSWORD) == 2
    assert (await open_().check_password(Account("twin1"), "Tw1n-Passw0rd")).verdict is Verdict.FITS


async def test_a_restarted_server_is_noticed_by_the_search_that_fails(open_: Opener, slapd: Slapd):
    directory = open_()
    await asyncio.gather(*(directory.find("alice") for _ in range(10)))
    slapd.restart()  # the loop stands still meanwhile: nothing has been heard of it
    assert await directory.find("alice")
    assert (await directory.check_password(ALICE, ALICE_PASSWORD)).verdict is Verdict.FITS


async def test_a_restarted_server_is_noticed_before_the_search(open_: Opener, slapd: Slapd):
    directory = open_()
    assert await directory.find("alice")
    await asyncio.to_thread(slapd.restart)  # the hang-up is heard
    assert await directory.find("alice")


async def test_a_connection_that_was_quiet_for_long_is_not_trusted(
    open_: Opener, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
):
    relay = Counted(relaying(slapd.ldap))
    async with serving(relay) as server:
        directory = open_(server, starttls=False)
        assert await directory.find("alice")
        monkeypatch.setattr(ldap_session, "IDLE_AT_MOST", 0)
        assert await directory.find("alice")
        assert relay.times == 2


async def test_a_hundred_logins_at_once_all_get_in(open_: Opener, slapd: Slapd):
    for url in (slapd.ldaps, slapd.ldap):
        directory = open_(url, timeout=30)
        checks = [directory.check_password(ALICE, ALICE_PASSWORD) for _ in range(100)]
        assert {checked.verdict for checked in await asyncio.gather(*checks)} == {Verdict.FITS}


async def test_handshakes_under_way_are_bounded(open_: Opener, slapd: Slapd):
    searching, silent = relaying(slapd.ldap), Counted(say_nothing)
    relay = Counted(searching)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (relay if relay.times < ldap_session.READERS else silent)(reader, writer)

    async with serving(talk) as server:
        directory = open_(server, starttls=False, timeout=0.5)
        await asyncio.gather(*(directory.find("alice") for _ in range(ldap_session.READERS)))
        assert relay.now == ldap_session.READERS
        checks = [directory.check_password(ALICE, ALICE_PASSWORD) for _ in range(3 * ldap.HANDSHAKES)]
        await asyncio.gather(*checks, return_exceptions=True)
    assert silent.most == ldap.HANDSHAKES
