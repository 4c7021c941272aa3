"""What has to change for an installation to be what a file says. All of it is read, nothing written.

A plan is a list of transactions, and a transaction a list of steps. Each step knows the changes that
its events will tell, and how it is done: `--plan` prints the ones, `apply` does the other.

Their order is what keeps an apply that ends half-way from letting in whom the file would not:
directories, applications and groups, then people in short batches, their authenticators with them,
then who is in a group, and then the policies. What is taken from people comes last.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from secondgate.events.record import verb_of

T = TypeVar("T")

BY: Final = "apply"  # who did it, in events

# How many rows of people a transaction writes, about: logins wait for SQLite's write lock, which nobody
# may hold over 50 ms. These take about 10 of one core (`python -m bench.apply`), more on a busy machine.
ROWS_AT_ONCE: Final = 250
ROWS_A_CHANGE: Final = 5  # somebody new: the user, the login name, the entry, the subject, the event
ROWS_A_MEMBER: Final = 2  # the membership, and a place in the event


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, as its event tells it: `before` and `after` are the states of what `name` names.

    `note` is what whoever wrote the file should know of it, in a sentence.
    """

    noun: str
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    note: str = ""

    @property
    def verb(self) -> str:
        """What happens: created, changed or removed."""
        return verb_of(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: what it changes, how it is written, and what takes long and must be done before.

    `prepare` is called outside of the transaction, for every step before the first is written.
    """

    changes: list[Change]
    write: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


Transaction = list[Step]


def in_batches(things: Iterable[T], rows: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield the things in lists of ROWS_AT_ONCE at most; one that has more by itself is alone."""
    batch: list[T] = []
    total = 0
    for thing in things:
        if batch and total + rows(thing) > ROWS_AT_ONCE:
            yield batch
            batch, total = [], 0
        batch.append(thing)
        total += rows(thing)
    if batch:
        yield batch
