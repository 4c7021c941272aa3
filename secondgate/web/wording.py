"""Numbers with their nouns."""


def count_of(count: int, one: str, many: str = "") -> str:
    """Return "1 person" or "18 people"; the plural has an s where none is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
