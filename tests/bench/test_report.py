"""The report's arithmetic."""

import pytest

from bench.load import Load
from bench.measure import Measured, users_needed
from bench.report import report, row, table


def measured(rate: float, *, alone: float = 100, cpu: float = 50, start: float | None = 1.0) -> Measured:
    """One round of a server."""
    return Measured(Load(4000, rate, 2.0, 9.0), Load(4000, alone, 1.0, 3.0), cpu, 80.0, start)


BASE = [measured(10_000), measured(20_000), measured(40_000)]
OURS = [measured(5_000, cpu=30), measured(8_000, cpu=10), measured(12_000, cpu=20)]


def test_ratios_are_of_the_same_round():
    # The median of 0.5, 0.4 and 0.3: not 8,000 of 20,000 by chance, but round by round.
    ours = row("ours", [OURS[2], OURS[0], OURS[1]], [BASE[2], BASE[0], BASE[1]])
    assert ours.ratio == pytest.approx(0.4)
    assert ours.spread == pytest.approx((0.3, 0.5))


def test_figures_are_medians():
    ours = row("ours", OURS, BASE)
    assert (ours.rate, ours.cpu, ours.first_answer) == (8_000, 20, 1.0)


def test_without_the_base_there_is_no_ratio():
    ours = row("ours", OURS, None)
    assert (ours.ratio, ours.spread, ours.ratio_alone) == (None, None, None)
    assert "–" in table([ours])[-1]


def test_a_start_that_was_not_measured_is_left_out():
    assert row("ours", [measured(1, start=None)], None).first_answer is None


def test_the_base_is_compared_with_itself():
    assert row("base", BASE, BASE).ratio == 1.0


@pytest.mark.parametrize(("ratio", "shown"), [(0.4321, "0.43"), (1.5, "1.50"), (0.0004, "0.0004")])
def test_a_small_ratio_keeps_two_digits(ratio: float, shown: str):
    line = table([row("ours", [measured(10_000 * ratio)], [measured(10_000)])])[-1]
    assert shown in line.split()


def test_columns_are_aligned():
    lines = table([row("base", BASE, BASE), row("a-longer-name", OURS, BASE)])
    assert len({len(line) for line in lines[1:]}) == 1
    assert lines[0].index("1 in flight") > lines[0].index("64 in flight")


def test_the_report_names_machine_and_rounds():
    text = report({"base": BASE, "ours": OURS}, "base", users=100, logins=10, machine="2 cores.")
    assert "3 rounds" in text
    assert text.endswith("2 cores.")
    assert "ratios" in text


def test_each_code_counts_once():
    assert users_needed(rounds=5, logins=4000) == 5 * (500 + 8000)
