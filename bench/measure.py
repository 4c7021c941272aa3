"""One server in one round: start it, warm it, load it with 64 logins in flight and with one, stop it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.child import Child, free_port
from bench.errors import BenchError
from bench.load import Load
from bench.processes import cpu_seconds, resident_mb
from bench.servers import Server

BUSY: Final = 64  # in flight: as much as one process can be asked
WARM: Final = 500  # logins that are not measured: the first ones fill caches


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round says of one server."""

    busy: Load
    alone: Load
    cpu: float  # microseconds a login, with 64 in flight, the database's with it
    resident: float  # MB, without the database's
    first_answer: float | None  # seconds from its start; None where it fills its database first


def users_of_a_round(logins: int) -> int:
    """Return how many people one round takes: each code counts once."""
    return WARM + 2 * logins


def users_needed(rounds: int, logins: int) -> int:
    """Return how many people a run takes; the limit takes as many in one round as others in three."""
    return max(rounds, 3) * users_of_a_round(logins)


def measure(server: Server, folder: Path, number: int, logins: int) -> Measured:
    """Return what the round of this number (0 first) says. Raises BenchError."""
    port, first_user = free_port(), 0 if server.fills else number * users_of_a_round(logins)
    child = Child(
        server.command(port),
        log=folder / f"{server.name}.log",
        is_ready=lambda: server.is_ready(port),
        environment=server.full_environment(),
    )
    with child:
        try:
            return _measured(server, child, port, first_user, logins)
        except BenchError as error:
            raise child.failed(f"did not do its part ({error})") from error


def _measured(server: Server, child: Child, port: int, first_user: int, logins: int) -> Measured:
    load, few = server.load(port), min(server.share, 1)
    counted = [child.pid, *([server.database.pid] if server.database else [])]
    load.measure(first_user, round(WARM * few), BUSY)
    before = cpu_seconds(*counted)
    busy = load.measure(first_user + WARM, round(logins * server.share), BUSY)
    cpu = (cpu_seconds(*counted) - before) / busy.accepts * 1e6
    alone = load.measure(first_user + WARM + busy.accepts, round(logins * few), 1)
    first_answer = None if server.fills else child.first_answer
    return Measured(busy, alone, cpu, resident_mb(child.pid), first_answer)
