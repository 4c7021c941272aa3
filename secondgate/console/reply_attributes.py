"""What an application is told of people: lines that are usual for its kind, and an example of an answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from secondgate.applications.guide import guide
from secondgate.policies.grants import Grant, Granted, attributes_of, granted, known


@dataclass(frozen=True, slots=True)
class Usual:
    """A line to add by a button. `there`: it stands in the form already."""

    line: str
    says: str
    there: bool


def shown(kind: str, lines: str) -> dict[str, Any]:
    """Return what a form shows below these lines, as far as they make sense."""
    return {"usual": usual(kind, lines), "told": example(list(known(lines.splitlines())))}


def usual(kind: str, lines: str) -> list[Usual]:
    """Return the lines that are usual for a kind of application."""
    there = {f"{grant.name}={grant.value}" for grant in known(lines.splitlines())}
    return [Usual(tell.line, tell.says, tell.line in there) for tell in guide(kind).tells]


def example(grants: Sequence[Grant], groups: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return what an answer carries for a person who has something for every place."""
    attributes = {name: [f"Ann’s {name}"] for name in attributes_of(grants)}
    ann = Granted("ann", "Ann Berg", "ann@example.com", list(groups) or ["VPN users"], attributes)
    return list(granted(grants, ann))


def with_line(lines: str, line: str) -> str:
    """Return the lines with one more."""
    return "\n".join(one for one in (*lines.splitlines(), line) if one.strip())
