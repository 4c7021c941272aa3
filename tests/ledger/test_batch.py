"""What arrives together goes to the database together, and each caller gets its own answer."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from secondgate.ledger.batch import LIMIT, MANY, Batch


@dataclass(frozen=True)
class Item:
    number: int
    claims: tuple[str | None, ...] = ()
    writes: ClassVar[bool] = True

    @property
    def contended(self) -> tuple[str | None, ...]:
        return self.claims


@dataclass(frozen=True)
class Asking(Item):
    """Only a question."""

    writes: ClassVar[bool] = False


class Work:
    """Answers each item with its number, and remembers the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.go.set()
        self.interrupted = threading.Event()

    def interrupt(self) -> None:
        """What it waits for fails."""
        self.interrupted.set()
        self.go.set()

    def __call__(self, items: list[Item]) -> Iterator[list[tuple[Item, object]]]:
        self.go.wait(20)
        self.batches.append([item.number for item in items])
        for item in items:
            yield [(item, ValueError("bad") if item.number < 0 else item.number)]


@pytest.fixture
def work() -> Work:
    return Work()


async def test_calls_of_one_turn_are_one_batch(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    assert await asyncio.gather(*(batch.call(Item(number)) for number in range(50))) == list(range(50))
    assert len(work.batches) == 1


async def test_what_comes_meanwhile_makes_the_next_batch(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    work.go.clear()
    first = asyncio.ensure_future(batch.call(Item(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.ensure_future(batch.call(Item(number))) for number in (2, 3)]
    await asyncio.sleep(0)
    work.go.set()
    assert await asyncio.gather(first, *later) == [1, 2, 3]
    assert work.batches == [[1], [2, 3]]


async def test_who_was_answered_comes_along_with_the_next_question(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)

    async def ask_twice() -> int:
        return await batch.call(Item(1)) + await batch.call(Item(3))

    work.go.clear()
    first = asyncio.create_task(ask_twice())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    other = asyncio.ensure_future(batch.call(Item(2)))
    await asyncio.sleep(0)
    work.go.set()
    assert await asyncio.gather(first, other) == [4, 2]
    assert work.batches == [[1], [2, 3]]


async def test_two_that_contend_are_never_in_one_batch(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    items = [Item(1, ("a",)), Item(2, ("a", "c")), Item(3, ("b",)), Item(4, ("c", "d"))]
    await asyncio.gather(*(batch.call(item) for item in items))
    assert work.batches == [[1, 3, 4], [2]]


async def test_a_batch_is_bounded(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    await asyncio.gather(*(batch.call(Item(number)) for number in range(LIMIT + 1)))
    assert [len(numbers) for numbers in work.batches] == [LIMIT, 1]


async def test_an_answer_that_is_an_error_is_raised_to_its_caller_only(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    good, bad = await asyncio.gather(batch.call(Item(1)), batch.call(Item(-1)), return_exceptions=True)
    assert good == 1
    assert isinstance(bad, ValueError)


async def test_a_caller_that_has_gone_harms_nobody(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    work.go.clear()
    gone, stays = (asyncio.ensure_future(batch.call(Item(number))) for number in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    work.go.set()
    assert await stays == 2


async def test_what_is_to_be_written_is_written_also_when_its_caller_has_gone(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    gone, stays = batch.call(Item(1)), batch.call(Item(2))
    gone.cancel()
    assert await stays == 2
    assert work.batches == [[1, 2]]


async def test_what_was_asked_by_a_caller_that_has_gone_is_not_looked_up(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    gone, stays = batch.call(Asking(1)), batch.call(Asking(2))
    gone.cancel()
    assert await stays == 2
    assert work.batches == [[2]]


async def test_callers_that_come_and_go_while_the_database_says_nothing_leave_nothing(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    work.go.clear()
    first = batch.call(Asking(0))
    await asyncio.sleep(0)
    for number in range(1, 5 * MANY):
        batch.call(Asking(number)).cancel()
        assert len(batch) <= MANY
    last = batch.call(Asking(-2))
    work.go.set()
    assert await first == 0
    with pytest.raises(ValueError, match="bad"):
        await last
    assert work.batches == [[0], [-2]]


async def test_work_that_fails_as_a_whole_is_heard_by_all() -> None:
    def fail(items: list[Item]) -> Iterator[list[tuple[Item, object]]]:
        raise RuntimeError("the thread is in trouble")
        yield []

    batch: Batch[Item, int] = Batch(fail, lambda: None)
    answers = await asyncio.gather(batch.call(Item(1)), batch.call(Item(2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]


async def test_who_waits_for_a_database_that_says_nothing_is_made_to_fail(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt, patience=0.01)
    work.go.clear()
    assert await batch.call(Item(1)) == 1
    assert work.interrupted.is_set()


async def test_an_end_finishes_what_is_under_way(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    assert await batch.call(Item(1)) == 1
    closed = threading.Event()
    assert await batch.close(closed.set, within=60) is True
    assert closed.is_set()
    assert not work.interrupted.is_set()


async def test_an_end_waits_for_no_database_for_ever(work: Work) -> None:
    batch: Batch[Item, int] = Batch(work, work.interrupt)
    work.go.clear()
    under_way = asyncio.ensure_future(batch.call(Item(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    closed = threading.Event()
    assert await batch.close(closed.set, within=0.01) is False
    assert work.interrupted.is_set()
    assert closed.wait(20)
    assert await under_way == 1
