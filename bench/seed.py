"""Fill an installation with many people at once: `python -m bench.seed --data DIR --users 100000 --out FILE`.

SECONDGATE_DATABASE_URL says which database, as for the service. What is there already stays, so one
folder can be seeded once only; but `--users 0 --challenge` makes it one of challenge logins.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.people import answers_of, totp_of, write_credentials
from secondgate.cli.start import Failed, ready


def main() -> None:
    """Seed, and say how long it took; what fails is one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m bench.seed", description="Seed a data folder.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")
    parser.add_argument("--users", type=int, default=100_000, metavar="N")
    parser.add_argument("--groups", type=int, default=0, metavar="N", help="over which the users are spread")
    parser.add_argument("--events", type=int, default=0, metavar="N", help="logins of the last 90 days")
    parser.add_argument(
        "--challenge",
        action="store_true",
        help="everybody has a password, and is asked for it before the code",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="where to write radload's credentials")
    said = parser.parse_args()
    started = time.monotonic()
    try:
        ready(said.data)
    except Failed as failed:
        sys.exit(f"bench.seed: {failed}")
    from bench import rows  # its models need Django, which is ready now

    rows.hurry()
    application = rows.configure(challenge=said.challenge)
    rows.add_people(said.users, said.groups)
    if said.challenge:
        rows.give_passwords()
    rows.add_events(said.events, users=said.users, application=application, now=time.time())
    rows.count()
    rows.finish()
    if said.out:
        write_credentials(said.out, said.users, answers_of if said.challenge else totp_of)
    seconds = time.monotonic() - started
    print(f"{said.users} users and {said.events} events in {seconds:.1f} s.")


if __name__ == "__main__":
    main()
