"""`python -m bench.pages`: the server time of every list page of the console, on both databases.

A list page is every page of the console that has an address of its own: it is found by its URL name, so a
page that is added is measured from then on. On each the links to further pages, filters and orders are
followed, and a search is typed, as far as the page itself offers them.
"""

import argparse
import html
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bench.child import run
from bench.errors import BenchError
from bench.postgresql import Postgresql
from bench.servers import PYTHON, plain_environment, say

REQUESTS: Final = 20  # of each address
LINKS_MOST: Final = 8  # filters and orders of a page that are followed, besides "next"
GROUPS: Final = 20  # of 5,000 people each
TYPED: Final = "user0501"  # into a search field: finds a hundred of 100,000 people
LIMIT: Final = 100  # ms


@dataclass(frozen=True, slots=True)
class Timed:
    """One address: what it answered, and how long that took, in ms."""

    page: str
    address: str
    status: int
    times: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.times)


def main() -> None:
    """Measure and print; what fails is told on stderr, with exit code 1."""
    said = _parser().parse_args()
    try:
        if said.seeded:
            print(json.dumps([asdict(one) for one in _measure(said.seeded)]))
        else:
            print(_run(said.users, said.events))
    except BenchError as error:
        sys.exit(f"bench.pages: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run(users: int, events: int) -> str:
    measured: dict[str, list[Timed]] = {}
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="secondgate-pages-")))
        folder.chmod(0o755)  # PostgreSQL runs as another user, in a folder of its own within
        server = open_.enter_context(Postgresql(folder / "postgresql"))
        server.create_database("pages")
        for name, url in (("SQLite", ""), ("PostgreSQL", server.url("pages"))):
            environment = plain_environment() | ({"SECONDGATE_DATABASE_URL": url} if url else {})
            data = folder / name
            many = ("--users", str(users), "--groups", str(GROUPS), "--events", str(events))
            say(f"seeding {users} users and {events} events ({name})")
            run(*PYTHON, "bench.seed", "--data", data, *many, environment=environment)
            say(f"opening every page ({name})")
            text = run(*PYTHON, "bench.pages", "--seeded", data, environment=environment)
            measured[name] = [Timed(**one) for one in json.loads(text.splitlines()[-1])]
    return report(measured, users=users, events=events)


def report(measured: dict[str, list[Timed]], *, users: int, events: int) -> str:
    """Return the table: of each page the plain address, its slowest one, and the 99th percentile of all."""
    lines = [
        f"Server time of each page with {users:,} users and {events:,} events, in ms; {REQUESTS} requests an "
        "address.",
        "",
        f"{'page':<16}{'database':<12}{'median':>8}{'p99':>8}{'slowest':>9}  slowest address",
    ]
    for page in dict.fromkeys(one.page for found in measured.values() for one in found):
        for database, found in measured.items():
            mine = [one for one in found if one.page == page]
            slowest = max(mine, key=lambda one: one.median)
            p99 = quantiles([time_ for one in mine for time_ in one.times], n=100)[98]
            over = f"  over {LIMIT} ms" if slowest.median > LIMIT else ""
            lines.append(
                f"{page:<16}{database:<12}{mine[0].median:>8.1f}{p99:>8.1f}{slowest.median:>9.1f}  "
                f"{slowest.address}{over}"
            )
    bad = [
        f"{one.address} answers {one.status}"
        for found in measured.values()
        for one in found
        if one.status != 200
    ]
    return "\n".join([*lines, *bad])


def _measure(data: Path) -> list[Timed]:
    """Return the times of all pages of a seeded installation."""
    from secondgate.cli.start import ready

    ready(data)
    client = _signed_in()
    return [timed for page, path in list_pages() for timed in _measure_page(client, page, path)]


def list_pages() -> Iterator[tuple[str, str]]:
    """Yield name and path of each page that takes no argument and is no action of another one."""
    from django.urls import URLPattern, reverse

    from secondgate.console.urls import urlpatterns

    for one in urlpatterns:
        assert isinstance(one, URLPattern)
        if one.name and "-" not in one.name and not one.pattern.converters:
            yield one.name, reverse(f"console:{one.name}")


def _signed_in() -> Any:
    from django.test import Client

    from secondgate.people import accounts
    from secondgate.people.models import User
    from secondgate.web.session_store import SessionStore

    user = accounts.create(f"owner{time.time_ns()}", realm="built-in", by="bench")
    User.objects.filter(pk=user.pk).update(role="owner")
    store = SessionStore()
    store.update({"user": user.pk.hex, "method": "totp", "proved_at": time.time()})
    store.create()
    client = Client(raise_request_exception=False)  # a page that fails is told, and the others measured
    client.cookies["secondgate"] = store.session_key or ""
    return client


def _measure_page(client: Any, page: str, path: str) -> Iterator[Timed]:
    text = client.get(path).content.decode()  # once before: templates are read then
    yield _timed(client, page, path)
    for query in offered(text):
        yield _timed(client, page, f"{path}?{query}")
    if page == "search":
        yield _timed(client, page, f"{path}?q={TYPED}")


def offered(text: str) -> list[str]:
    """Return the queries that a page offers: a search, the next page, and some of its filters and orders."""
    links = [html.unescape(link) for link in re.findall(r'href="\?([^"#]+)"', text)]
    following = [html.unescape(link) for link in re.findall(r'href="\?([^"]+)" rel="next"', text)]
    search = re.search(r'<input[^>]*name="q"', text)
    others = [link for link in dict.fromkeys(links) if link not in following]
    step = max(1, len(others) // LINKS_MOST)  # from all over the page: each menu has its own
    return [*([f"q={TYPED}"] if search else []), *following[:1], *others[::step][:LINKS_MOST]]


def _timed(client: Any, page: str, address: str) -> Timed:
    from django.db import connection

    times = []
    for _ in range(REQUESTS):
        connection.close()  # as in the service, where a request opens its own
        began = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    return Timed(page, address, answer.status_code, times)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000, metavar="N")
    parser.add_argument("--events", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seeded", type=Path, metavar="DIR", help="seeded before: only measure, print JSON")
    return parser


if __name__ == "__main__":
    main()
