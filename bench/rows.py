"""The rows of a measurement: what the rooms' verbs write one by one, written thousands at a time.

Only people and logins of the past are written so. The application and its policy go through
`configure`, as an administrator's would.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from bench import past
from bench.people import PASSWORD, SECRET, login_of, seed_of
from secondgate.applications.configure import configure as configure_application
from secondgate.applications.models import Application
from secondgate.directories.directory import realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.events import tally
from secondgate.methods.models import Authenticator
from secondgate.methods.totp import Totp, TotpSettings
from secondgate.people.accounts import make_group
from secondgate.people.login_names import normalise
from secondgate.people.models import LoginName, Membership, User
from secondgate.people.passwords import hashed
from secondgate.policies.configure import configure as configure_policy
from secondgate.vault.models import Sealed
from secondgate.vault.secrets import keyring

BATCH: Final = 5000  # people, or events, in one transaction
CACHE: Final = 400_000  # KB: the keys are random, so every page is wanted again until the end
DAYS: Final = 90  # over which the logins of the past are spread
BY: Final = "bench"

# Every setting of `totp` but the seed has its default.
SHOWN: Final = Totp().store(TotpSettings(secret="A" * 32))[1]


def hurry() -> None:
    """Let SQLite leave the writing to the end: a folder half seeded is thrown away anyhow."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute(f"PRAGMA cache_size = -{CACHE}")


def configure(*, challenge: bool) -> Application:
    """Return the application of the measurement: one client, one policy for everyone.

    It asks for a code, or, by `challenge`, for a password and then for a code.
    """
    application = configure_application(
        "Bench", by=BY, secret=SECRET, clients=["127.0.0.1/32"], kind="radius"
    )
    configure_policy(
        "Bench", by=BY, application=application, groups=[], methods=["totp"], challenge=challenge or None,
        login="password-and-second-factor" if challenge else "second-factor-only",
    )  # fmt: skip
    return application


def add_people(users: int, groups: int = 0) -> None:
    """Add that many users of the built-in directory, each with a TOTP authenticator, spread over groups."""
    made = [make_group(f"Group {number:02d}", by=BY) for number in range(1, groups + 1)]
    directory = Directory.objects.get(name="Built-in")
    realm = realms_of(directory.name, directory.realms)[0]
    for numbers in _batches(users):
        people = [User(login=login_of(number)) for number in numbers]
        names = [LoginName(realm=realm, name=normalise(user.login), user=user) for user in people]
        entries = [Entry(user=user, directory=directory) for user in people]
        held = [Authenticator(user=user, method="totp", name="Phone", settings=SHOWN) for user in people]
        seeds = [_sealed(one, seed_of(number)) for one, number in zip(held, numbers, strict=True)]
        members = [
            Membership(user=user, group=made[number % groups])
            for number, user in zip(numbers, people, strict=True)
            if groups
        ]
        with transaction.atomic():
            User.add(people)
            Authenticator.add(held)
            _create(names, entries, seeds, members)


def give_passwords() -> None:
    """Give everybody the same password."""
    User.objects.update(password=hashed(PASSWORD))


def add_events(events: int, *, users: int, application: Application, now: float) -> None:
    """Add that many logins and strangers' packets of the 90 days before `now` (Unix time)."""
    ids = list(User.objects.order_by("login").values_list("id", flat=True)[:users])
    held = dict(Authenticator.objects.filter(user__in=User.objects.all()).values_list("user_id", "id"))
    chance = random.Random(1)
    for numbers in _batches(events):
        kinds = past.draw(chance, len(numbers))
        rows = []
        for number, kind in zip(numbers, kinds, strict=True):
            who = chance.randrange(len(ids))
            at = datetime.fromtimestamp(past.moment(number / events, DAYS, now), UTC)
            rows.append(past.row(kind, at, login_of(who), ids[who], held[ids[who]], application.pk))
        _write(rows)


def _write(rows: list[tuple[Any, ...]]) -> None:
    """Write events without the ORM, which takes three times as long."""
    columns = "at, version, name, reason, application_id, user_id, source, facts"
    values = ", ".join(["%s"] * 8)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = [tuple(one.hex if isinstance(one, UUID) else one for one in row) for row in rows]
            rows = [(row[0].strftime("%Y-%m-%d %H:%M:%S.%f"), *row[1:]) for row in rows]
        cursor.executemany(f"INSERT INTO events_event ({columns}) VALUES ({values})", rows)


def count() -> None:
    """Count and index the events, as a running service does all the time."""
    while any(tally.catch_up(BATCH) for _ in range(3)):  # take, look ahead, take
        pass


def finish() -> None:
    """Leave the database as a service that has run for days leaves it.

    PostgreSQL looks at its rows by itself. SQLite does not, and nor do we: what it finds in a log that is
    still empty has it read all of the log later on, for each few events that are counted.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("ANALYZE")


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


def _create(*lists: list[Any]) -> None:
    for rows in filter(None, lists):
        type(rows[0]).objects.bulk_create(rows, batch_size=1000)


def _sealed(held: Authenticator, seed: bytes) -> Sealed:
    table = Authenticator._meta.db_table
    sealed = keyring().seal(seed, table, held.pk.hex, "secret")
    return Sealed(table=table, row=held.pk, field="secret", sealed=sealed)
