"""Numbers with their nouns, times with their day."""

from datetime import datetime


def count_of(count: int, one: str, many: str = "") -> str:
    """Return "1 person" or "18 people"; the plural has an s where none is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clock(at: datetime, now: datetime) -> str:
    """Return a time in UTC, "15:23 UTC", with its day where that is not today's: "24 Nov, 15:23 UTC"."""
    return _with_day(f"{at:%H:%M} UTC", at, now)


def moment(at: datetime, now: datetime) -> str:
    """Return a time of the log (UTC), to the second: "15:23:07", "24 Nov, 15:23:07", "24 Nov 2025, …"."""
    return _with_day(f"{at:%H:%M:%S}", at, now)


def _with_day(time: str, at: datetime, now: datetime) -> str:
    if at.date() == now.date():
        return time
    return f"{at:%-d %b}, {time}" if at.year == now.year else f"{at:%-d %b %Y}, {time}"
