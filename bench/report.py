"""The table: medians over the rounds, and ratios within each round. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.load import Load
from bench.measure import Measured


@dataclass(frozen=True, slots=True)
class Figures:
    """What one number of logins in flight says. None stands for what was not measured."""

    rate: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None  # the smallest and the largest ratio of a round
    p50: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One server's figures, a set of them for each number of logins in flight."""

    name: str
    loads: Sequence[Figures]
    cpu: float | None
    resident: float
    first_answer: float | None


def row(name: str, rounds: Sequence[Measured], base: Sequence[Measured] | None) -> Row:
    """Return a server's row. `base` are the rounds of the server that it is compared with."""
    return Row(
        name=name,
        loads=[
            _figures([one.loads[place] for one in rounds], [one.loads[place] for one in base or ()])
            for place in range(len(rounds[0].loads))
        ],
        cpu=_median(one.cpu for one in rounds),
        resident=median(one.resident for one in rounds),
        first_answer=_median(one.first_answer for one in rounds),
    )


def _figures(rounds: Sequence[Load | None], base: Sequence[Load | None]) -> Figures:
    loads = [load for load in rounds if load]
    if not loads:
        return Figures()
    ratios = _ratios([load.rate for load in loads], [load.rate for load in base if load])
    return Figures(
        rate=median(load.rate for load in loads),
        ratio=median(ratios) if ratios else None,
        spread=(min(ratios), max(ratios)) if ratios else None,
        p50=median(load.p50 for load in loads),
        p99=median(load.p99 for load in loads),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ratios(rates: Sequence[float], base: Sequence[float]) -> list[float]:
    """Return the ratio in each round: two rounds of one machine are not comparable."""
    return [rate / of for rate, of in zip(rates, base, strict=True)] if base else []


Cell = Callable[[Row], str]


def _number(digits: int, value: float | None) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _ratio(value: float | None) -> str:
    """Return a ratio with two digits that say something."""
    return "–" if value is None else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _spread(spread: tuple[float, float] | None) -> str:
    return "–".join(_ratio(value) for value in spread or (None,))


# What stands in the table for each number of logins in flight; some of it for the first one only.
OF_A_LOAD: Final[Mapping[str, Callable[[Figures], str]]] = {
    "accepts/s": lambda load: _number(0, load.rate),
    "ratio": lambda load: _ratio(load.ratio),
    "rounds": lambda load: _spread(load.spread),
    "p50 ms": lambda load: _number(2, load.p50),
    "p99 ms": lambda load: _number(2, load.p99),
}
OF_A_SERVER: Final[Mapping[str, Cell]] = {
    "CPU µs": lambda row: _number(0, row.cpu),
    "MB": lambda row: _number(0, row.resident),
    "start s": lambda row: _number(2, row.first_answer),
}
OF_THE_FIRST_LOAD: Final = ("accepts/s", "ratio", "rounds", "CPU µs", "p50 ms", "p99 ms")
OF_FURTHER_LOADS: Final = ("accepts/s", "ratio", "p50 ms", "p99 ms")
AT_THE_END: Final = ("MB", "start s")


def _columns(in_flight: Sequence[int]) -> Iterator[tuple[str, str, Cell]]:
    """Yield what stands above each column, what is its title, and what is in it."""
    for place, at_once in enumerate(in_flight):
        titles = OF_FURTHER_LOADS if place else OF_THE_FIRST_LOAD
        for title in titles:
            group = f"{at_once} in flight" if title == titles[0] else ""
            yield group, title, OF_A_SERVER.get(title) or _of_load(place, title)
    for title in AT_THE_END:
        yield "", title, OF_A_SERVER[title]


def _of_load(place: int, title: str) -> Cell:
    return lambda row: OF_A_LOAD[title](row.loads[place])


def report(
    measured: Mapping[str, Sequence[Measured]],
    base: str,
    *,
    in_flight: Sequence[int],
    users: int,
    logins: int,
    machine: str,
) -> str:
    """Return the whole report: the table, and what its words mean."""
    rows = [row(name, rounds, measured.get(base)) for name, rounds in measured.items()]
    rounds = len(next(iter(measured.values())))
    return "\n".join(
        [*table(rows, in_flight), "", *_explained(measured, base, rounds, users, logins), machine]
    )


def table(rows: Iterable[Row], in_flight: Sequence[int]) -> list[str]:
    """Return the lines of the table, columns aligned."""
    columns = list(_columns(in_flight))
    lines = [
        ["", *(group for group, _, _ in columns)],
        ["server", *(title for _, title, _ in columns)],
        *([one.name, *(cell(one) for _, _, cell in columns)] for one in rows),
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


# What the figures of some servers cannot be read without.
NOTES: Final[Mapping[str, str]] = {
    "limit-sqlite": "limit-*: the least that a Python server can do for a durable login that counts once.",
    "secondgate-2-workers": "secondgate-2-workers: 64 in flight do not fill two; 128 do.",
    "secondgate-radsec": "secondgate-radsec: over 4 lasting connections.",
    "secondgate-challenge": "secondgate-challenge: a password, a question and a code, so two round trips; "
    "nearly all of it is argon2id.",
}


def _explained(names: Iterable[str], base: str, rounds: int, users: int, logins: int) -> list[str]:
    return [
        f"{users:,} users; {rounds} {'round' if rounds == 1 else 'rounds'}, the servers in turn within each; "
        f"{logins:,} logins a measurement, more of the fastest, fewer of the slowest.",
        f"Medians over the rounds. ratio: accepts/s to those of {base} in the same round, the median; "
        "rounds: the least and the most.",
        "CPU: of the server's processes and its database's, a login. MB: resident, its own processes; pages "
        "that two share count twice.",
        "start: from its start to its first answer.",
        *(NOTES[name] for name in names if name in NOTES),
        "All of it is of one run on one machine: compare the ratios, not the numbers, with another's.",
    ]
