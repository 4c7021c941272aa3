"""Accounting-Requests become sessions: the same row in whatever order and however often they come."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secondgate.ledger.ledger import Ledger
from secondgate.ledger.sessions import KEPT
from secondgate.ledger.snapshot import Client
from secondgate.listener import accounting
from secondgate.radius.dictionary import written
from secondgate.radius.packet import Code, Packet
from tests.fuzz import paper
from tests.fuzz.steady import steady
from tests.ledger.test_databases import node
from tests.scenarios.house import House

pytestmark = pytest.mark.real

NAS: Final = "10.0.0.1"
CLIENT: Final[Client] = paper.client(NAS)
START, STOP, INTERIM, ON, OFF = "1", "2", "3", "7", "8"
T: Final = 1_800_000_000.0
MOMENTS: Final = ("started_at", "updated_at", "stopped_at")
HOUSE: Final = "users: [{login: ann}]\n"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    url = request.getfixturevalue("postgresql").create_database() if request.param == "postgresql" else ""
    house = House(tmp_path_factory.mktemp("accounting"), database_url=url)
    house.configure(HOUSE)
    return house


@pytest.fixture
async def ledger(house: House) -> AsyncIterator[Ledger]:
    house.asked("DELETE FROM accounting_session")
    ledger = node(house)
    yield ledger
    await ledger.close()


def sessions(house: House, session: str = "") -> list[dict[str, Any]]:
    """Return the rows, oldest first, their moments in seconds after T; of one Acct-Session-Id, or all."""
    only = f" WHERE session = '{session}'" if session else ""
    rows = house.asked(f"SELECT * FROM accounting_session{only} ORDER BY id")
    for row in rows:
        for name in MOMENTS:
            row[name] = None if row[name] is None else after_t(row[name])
    return rows


def after_t(moment: str | datetime) -> float:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) if isinstance(moment, str) else moment
    return round(at.timestamp() - T, 3)


def request(status: str, session: str = "s1", **more: object) -> Packet:
    """Return an Accounting-Request; `Acct_Delay_Time=5` is an attribute."""
    said = {"Acct-Status-Type": status, "User-Name": "ann", "NAS-Identifier": "gate"}
    said |= {"Acct-Session-Id": session} if session else {}
    said |= {name.replace("_", "-"): str(value) for name, value in more.items()}
    attributes = [written(name, value) for name, value in said.items() if value]
    return Packet(Code.ACCOUNTING_REQUEST, 7, bytes(16), attributes)


async def tell(ledger: Ledger, at: float, *said: Any, **more: object) -> Packet:
    """Have a request recorded that comes `at` seconds after T."""
    return await accounting.record(request(*said, **more), CLIENT, NAS, ledger, T + at)


async def test_a_session_is_one_row_with_all_that_its_packets_say(house: House, ledger: Ledger) -> None:
    where = {"Calling_Station_Id": "203.0.113.9", "Framed_IP_Address": "10.9.0.7"}
    await tell(ledger, 0, START, **where)
    await tell(ledger, 300, INTERIM, Acct_Session_Time=300, Acct_Interim_Interval=300)
    (open_one,) = sessions(house)
    assert (open_one["stopped_at"], open_one["updated_at"], open_one["interim"]) == (None, 300, 300)
    answer = await tell(
        ledger, 600, STOP, **where, Acct_Session_Time=600, Acct_Terminate_Cause=1, Framed_IPv6_Prefix="2001:db8::/64",
        Acct_Input_Octets=7, Acct_Input_Gigawords=2, Acct_Output_Octets=9, Acct_Input_Packets=3,
        Acct_Output_Packets=4,
    )  # fmt: skip
    assert answer.code == Code.ACCOUNTING_RESPONSE
    (row,) = sessions(house)
    assert row["user_id"] is not None
    del row["id"], row["user_id"], row["application_id"]
    assert row == {
        "nas": "gate", "session": "s1", "superseded": 0, "login": "ann", "client": NAS,
        "calling": "203.0.113.9", "framed_ip": "10.9.0.7", "framed_ipv6": "2001:db8::/64",
        "started_at": 0, "updated_at": 600, "stopped_at": 600, "cause": "user-request", "seconds": 600,
        "octets_in": 2 * 2**32 + 7, "octets_out": 9, "packets_in": 3, "packets_out": 4, "interim": 300,
    }  # fmt: skip


async def test_start_and_stop_are_events_and_an_update_is_none(house: House, ledger: Ledger) -> None:
    house.asked("DELETE FROM events_event")
    for status in (START, INTERIM, INTERIM, STOP):
        await tell(ledger, 0, status)
    for status in (ON, OFF):
        await tell(ledger, 0, status, "")
    written_down = [row["name"] for row in house.asked("SELECT name FROM events_event ORDER BY id")]
    assert written_down == ["session.started", "session.stopped", "accounting.changed", "accounting.changed"]


async def test_an_update_of_no_session_at_all_is_an_event_for_it_would_be_nowhere(
    house: House, ledger: Ledger
) -> None:
    house.asked("DELETE FROM events_event")
    await tell(ledger, 0, INTERIM, "")
    assert [row["name"] for row in house.asked("SELECT name FROM events_event")] == ["session.updated"]
    assert sessions(house) == []


async def test_the_time_that_a_packet_was_on_its_way_is_subtracted(house: House, ledger: Ledger) -> None:
    await tell(ledger, 60, START, Acct_Delay_Time=60)
    await tell(ledger, 130, STOP, Acct_Delay_Time=30)
    (row,) = sessions(house)
    assert (row["started_at"], row["stopped_at"]) == (0, 100)


async def test_a_copy_of_a_stop_that_does_not_say_its_age_ends_nothing_later(
    house: House, ledger: Ledger
) -> None:
    await tell(ledger, 100, STOP, Acct_Terminate_Cause=4)
    await tell(ledger, 130, STOP, Acct_Terminate_Cause=4)
    (row,) = sessions(house)
    assert (row["stopped_at"], row["cause"]) == (100, "idle-timeout")


async def test_an_address_that_changed_is_the_newest_one(house: House, ledger: Ledger) -> None:
    await tell(ledger, 10, INTERIM, Framed_IP_Address="10.9.0.8", Calling_Station_Id="new")
    await tell(ledger, 15, START, Framed_IP_Address="10.9.0.7", Calling_Station_Id="old", Acct_Delay_Time=15)
    await tell(ledger, 20, INTERIM, Framed_IP_Address="10.9.0.9")
    (row,) = sessions(house)
    assert (row["started_at"], row["framed_ip"], row["calling"]) == (0, "10.9.0.9", "new")


@pytest.mark.parametrize("kind", ["Acct-Delay-Time", "Acct-Session-Time"])
async def test_a_span_that_cannot_be_is_as_if_it_were_not_there(
    house: House, ledger: Ledger, kind: str
) -> None:
    await tell(ledger, 5, STOP, **{kind: 2**32 - 1})
    (row,) = sessions(house)
    assert (row["started_at"], row["stopped_at"], row["seconds"]) == (5, 5, 0)


async def test_two_packets_of_one_session_at_once_both_count(house: House, ledger: Ledger) -> None:
    both = [tell(ledger, 0, START), tell(ledger, 9, STOP, Acct_Session_Time=9)]
    many = [tell(ledger, 5, INTERIM, Acct_Input_Octets=number) for number in range(20)]
    await asyncio.gather(*both, *many, *(tell(ledger, 1, START, f"other {number}") for number in range(20)))
    (row,) = sessions(house, "s1")
    assert (row["started_at"], row["stopped_at"], row["octets_in"]) == (0, 9, 19)
    assert len(sessions(house)) == 21


async def test_two_workers_at_once_lead_to_one_row(house: House, ledger: Ledger) -> None:
    other = node(house)
    tries = [
        tell((ledger, other)[number % 2], number, INTERIM, f"s{session}", Acct_Session_Time=number)
        for number in range(1, 20) for session in range(4)
    ]  # fmt: skip
    await asyncio.gather(*tries)
    await other.close()
    rows = sessions(house)
    assert [(row["started_at"], row["updated_at"], row["seconds"]) for row in rows] == [(0, 19, 19)] * 4


async def test_an_on_closes_what_is_open_at_its_nas_and_nothing_else(house: House, ledger: Ledger) -> None:
    for session in ("one", "two"):
        await tell(ledger, 0, START, session)
    await tell(ledger, 1, START, "elsewhere", NAS_Identifier="other")
    await tell(ledger, 2, STOP, "two", Acct_Terminate_Cause=1)
    await tell(ledger, 20, START, "later")
    await asyncio.gather(tell(ledger, 10, ON, ""), tell(ledger, 12, OFF, ""))
    ends = {row["session"]: (row["stopped_at"], row["cause"]) for row in sessions(house)}
    assert ends["one"][0] in (10, 12) and ends["one"][1] == "nas-rebooted"
    assert ends["two"] == (2, "user-request")
    assert ends["elsewhere"] == ends["later"] == (None, "")


async def test_what_a_session_says_itself_beats_what_a_reboot_lets_conclude(
    house: House, ledger: Ledger
) -> None:
    for session in ("stopped", "alive", "old news"):
        await tell(ledger, 0, START, session)
    await tell(ledger, 10, ON, "")
    await tell(ledger, 30, STOP, "stopped", Acct_Delay_Time=22, Acct_Terminate_Cause=5)
    await tell(ledger, 30, INTERIM, "alive", Acct_Session_Time=30)
    await tell(ledger, 30, INTERIM, "old news", Acct_Session_Time=4, Acct_Delay_Time=26)
    ends = {row["session"]: (row["stopped_at"], row["cause"]) for row in sessions(house)}
    assert ends == {
        "stopped": (8, "session-timeout"), "alive": (None, ""), "old news": (10, "nas-rebooted")
    }  # fmt: skip


async def test_an_id_that_is_used_again_is_another_session(house: House, ledger: Ledger) -> None:
    await tell(ledger, 0, START)
    await tell(ledger, 100, STOP)
    await tell(ledger, 160, START)  # a late copy that does not say its age
    assert [row["stopped_at"] for row in sessions(house)] == [100]
    await tell(ledger, 5000, START)
    await tell(ledger, 5300, INTERIM, Acct_Session_Time=300)
    await tell(ledger, 5400, ON, "")
    await tell(ledger, 5410, START)  # the NAS counts from one again
    shown = [(row["started_at"], row["stopped_at"], row["seconds"]) for row in sessions(house)]
    assert shown == [(0, 100, 0), (5000, 5400, 300), (5410, None, 0)]


@pytest.mark.parametrize(
    ("said", "nas"),
    [
        ({"NAS-Identifier": "a", "NAS-IP-Address": "10.1.1.1"}, "a"),
        ({"NAS-Identifier": "", "NAS-IP-Address": "10.1.1.1"}, "10.1.1.1"),
        ({"NAS-Identifier": "", "NAS-IPv6-Address": "2001:db8::1"}, "2001:db8::1"),
        ({"NAS-Identifier": "", "NAS-IP-Address": "0.0.0.0"}, NAS),
        ({"NAS-Identifier": ""}, NAS),
    ],
)
async def test_which_nas_it_is(house: House, ledger: Ledger, said: dict[str, str], nas: str) -> None:
    await tell(ledger, 0, START, **said)
    assert [row["nas"] for row in sessions(house)] == [nas]


async def test_sessions_of_one_id_at_two_nas_are_two(house: House, ledger: Ledger) -> None:
    for nas in ("gate", "other"):
        await tell(ledger, 0, START, NAS_Identifier=nas)
    assert [row["nas"] for row in sessions(house)] == ["gate", "other"]


async def test_a_name_of_nobody_is_masked(house: House, ledger: Ledger) -> None:
    await tell(ledger, 0, START, User_Name="a password by mistake")
    (row,) = sessions(house)
    assert (row["login"], row["user_id"]) == ("a …", None)


async def test_octets_of_every_kind_are_recorded(house: House, ledger: Ledger) -> None:
    hostile = {"NAS-Identifier": "0x00ff" + "fe" * 240, "Calling-Station-Id": "0x" + "00" * 253,
               "Framed-IP-Address": "255.255.255.254", "Acct-Output-Gigawords": 2**32 - 1}  # fmt: skip
    await tell(ledger, 0, START, "0x" + "ff" * 253, **hostile)
    (row,) = sessions(house)
    assert len(row["session"]) == len(row["nas"]) == 255
    assert (row["calling"], row["framed_ip"]) == ("\ufffd" * 253, "")
    assert row["octets_out"] == 2**63 - 1


async def test_old_sessions_are_forgotten(house: House, ledger: Ledger) -> None:
    now = time.time()
    for age in (KEPT + 60, KEPT - 600, 0):
        await tell(ledger, now - T - age, STOP, f"{age} old")
    await ledger.prune(now)
    assert [row["session"] for row in sessions(house)] == [f"{KEPT - 600} old", "0 old"]


# One session, and what its packets may look like: each moment is one of its own, and copies have another
# age. The row that must come of it is known without looking at any packet.
NUMBERS = count()


@st.composite
def packets(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[float, tuple[Any, ...], dict[str, Any]]]]:
    """Return the row that must come, and the requests in their order of arrival: when, what."""
    session = f"p{next(NUMBERS)}"
    updates = draw(st.lists(st.integers(60, 9_000), unique=True, max_size=4).map(sorted))
    end = draw(st.none() | st.integers(9_000, 20_000))
    knows_time = draw(st.booleans())  # some NAS leave Acct-Session-Time out
    moments = [(0, START), *((at, INTERIM) for at in updates), *([(end, STOP)] if end else [])]
    requests = []
    for at, status in moments:
        more: dict[str, Any] = {"Acct-Input-Octets": at, "Acct-Input-Gigawords": at // 5_000}
        if status != START and knows_time:
            more["Acct-Session-Time"] = at
        if status != START:  # the address is given after the Start, as by many VPNs
            more["Framed-IP-Address"] = "10.9.0.7"
        if status == STOP:
            more["Acct-Terminate-Cause"] = 4
        for delay in draw(st.lists(st.integers(0, 40_000), min_size=1, max_size=3)):
            requests.append((at + delay, (status, session), {**more, "Acct-Delay-Time": delay}))
    last = moments[-1][0]
    row = {
        "session": session, "started_at": 0, "updated_at": last, "stopped_at": end,
        "cause": "idle-timeout" if end else "", "octets_in": last + (last // 5_000 << 32),
        "seconds": last if knows_time else 0, "framed_ip": "10.9.0.7" if last else "",
    }  # fmt: skip
    return row, draw(st.permutations(requests))


@pytest.fixture
def runner(house: House) -> Iterator[tuple[asyncio.Runner, Ledger]]:
    with asyncio.Runner() as runner:
        ledger = node(house)
        yield runner, ledger
        runner.run(ledger.close())


@settings(steady, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packets(), st.booleans())
def test_any_order_and_any_copies_lead_to_the_same_row(
    house: House, runner: tuple[asyncio.Runner, Ledger], sent: tuple[dict[str, Any], Any], at_once: bool
) -> None:
    loop, ledger = runner
    wanted, requests = sent

    async def send() -> None:
        if at_once:
            await asyncio.gather(*(tell(ledger, at, *said, **more) for at, said, more in requests))
        else:
            for at, said, more in requests:
                await tell(ledger, at, *said, **more)

    loop.run(send())
    (row,) = sessions(house, wanted["session"])
    assert {name: row[name] for name in wanted} == wanted
