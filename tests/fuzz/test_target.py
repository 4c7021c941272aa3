"""`make fuzz` in small: what it feeds does no harm, and what would is noticed."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
from asgiref.sync import sync_to_async

from fuzz import corpus
from fuzz.target import HOUSE, Fault, Target, faults
from fuzz.ways import WAYS, read
from secondgate.events.metrics import DROPS, LOGINS
from secondgate.ledger.ledger import Ledger
from secondgate.listener import server
from secondgate.listener.radsec import Connection
from secondgate.radius.packet import Packet
from tests.fuzz.test_datagrams import SEED, wounded
from tests.installation import Configure

INPUTS = list(corpus.inputs())


@pytest.fixture
async def target(configure: Configure, ledger: Ledger) -> Target:
    await sync_to_async(configure)(HOUSE)
    await ledger.refresh()
    return Target(ledger)


@pytest.fixture
async def found() -> AsyncIterator[list[str]]:
    with faults(asyncio.get_running_loop()) as found:
        yield found


async def test_thousands_of_inputs_do_no_harm(target: Target, found: list[str]) -> None:
    chance = Random(SEED)
    for number in range(5000):
        await target.feed(wounded(chance, chance.choice(INPUTS)))
        if number % 1000 == 0:
            await target.log_in()
    await target.settle()
    assert not found
    assert target.let_in == 10


async def test_the_inputs_reach_every_way_and_the_decision_behind_it(
    target: Target, found: list[str]
) -> None:
    before = LOGINS.copy(), DROPS.copy()
    assert {read(octets)[0] for octets in INPUTS} == set(WAYS)
    for octets in INPUTS:
        await target.feed(octets)
    await target.settle()
    decided, dropped = LOGINS - before[0], DROPS - before[1]
    assert {"unknown-user", "wrong-code"} <= {reason for _outcome, reason in decided}
    assert set(dropped) == {("unexpected-code",)}, "all are sound, but one is an answer"
    assert "decided refuse wrong-code" in target.told()


async def test_a_fault_of_the_server_is_told_with_its_datagram(
    target: Target, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Packet, _secret: object, *, is_authentic: bool) -> None:
        raise LookupError(request.identifier)

    monkeypatch.setattr(server, "read_request", fail)
    await target.feed(bytes((1, 0)) + corpus.REQUESTS[0])
    await target.settle()
    (told,) = found
    assert "LookupError(7)" in told
    assert corpus.REQUESTS[0].hex()[8:40] in told


async def test_a_fault_of_a_stream_is_raised(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "_hand_on", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await target.feed(bytes((4, 1)) + corpus.REQUESTS[0])


async def test_a_sound_login_that_is_not_let_in_is_a_fault(target: Target) -> None:
    await target.log_in()
    target._presses = iter([0])  # a code that has been used
    with pytest.raises(Fault, match="sound login"):
        await target.log_in()


async def test_a_request_that_never_ends_being_counted_is_a_fault(target: Target, ledger: Ledger) -> None:
    ledger.under_way["somebody"] += 1
    with pytest.raises(Fault, match="under way"):
        await target.settle()
