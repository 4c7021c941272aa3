"""`python -m bench`: Secondgate beside FreeRADIUS and the bare Python limit; a table with ratios."""

import argparse
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import load, machine, privacyidea
from bench.errors import BenchError
from bench.measure import IN_FLIGHT, Measured, measure, users_needed
from bench.options import at_least_one
from bench.report import report
from bench.servers import SERVERS, House, say

BASE = "freeradius"


def main() -> None:
    """Measure and print; what fails is told on stderr, with exit code 1."""
    said = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the children are stopped then too
    try:
        print(_run(said.rounds, said.logins, said.users, said.in_flight, _names(said)))
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run(rounds: int, logins: int, users: int, in_flight: Sequence[int], names: Sequence[str]) -> str:
    needed = users_needed(rounds, logins, len(in_flight))
    if users < needed:
        raise BenchError(
            f"{users} users are too few: {rounds} rounds of {logins} logins a measurement take {needed}, "
            "for each code counts once. Give more --users, or fewer --logins."
        )
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="secondgate-bench-")))
        folder.chmod(0o755)  # PostgreSQL runs as another user, in a folder of its own within
        described = machine.described(folder)
        house = House(folder, users, load.build(), open_)
        servers = [SERVERS[name](house) for name in names]
        measured: dict[str, list[Measured]] = defaultdict(list)
        for number in range(rounds):
            for server in servers:
                say(f"round {number + 1} of {rounds}: {server.name}")
                measured[server.name].append(measure(server, folder, number, logins, in_flight))
        return report(
            measured, BASE, in_flight=in_flight, users=users, logins=logins, machine=described
        )  # fmt: skip


def _names(said: argparse.Namespace) -> list[str]:
    """Return the servers to measure, in their order; privacyIDEA where it was asked for and is there."""
    names = [name for name in SERVERS if name in said.only] if said.only else list(SERVERS)
    if "privacyidea" not in names or (said.only and not said.with_privacyidea):
        return names
    without = [name for name in names if name != "privacyidea"]
    if not said.with_privacyidea:
        say("privacyidea is left out: --with-privacyidea installs it from the package index first.")
        return without
    try:
        privacyidea.install()
    except BenchError as error:
        say(f"privacyidea is left out: it could not be installed. {error}")
        return without
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=3, metavar="N")
    parser.add_argument("--logins", type=at_least_one, default=4000, metavar="N", help="a measurement")
    parser.add_argument("--users", type=at_least_one, default=100_000, metavar="N")
    parser.add_argument(
        "--in-flight",
        type=at_least_one,
        nargs="+",
        default=IN_FLIGHT,
        metavar="N",
        help="at once; CPU is of the first",
    )
    parser.add_argument("--only", nargs="+", choices=SERVERS, metavar="NAME", help=", ".join(SERVERS))
    parser.add_argument("--with-privacyidea", action="store_true", help="install it into bench/build first")
    return parser


if __name__ == "__main__":
    main()
