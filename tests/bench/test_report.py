"""The report's arithmetic."""

import re

import pytest

from bench.load import Load
from bench.measure import Measured, users_needed
from bench.report import NOTES, Row, report, row
from bench.report import table as table_of
from bench.servers import SERVERS

IN_FLIGHT = (64, 1)


def measured(rate: float, *, alone: float = 100, cpu: float = 50, start: float | None = 1.0) -> Measured:
    """One round of a server."""
    return Measured([Load(4000, rate, 2.0, 9.0), Load(4000, alone, 1.0, 3.0)], cpu, 80.0, start)


def table(rows: list[Row]) -> list[str]:
    return table_of(rows, IN_FLIGHT)


BASE = [measured(10_000), measured(20_000), measured(40_000)]
OURS = [measured(5_000, cpu=30), measured(8_000, cpu=10), measured(12_000, cpu=20)]


def test_ratios_are_of_the_same_round():
    # The median of 0.5, 0.4 and 0.3: not 8,000 of 20,000 by chance, but round by round.
    ours = row("ours", [OURS[2], OURS[0], OURS[1]], [BASE[2], BASE[0], BASE[1]])
    assert ours.loads[0].ratio == pytest.approx(0.4)
    assert ours.loads[0].spread == pytest.approx((0.3, 0.5))


def test_figures_are_medians():
    ours = row("ours", OURS, BASE)
    assert (ours.loads[0].rate, ours.cpu, ours.first_answer) == (8_000, 20, 1.0)


def test_without_the_base_there_is_no_ratio():
    ours = row("ours", OURS, None)
    assert [(load.ratio, load.spread) for load in ours.loads] == [(None, None)] * 2
    assert "–" in table([ours])[-1]


def test_a_start_that_was_not_measured_is_left_out():
    assert row("ours", [measured(1, start=None)], None).first_answer is None


def test_the_base_is_compared_with_itself():
    assert row("base", BASE, BASE).loads[0].ratio == 1.0


@pytest.mark.parametrize(("ratio", "shown"), [(0.4321, "0.43"), (1.5, "1.50"), (0.0004, "0.0004")])
def test_a_small_ratio_keeps_two_digits(ratio: float, shown: str):
    line = table([row("ours", [measured(10_000 * ratio)], [measured(10_000)])])[-1]
    assert shown in line.split()


def test_columns_are_aligned():
    lines = table([row("base", BASE, BASE), row("a-longer-name", OURS, BASE)])
    assert len({len(line) for line in lines[1:]}) == 1
    assert lines[0].index("1 in flight") > lines[0].index("64 in flight")


def test_the_report_names_machine_and_rounds():
    said = {"base": BASE, "ours": OURS}
    text = report(said, "base", in_flight=IN_FLIGHT, users=100, logins=10, machine="2 cores.")
    assert "3 rounds" in text
    assert text.endswith("2 cores.")
    assert "ratios" in text


def test_a_note_stands_below_its_server_only():
    noted = "secondgate-challenge"
    text = report({noted: OURS}, "base", in_flight=IN_FLIGHT, users=100, logins=10, machine="2 cores.")
    assert [note for note in NOTES.values() if note in text] == [NOTES[noted]]


def test_notes_are_of_servers():
    assert set(NOTES) <= set(SERVERS)


def test_what_a_server_does_not_take_is_left_out():
    bounded = [Measured([None, one.loads[1]], None, 80.0, 1.0) for one in OURS]
    line = table([row("bounded", bounded, BASE)])[-1].split()
    assert line[1:8] == ["–"] * 6 + ["100"]


def test_each_number_in_flight_has_its_columns():
    rounds = [Measured([one.loads[0], *one.loads], one.cpu, 80.0, 1.0) for one in OURS]
    heads, titles, line = table_of([row("ours", rounds, None)], (128, 64, 1))
    assert re.findall(r"\d+(?= in flight)", heads) == ["128", "64", "1"]
    assert (titles.count("accepts/s"), titles.count("rounds"), titles.count("CPU")) == (3, 1, 1)
    assert line.split().count("8,000") == 2


def test_each_code_counts_once():
    assert users_needed(rounds=5, logins=4000, loads=2) == 5 * (500 + 8000)


def test_the_limit_takes_more_people_in_its_one_round():
    assert users_needed(rounds=1, logins=4000, loads=2) == 500 + 6 * 4000
