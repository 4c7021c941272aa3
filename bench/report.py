"""The table: medians over the rounds, and ratios within each round. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.measure import Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One server's figures. None stands for what was not measured."""

    name: str
    rate: float
    ratio: float | None
    spread: tuple[float, float] | None  # the smallest and the largest ratio of a round
    cpu: float
    p50: float
    p99: float
    rate_alone: float
    ratio_alone: float | None
    p50_alone: float
    p99_alone: float
    resident: float
    first_answer: float | None


def row(name: str, rounds: Sequence[Measured], base: Sequence[Measured] | None) -> Row:
    """Return a server's row. `base` are the rounds of the server that it is compared with."""
    ratios = _ratios([one.busy.rate for one in rounds], [one.busy.rate for one in base or ()])
    alone = _ratios([one.alone.rate for one in rounds], [one.alone.rate for one in base or ()])
    starts = [one.first_answer for one in rounds if one.first_answer is not None]
    return Row(
        name=name,
        rate=median(one.busy.rate for one in rounds),
        ratio=median(ratios) if ratios else None,
        spread=(min(ratios), max(ratios)) if ratios else None,
        cpu=median(one.cpu for one in rounds),
        p50=median(one.busy.p50 for one in rounds),
        p99=median(one.busy.p99 for one in rounds),
        rate_alone=median(one.alone.rate for one in rounds),
        ratio_alone=median(alone) if alone else None,
        p50_alone=median(one.alone.p50 for one in rounds),
        p99_alone=median(one.alone.p99 for one in rounds),
        resident=median(one.resident for one in rounds),
        first_answer=median(starts) if starts else None,
    )


def _ratios(rates: Sequence[float], base: Sequence[float]) -> list[float]:
    """Return the ratio in each round: two rounds of one machine are not comparable."""
    return [rate / of for rate, of in zip(rates, base, strict=True)] if base else []


Cell = Callable[[Row], str]


def _number(digits: int, value: float | None) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _ratio(value: float | None) -> str:
    """Return a ratio with two digits that say something."""
    return "–" if value is None else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _spread(row: Row) -> str:
    return "–".join(_ratio(value) for value in row.spread or (None,))


COLUMNS: Final[Sequence[tuple[str, str, Cell]]] = (
    ("64 in flight", "accepts/s", lambda row: _number(0, row.rate)),
    ("", "ratio", lambda row: _ratio(row.ratio)),
    ("", "rounds", _spread),
    ("", "CPU µs", lambda row: _number(0, row.cpu)),
    ("", "p50 ms", lambda row: _number(2, row.p50)),
    ("", "p99 ms", lambda row: _number(2, row.p99)),
    ("1 in flight", "accepts/s", lambda row: _number(0, row.rate_alone)),
    ("", "ratio", lambda row: _ratio(row.ratio_alone)),
    ("", "p50 ms", lambda row: _number(2, row.p50_alone)),
    ("", "p99 ms", lambda row: _number(2, row.p99_alone)),
    ("", "MB", lambda row: _number(0, row.resident)),
    ("", "start s", lambda row: _number(2, row.first_answer)),
)


def report(
    measured: Mapping[str, Sequence[Measured]], base: str, *, users: int, logins: int, machine: str
) -> str:
    """Return the whole report: the table, and what its words mean."""
    rows = [row(name, rounds, measured.get(base)) for name, rounds in measured.items()]
    rounds = len(next(iter(measured.values())))
    return "\n".join([*table(rows), "", *_explained(base, rounds, users, logins), machine])


def table(rows: Iterable[Row]) -> list[str]:
    """Return the lines of the table, columns aligned."""
    lines = [
        ["", *(group for group, _, _ in COLUMNS)],
        ["server", *(title for _, title, _ in COLUMNS)],
        *([one.name, *(cell(one) for _, _, cell in COLUMNS)] for one in rows),
    ]
    # The first line spans several columns, so it makes none of them wider.
    widths = [max(len(line[column]) for line in lines[1:]) for column in range(len(lines[1]))]
    return [_spanning(lines[0], widths), *(_aligned(line, widths) for line in lines[1:])]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join([first, *others]).rstrip()


def _spanning(groups: Sequence[str], widths: Sequence[int]) -> str:
    line, start = "", 0
    for group, width in zip(groups, widths, strict=True):
        line = line.ljust(start) + group if group else line
        start += width + 2
    return line


def _explained(base: str, rounds: int, users: int, logins: int) -> list[str]:
    return [
        f"{users:,} users; {rounds} {'round' if rounds == 1 else 'rounds'}, the servers in turn within each; "
        f"{logins:,} logins a measurement, more of the fastest, fewer of the slowest.",
        f"Medians over the rounds. ratio: accepts/s to those of {base} in the same round, the median; "
        "rounds: the least and the most.",
        "CPU: of the server's processes and its database's, a login. MB: resident, its own processes; pages "
        "that two share count twice.",
        "start: from its start to its first answer. limit-*: the least that a Python server can do for a "
        "durable login that counts once.",
        "All of it is of one run on one machine: compare the ratios, not the numbers, with another's.",
    ]
