"""How failures slow logins down: growth and decay."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.ledger.reading import Failures
from secondgate.ledger.statements import DECAY
from secondgate.login.throttle import FREE, LONGEST, remaining, wait
from tests.fuzz.steady import steady

NOW = 1_800_000_000.0
COUNTS, TIMES = st.integers(0, 2**31 - 1), st.floats(0, 2**33)


@pytest.mark.parametrize("count", range(10))
def test_nothing_waits_below_ten_failures(count: int) -> None:
    assert wait(count) == 0
    assert remaining(Failures(count, NOW), NOW) == 0


def test_the_wait_doubles_from_a_second_to_a_quarter_of_an_hour() -> None:
    waits = [wait(count) for count in range(FREE, FREE + 12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@pytest.mark.parametrize("count", [30, 1_000, 2**31 - 1, 10**100])
def test_no_wait_is_longer_than_a_quarter_of_an_hour(count: int) -> None:
    assert wait(count) == LONGEST == 900


def test_a_wait_passes() -> None:
    failures = Failures(15, NOW)
    assert [remaining(failures, NOW + s) for s in (0, 1, 31, 31.5, 32, 100)] == [32, 31, 1, 0.5, 0, 0]


def test_a_quarter_of_an_hour_without_a_failure_takes_one_back() -> None:
    """Twenty failures: the next one after the quarter of an hour counts as the twentieth, not the twenty-first."""
    assert remaining(Failures(20, NOW), NOW + DECAY - 1) == 1
    assert remaining(Failures(20, NOW), NOW + DECAY) == 0


def test_everything_is_forgiven_in_the_end() -> None:
    assert remaining(Failures(10_000, NOW), NOW + LONGEST) == 0


@steady
@given(COUNTS, TIMES, TIMES)
def test_a_wait_is_never_negative_and_never_too_long(count: int, last: float, now: float) -> None:
    assert 0 <= remaining(Failures(count, last), now) <= LONGEST


@steady
@given(COUNTS, TIMES, st.lists(st.floats(0, 2**20), min_size=2))
def test_a_wait_only_gets_shorter_while_time_passes(count: int, last: float, later: list[float]) -> None:
    waits = [remaining(Failures(count, last), last + seconds) for seconds in sorted(later)]
    assert all(before >= after for before, after in pairwise(waits))


@steady
@given(st.integers(0, 1000), st.integers(0, 1000), TIMES)
def test_more_failures_never_wait_less(count: int, more: int, last: float) -> None:
    assert wait(count) <= wait(count + more)
    assert remaining(Failures(count, last), last) <= remaining(Failures(count + more, last), last)


def test_another_nodes_clock_may_be_a_little_ahead() -> None:
    assert remaining(Failures(15, NOW + 3), NOW) == 32


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    """DESIGN section 8.10: what lies further ahead than it can counts as over."""
    assert remaining(Failures(20, NOW + 365 * 86_400), NOW) == 0
