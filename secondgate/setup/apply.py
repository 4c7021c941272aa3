"""Configuration as code: make the installation what a file says.

Everything is read, checked and computed before anything is written: a file with one error changes
nothing. What is written then goes through the rooms' own verbs, in transactions so short that no
login notices (see plan.py). An apply that ends half-way is finished by another one.
"""

import gc
import time
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection, transaction

from secondgate.setup import plan_configuration
from secondgate.setup.check import Check
from secondgate.setup.document import Document, read
from secondgate.setup.plan import Change, Transaction
from secondgate.setup.plan_people import People
from secondgate.setup.prune import prune_configuration, prune_people
from secondgate.setup.shape import Configuration, shape

# Seconds between two transactions, about as long as one takes. Who waits for SQLite's write lock looks
# for it eight times within the first 100 ms: without a gap, logins would find it taken each time.
GAP: Final = 0.01


class UnfinishedError(Exception):
    """The database stopped an apply on its way. What had been written is whole, and stays."""


def apply(file: Path, *, prune: bool = False) -> list[Change]:
    """Make the installation what `file` says, and return what that changed.

    `prune` also removes what the file's sections do not name. Raises InputError, and then nothing
    has changed, or UnfinishedError.
    """
    transactions = _transactions(file, prune=prune)
    for step in (step for steps in transactions for step in steps):
        step.prepare()
    gc.freeze()  # to look through all that has been read takes 100 ms: not while the lock is held
    try:
        for number, steps in enumerate(transactions):
            if number and connection.vendor == "sqlite":
                time.sleep(GAP)
            _write(steps)
    finally:
        gc.unfreeze()
    return _changes(transactions)


def plan(file: Path, *, prune: bool = False) -> list[Change]:
    """Return what `apply` would change; nothing is written. Raises InputError."""
    return _changes(_transactions(file, prune=prune))


def _transactions(file: Path, *, prune: bool) -> list[Transaction]:
    document = read(file)
    configuration = shape(document)
    Check(document, configuration, prune=prune).all()
    return [steps for steps in _all(document, configuration, prune=prune) if steps]


def _all(document: Document, configuration: Configuration, *, prune: bool) -> list[Transaction]:
    people = People(document, configuration)
    return [
        plan_configuration.before_people(configuration),
        *people.users(),
        *people.members(prune=prune),
        [
            *plan_configuration.after_people(configuration),
            *(prune_configuration(configuration) if prune else ()),
        ],
        *(prune_people(configuration, people.authenticators) if prune else ()),
    ]


def _write(steps: Transaction) -> None:
    try:
        with transaction.atomic():
            for step in steps:
                step.write()
    except DatabaseError as error:
        said = " ".join(str(error).split())
        raise UnfinishedError(
            f"The database stopped it on its way: {said}. Apply the file again, and it goes on from there."
        ) from error


def _changes(transactions: list[Transaction]) -> list[Change]:
    return [change for steps in transactions for step in steps for change in step.changes]
