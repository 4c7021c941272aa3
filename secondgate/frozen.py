"""Data that nobody changes once it is made. mypy sees to that; making it costs nothing more.

`dataclass(frozen=True)` sees to it at run time, by a call for each field each time that one is made:
0.4 µs for five fields instead of 0.1. A login makes twenty of them.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(made: type[Class]) -> type[Class]:
    """Make a class one of frozen data, with slots, equal and hashed by its fields."""
    return dataclass(slots=True, unsafe_hash=True)(made)
