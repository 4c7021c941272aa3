"""Logins as a chart: bars for an SVG template, and the same as rows of a table. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from secondgate.events.counts import HOUR, Counts
from secondgate.events.names import LOGIN_ACCEPTED, LOGIN_CHALLENGED, LOGIN_REFUSED

WIDTH: Final = 480
HEIGHT: Final = 150
LINES: Final = 3  # above the ground line
LABELS: Final = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A time to look at: `hours` in steps of `step` hours."""

    name: str
    title: str
    hours: int
    step: int
    label: str  # of a step, for strftime
    unit: str

    @property
    def bars(self) -> int:
        """How many steps there are."""
        return self.hours // self.step


SPANS: Final = {
    span.name: span
    for span in (
        Span("24h", "24 hours", 24, 1, "%H:00", "hour"),
        Span("7d", "7 days", 168, 24, "%a %-d %b", "day"),
        Span("30d", "30 days", 720, 24, "%-d %b", "day"),
    )
}


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured part of a bar."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: its counts, and where it stands."""

    at: datetime
    label: str
    accepted: int
    refused: int
    asked: int
    x: float
    width: float
    parts: tuple[Part, ...]

    @property
    def inset(self) -> float:
        """Where the coloured part begins: a fifth of the room stays free on either side."""
        return round(self.width / 5, 1)

    @property
    def body(self) -> float:
        """How wide the coloured part is."""
        return round(self.width * 3 / 5, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws."""

    span: Span
    bars: list[Bar]
    scale: list[str]  # from the top down
    lines: list[float]
    labels: list[str]
    accepted: int
    refused: int

    @property
    def says(self) -> str:
        """The chart in a sentence."""
        busiest = max(self.bars, key=lambda bar: bar.accepted + bar.refused)
        return (
            f"Logins by the {self.span.unit}, last {self.span.title}: {self.accepted} accepted, "
            f"{self.refused} refused; most at {busiest.label}"
        )


def chart(counts: Counts, span: Span, now: datetime) -> Chart:
    """Return the chart of these counts; the last bar is the hour or day that is not over."""
    last = int(now.timestamp()) // HOUR // span.step
    steps = range(last - span.bars + 1, last + 1)
    sums = {(at, name): 0 for at in steps for name in (LOGIN_ACCEPTED, LOGIN_REFUSED, LOGIN_CHALLENGED)}
    for (at, name, _reason), count in counts.items():
        if (at, name) in sums:
            sums[at, name] += count
    top = _top(max(sums[at, LOGIN_ACCEPTED] + sums[at, LOGIN_REFUSED] for at in steps))
    bars = [_bar(number, at, sums, span, top) for number, at in enumerate(steps)]
    return Chart(
        span,
        bars,
        scale=[f"{top * line // LINES:,}" for line in range(LINES, -1, -1)],
        lines=[HEIGHT * line / LINES for line in range(LINES + 1)],
        labels=[*(bars[span.bars * number // LABELS].label for number in range(LABELS)), "now"],
        accepted=sum(bar.accepted for bar in bars),
        refused=sum(bar.refused for bar in bars),
    )


def first_hour(span: Span, now: datetime) -> int:
    """Return the hour (of Unix time) at which a chart of this span begins."""
    return (int(now.timestamp()) // HOUR // span.step - span.bars + 1) * span.step


def _bar(number: int, at: int, sums: dict[tuple[int, str], int], span: Span, top: int) -> Bar:
    room = WIDTH / span.bars
    accepted, refused = sums[at, LOGIN_ACCEPTED], sums[at, LOGIN_REFUSED]
    high, more = accepted * HEIGHT / top, refused * HEIGHT / top
    parts = [Part("ok", round(HEIGHT - high, 1), round(high, 1))] if accepted else []
    if refused:  # a little higher than it should be, or nobody would see the one in a thousand
        more = max(more, 1.5)
        parts.append(Part("bad", round(HEIGHT - high - more - (1 if accepted else 0), 1), round(more, 1)))
    began = datetime.fromtimestamp(at * span.step * HOUR, UTC)
    return Bar(
        began, began.strftime(span.label), accepted, refused, sums[at, LOGIN_CHALLENGED],
        round(number * room, 1), round(room, 1), tuple(parts),
    )  # fmt: skip


def _top(most: int) -> int:
    """Return a round number above `most` that three lines divide into whole ones."""
    size = LINES
    while True:
        for times in (1, 2, 5):
            if size * times >= most:
                return size * times
        size *= 10
