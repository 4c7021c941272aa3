"""How properties are checked: the same examples in every run, no clock, and nothing left behind."""

from typing import Final

from hypothesis import settings

steady: Final = settings(derandomize=True, deadline=None, database=None)
