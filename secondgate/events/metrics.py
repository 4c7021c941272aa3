"""Counters for /metrics: counted in memory, handed to prometheus-client once a second.

An increment there costs 5 µs where several processes count together, a tenth of a whole login; here
it is one of a dict.
"""

import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from prometheus_client import Counter as Metric

LOGINS: Final[Counter[tuple[str, str]]] = Counter()  # by outcome and reason
DROPS: Final[Counter[tuple[str]]] = Counter()  # by the name in radius/drops.py


def share(folder: Path) -> None:
    """Let several processes count together, in files of this folder, which is emptied.

    Call it before anything counts: prometheus-client reads the variable when it is imported.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def flush() -> None:
    """Hand over what has been counted since the last time."""
    logins, drops = _metrics()
    counters: tuple[tuple[Counter[Any], Metric], ...] = ((LOGINS, logins), (DROPS, drops))
    for counted, metric in counters:
        for labels, count in list(counted.items()):
            metric.labels(*labels).inc(count)
            counted[labels] -= count


def text() -> bytes:
    """Return what /metrics says, of all processes that count together."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    flush()
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


@cache
def _metrics() -> "tuple[Metric, Metric]":
    from prometheus_client import Counter as Metric

    return (
        Metric("secondgate_logins", "Logins by outcome and reason.", ["outcome", "reason"]),
        Metric("secondgate_drops", "Packets that were dropped without an answer.", ["drop"]),
    )
