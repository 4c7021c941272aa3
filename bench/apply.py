"""How long `apply` takes, and how long it keeps logins waiting: `python -m bench.apply --users 5000`.

It applies a file of that many new users, each with an authenticator and a group, then the same file
again, on SQLite. While a transaction writes, nobody else can: the longest one is what a login may
have to wait.
"""

import argparse
import os
import statistics
import tempfile
import time
from base64 import b32encode
from pathlib import Path
from unittest import mock

from bench import machine
from bench.people import login_of, seed_of
from secondgate.cli.start import ready


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.apply", description=__doc__)
    parser.add_argument("--users", type=int, default=5000, metavar="N")
    users = parser.parse_args().users
    with tempfile.TemporaryDirectory(prefix="secondgate-bench-") as name:
        folder = Path(name)
        print(machine.described(folder))
        os.environ.pop("SECONDGATE_DATABASE_URL", None)
        ready(folder / "data")
        file = folder / "users.yaml"
        file.write_text(_text(users))
        for what in ("new users", "the same again"):
            print(f"{users} users, {what}: {_measured(file)}")


def _measured(file: Path) -> str:
    from secondgate.setup import apply as setup

    locks: list[float] = []
    cores: list[float] = []
    write = setup._write

    def timed(*arguments: object) -> None:
        began, busy = time.perf_counter(), time.process_time()
        write(*arguments)
        locks.append(time.perf_counter() - began)
        cores.append(time.process_time() - busy)

    began = time.perf_counter()
    with mock.patch.object(setup, "_write", timed):
        setup.apply(file)
    said = f"{time.perf_counter() - began:.1f} s in all, {len(locks)} transactions"
    if not locks:
        return f"{said}."
    median, longest = statistics.median(locks) * 1000, max(locks) * 1000
    return (
        f"{said}; the write lock was held for {median:.0f} ms (median), {longest:.0f} ms at most, "
        f"with {max(cores) * 1000:.0f} ms of a core at most."
    )


def _text(users: int) -> str:
    members = "".join(f"      - {login_of(number)}\n" for number in range(users))
    people = "".join(
        f"  - login: {login_of(number)}\n"
        f"    authenticators: [{{method: totp, secret: {b32encode(seed_of(number)).decode()}}}]\n"
        for number in range(users)
    )
    return f"groups:\n  - name: Staff\n    members:\n{members}users:\n{people}"


if __name__ == "__main__":
    main()
