"""The ledger of this process, by its settings."""

from pathlib import Path

from django.conf import settings

from secondgate.ledger.ledger import Ledger
from secondgate.ledger.store import PostgresStore, SqliteStore, Store
from secondgate.vault.secrets import keyring


def connect() -> Ledger:
    """Return a ledger on the database that Django uses; it connects when first asked. Raises VaultError."""
    return Ledger(open_store(), keyring())


def open_store() -> Store:
    """Return the store that a ledger stands on: what needs no vault key can be asked of it alone."""
    url = settings.SECONDGATE.database_url
    return PostgresStore(url) if url else SqliteStore(Path(settings.DATABASES["default"]["NAME"]))
