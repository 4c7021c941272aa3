"""Numbers with their nouns, times with their day, spans of time."""

from datetime import datetime, timedelta


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


def span(of: timedelta) -> str:
    """Return how long something took: "42 s", "5 min", "2 h 5 min", "3 d 4 h"."""
    minutes, seconds = divmod(max(0, int(of.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
