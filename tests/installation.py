"""An installation within the test process: a key, and Django's test database with its tables."""

from collections.abc import AsyncIterator, Callable, Iterator
from json import dumps
from pathlib import Path
from textwrap import dedent

import pytest
from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

from secondgate.ledger.connect import connect
from secondgate.ledger.ledger import Ledger
from secondgate.setup.apply import Change, apply
from secondgate.setup.apply import plan as planned
from secondgate.vault import secrets
from secondgate.vault.keyring import create_key

Configure = Callable[..., list[Change]]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put the test database into a file: the ledger reads it by a connection of its own."""
    folder = tmp_path_factory.mktemp("database")
    settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "test.db")


@pytest.fixture(scope="session", autouse=True)
def vault_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A vault key of this run."""
    file: Path = tmp_path_factory.mktemp("vault") / "vault.key"
    create_key(file)
    object.__setattr__(settings.SECONDGATE, "key_file", file)
    secrets.keyring.cache_clear()
    yield


@pytest.fixture
def configure(transactional_db: None, tmp_path: Path) -> Configure:
    """Apply a configuration to the test database: what is planned is what is done, and what events tell."""
    from secondgate.events.models import Event

    def run(text: str, *, plan: bool = False, prune: bool = False) -> list[Change]:
        file = tmp_path / "house.yaml"
        file.write_text(dedent(text))
        wanted = planned(file, prune=prune)
        if plan:
            return wanted
        last = Event.objects.order_by("id").last()
        changes = apply(file, prune=prune)
        events = Event.objects.filter(id__gt=last.pk if last else 0).order_by("id")
        told = [dumps([e.name, e.facts["before"], e.facts["after"]], sort_keys=True) for e in events]
        said = [dumps([f"{c.noun}.{c.verb}", c.before, c.after], sort_keys=True) for c in changes]
        assert sorted(told) == sorted(said)
        assert changes == wanted
        return changes

    return run


@pytest.fixture(scope="session", autouse=True)
def rows_of_the_migrations() -> Iterator[None]:
    """Put back what the migrations put into the tables, each time that a test's end has emptied them."""
    post_migrate.connect(_put_back)
    yield
    post_migrate.disconnect(_put_back)


def _put_back(sender: AppConfig, **_: object) -> None:
    if sender.label != "ledger":  # it is told once for each app
        return
    from secondgate.applications.kinds import WEB, WEB_ID
    from secondgate.applications.models import Application
    from secondgate.directories.models import Directory
    from secondgate.ledger.models import Revision

    if not Revision.objects.exists():
        Revision.objects.create(number=1)
    if not Directory.objects.filter(name="Built-in").exists():
        Directory(name="Built-in", kind="local").save()
    if not Application.everything.filter(pk=WEB_ID).exists():
        Application(pk=WEB_ID, name=WEB.title, kind=WEB.name, message_authenticator="off").save()


@pytest.fixture
async def ledger(transactional_db: None) -> AsyncIterator[Ledger]:
    """A ledger on the test database."""
    ledger = connect()
    await ledger.refresh()
    yield ledger
    await ledger.close()
