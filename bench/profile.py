"""`python -m bench.profile`: where the CPU time of a login goes, step by step.

The steps are timed in the running service under load (bench.steps), and beside their sum stands what a
login costs the same service without any clock, as the kernel counts it: what is not explained shows.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench import load, machine
from bench.child import Child, free_port
from bench.errors import BenchError
from bench.measure import WARM, WARM_IN_FLIGHT, measure, part, users_of_a_round
from bench.options import at_least_one
from bench.processes import cpu_seconds
from bench.servers import PYTHON, SERVERS, House, Server, say

IN_FLIGHT: Final = 64
NOTHING: Final = 0.05  # microseconds; a step that does not occur is left out
TOLD_WITHIN: Final = 10.0  # seconds

# More than one process would answer the one signal, or has no steps of ours.
NAMES: Final = [name for name in SERVERS if name.startswith("secondgate-") and "workers" not in name]


@dataclass(frozen=True, slots=True)
class Profile:
    """One round, in microseconds a login."""

    whole: float  # of the service without clocks, its database's processes with it
    steps: Mapping[str, float]
    clocks: float  # what they took, which is taken off the steps


def main() -> None:
    """Measure and print; what fails is told on stderr, with exit code 1."""
    said = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the children are stopped then too
    try:
        print(_run(said.server, said.rounds, said.logins, said.users))
    except BenchError as error:
        sys.exit(f"bench.profile: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run(name: str, rounds: int, logins: int, users: int) -> str:
    a_round = users_of_a_round(logins, 1)
    if users < 2 * rounds * a_round:
        raise BenchError(
            f"{users} users are too few: each code counts once. {2 * rounds * a_round} are needed."
        )
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="secondgate-profile-")))
        folder.chmod(0o755)  # PostgreSQL runs as another user, in a folder of its own within
        described = machine.described(folder)
        server = SERVERS[name](House(folder, users, load.build(), open_))
        profiles = []
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: {name}")
            whole = measure(server, folder, 2 * number, logins, (IN_FLIGHT,)).cpu
            assert whole is not None, "every server takes as many at once"
            profiles.append(_by_step(server, folder, (2 * number + 1) * a_round, logins, whole))
        return "\n".join([*report(name, profiles), described])


def _by_step(server: Server, folder: Path, first_user: int, logins: int, whole: float) -> Profile:
    """Return what the steps say, of a service with clocks."""
    port, file = free_port(), folder / "steps.json"
    own = server.command(port)[len(PYTHON) + 1 :]  # without the name of its module
    child = Child(
        [*PYTHON, "bench.steps", file, *own],
        log=folder / f"{server.name}-steps.log",
        is_ready=lambda: server.is_ready(port),
        environment=server.full_environment(port),
    )
    with child:
        try:
            generator = server.load(port)
            generator.measure(first_user, part(WARM, server.share), WARM_IN_FLIGHT)
            _told(child, file)  # of the warming up, which is not measured
            database = _database_seconds(server)
            done = generator.measure(first_user + WARM, part(logins, server.share), IN_FLIGHT).accepts
            database = _database_seconds(server) - database
            said = _told(child, file)
        except BenchError as error:
            raise child.failed(f"did not do its part ({error})") from error
    steps = {name: spent / done / 1e3 for name, spent in said["steps"].items()}
    clocks = said["clocks"] / done / 1e3
    steps["other threads: counting events, passwords, web"] = (
        said["whole"] / done / 1e3 - clocks - sum(steps.values())
    )
    if server.database:
        steps["the database's own processes"] = database / done * 1e6
    return Profile(whole, steps, clocks)


def _told(child: Child, file: Path) -> dict:
    """Return what the clocks have counted since they were asked last."""
    file.unlink(missing_ok=True)
    os.kill(child.pid, signal.SIGUSR1)
    ends = time.monotonic() + TOLD_WITHIN
    while not file.exists():
        if time.monotonic() > ends:
            raise BenchError("it does not tell its steps")
        time.sleep(0.01)
    return json.loads(file.read_text())


def _database_seconds(server: Server) -> float:
    return cpu_seconds(server.database.pid) if server.database else 0.0


def report(name: str, profiles: Sequence[Profile]) -> list[str]:
    """Return the table's lines: medians over the rounds."""
    whole, clocks = median(one.whole for one in profiles), median(one.clocks for one in profiles)
    steps = {step: median(one.steps[step] for one in profiles) for step in profiles[0].steps}
    total = sum(steps.values())
    rows = [
        *((step, spent) for step, spent in steps.items() if abs(spent) > NOTHING),
        ("sum of the steps", total),
        ("not explained", whole - total),
        ("a login without clocks", whole),
    ]
    width = max(len(step) for step, _ in rows)
    return [
        f"{name}, {IN_FLIGHT} in flight: CPU of a login by step",
        f"{'':{width}}      µs  share",
        *(f"{step:{width}}  {spent:6.1f}  {spent / whole:5.0%}" for step, spent in rows),
        "",
        f"Medians; rounds: {len(profiles)}. The clocks took {clocks:.1f} µs more, which is taken off.",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--server", choices=NAMES, default="secondgate-sqlite", help="as in python -m bench")
    parser.add_argument("--rounds", type=at_least_one, default=3, metavar="N")
    parser.add_argument("--logins", type=at_least_one, default=4000, metavar="N", help="a measurement")
    parser.add_argument("--users", type=at_least_one, default=100_000, metavar="N")
    return parser


if __name__ == "__main__":
    main()
