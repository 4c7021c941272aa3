"""What requests teach of their clients, on both databases."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from secondgate.ledger.clients import Learned
from secondgate.ledger.ledger import Entry, Ledger
from tests.ledger.test_databases import event, house, ledger
from tests.scenarios.house import House

pytestmark = pytest.mark.real

__all__ = ["house", "ledger"]

T = 1_800_000_000.0


async def learn(ledger: Ledger, *learned: Learned) -> None:
    """Write it, all in one batch."""
    await asyncio.gather(*(ledger.commit(Entry(event(), learned=one)) for one in learned))


def told(house: House) -> list[dict[str, Any]]:
    """Return when unsigned requests were last seen, in seconds after T."""
    rows = house.asked("SELECT * FROM applications_unsigned ORDER BY client_id")
    return [{name: after_t(value) for name, value in row.items()} for row in rows]


def after_t(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    at = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return at.timestamp() - T


async def test_it_counts_from_the_next_reading_and_is_learned_once(ledger: Ledger) -> None:
    (client,) = (await ledger.refresh()).clients
    assert (client.signs, client.proxies) == (False, None)
    await learn(ledger, Learned(client.id, proxies=False), Learned(client.id, signs=True))
    snapshot = await ledger.refresh()
    (client,) = snapshot.clients
    assert (client.signs, client.proxies) == (True, False)
    await learn(ledger, Learned(client.id, proxies=True), Learned(client.id, signs=True))
    assert await ledger.refresh() is snapshot, "nothing has changed"


async def test_that_it_is_no_proxy_holds_whatever_comes_before_and_after(ledger: Ledger) -> None:
    (client,) = (await ledger.refresh()).clients
    for learned, proxies in [((True,), True), ((True, False, True), False), ((True,), False)]:
        await learn(ledger, *(Learned(client.id, proxies=one) for one in learned))
        (client,) = (await ledger.refresh()).clients
        assert client.proxies is proxies


async def test_when_a_client_sent_unsigned_requests_is_no_change_of_configuration(
    house: House, ledger: Ledger
) -> None:
    snapshot = await ledger.refresh()
    id_ = snapshot.clients[0].id
    await learn(ledger, Learned(id_, unsigned_at=T), Learned(id_, unsigned_at=T + 1, proxied_at=T + 1))
    assert told(house) == [{"client_id": id_, "at": 1, "proxied_at": 1}]
    await learn(ledger, Learned(id_, unsigned_at=T + 5))
    assert told(house) == [{"client_id": id_, "at": 5, "proxied_at": 1}]
    assert await ledger.refresh() is snapshot


async def test_of_a_client_that_was_just_removed_nothing_is_told(house: House, ledger: Ledger) -> None:
    await learn(ledger, Learned(999, signs=True, proxies=True, unsigned_at=T))
    assert told(house) == []
