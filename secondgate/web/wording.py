"""Numbers with their nouns, times with their day."""

from datetime import datetime


def count_of(count: int, one: str, many: str = "") -> str:
    """Return "1 person" or "18 people"; the plural has an s where none is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clock(at: datetime, now: datetime) -> str:
    """Return a time in UTC, "15:23 UTC", with its day where that is not today's: "24 Nov, 15:23 UTC"."""
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%-d %b, %H:%M} UTC"
