"""One server in one round: start it, warm it, load it with so many logins in flight, stop it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.child import Child, free_port
from bench.errors import BenchError
from bench.load import Load
from bench.processes import cpu_seconds, resident_mb
from bench.servers import LIMIT_SHARE, Server

IN_FLIGHT: Final = (64, 1)  # as much as one process can be asked; and how long a lone login takes
WARM_IN_FLIGHT: Final = 64
WARM: Final = 500  # logins that are not measured: the first ones fill caches


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round says of one server: a load for each number in flight, None where it takes fewer."""

    loads: Sequence[Load | None]
    cpu: float | None  # microseconds a login of the first load, the database's with it
    resident: float  # MB, without the database's
    first_answer: float | None  # seconds from its start; None where it fills its database first


def users_of_a_round(logins: int, loads: int) -> int:
    """Return how many people one round of so many loads takes: each code counts once."""
    return WARM + loads * logins


def users_needed(rounds: int, logins: int, loads: int) -> int:
    """Return how many people a run takes. The limit begins anew in each round, but is faster."""
    of_the_limit = WARM + (LIMIT_SHARE + loads - 1) * logins
    return max(rounds * users_of_a_round(logins, loads), of_the_limit)


def measure(server: Server, folder: Path, number: int, logins: int, in_flight: Sequence[int]) -> Measured:
    """Return what the round of this number (0 first) says. Raises BenchError."""
    port = free_port()
    os.sync()  # what was seeded is on the disk: else the first checkpoint writes all of it, and logins wait
    first_user = 0 if server.fills else number * users_of_a_round(logins, len(in_flight))
    child = Child(
        server.command(port),
        log=folder / f"{server.name}.log",
        is_ready=lambda: server.is_ready(port),
        environment=server.full_environment(port),
    )
    with child:
        try:
            return _measured(server, child, port, first_user, logins, in_flight)
        except BenchError as error:
            raise child.failed(f"did not do its part ({error})") from error


def _measured(
    server: Server, child: Child, port: int, first_user: int, logins: int, in_flight: Sequence[int]
) -> Measured:
    generator, few, most = server.load(port), min(server.share, 1), server.in_flight_most
    generator.measure(first_user, part(WARM, few), min(WARM_IN_FLIGHT, most or WARM_IN_FLIGHT))
    first_user += WARM
    loads: list[Load | None] = []
    cpu: float | None = None
    for number, at_once in enumerate(in_flight):
        if most and at_once > most:
            loads.append(None)
            continue
        before = _cpu_seconds(server, child)
        load = generator.measure(first_user, part(logins, few if number else server.share), at_once)
        if number == 0:
            cpu = (_cpu_seconds(server, child) - before) / load.accepts * 1e6
        first_user += load.accepts
        loads.append(load)
    first_answer = None if server.fills else child.first_answer
    return Measured(loads, cpu, resident_mb(child.pid), first_answer)


def _cpu_seconds(server: Server, child: Child) -> float:
    return cpu_seconds(child.pid, *([server.database.pid] if server.database else []))


def part(logins: int, share: float) -> int:
    """Return how many logins a server makes of so many."""
    return max(1, round(logins * share))
