"""The ledger of this process, by its settings."""

from pathlib import Path

from django.conf import settings

from secondgate.ledger.ledger import Ledger
from secondgate.ledger.store import PostgresStore, SqliteStore, Store
from secondgate.vault.secrets import keyring


def connect() -> Ledger:
    """Return a ledger on the database that Django uses; it connects when first asked."""
    url = settings.SECONDGATE.database_url
    store: Store = PostgresStore(url) if url else SqliteStore(Path(settings.DATABASES["default"]["NAME"]))
    return Ledger(store, keyring())
