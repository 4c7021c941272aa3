"""The ledger's connection to PostgreSQL and Django's give a vanished server up alike."""

from pathlib import Path

import pytest

from secondgate.environment import read_settings
from secondgate.ledger.patience import PATIENCE
from secondgate.ledger.store import PostgresStore
from secondgate.settings import database
from tests.real.postgresql import Postgresql

pytestmark = pytest.mark.real


@pytest.mark.parametrize("more", ["", "?connect_timeout=7&keepalives_idle=9"])
def test_both_connections_give_up_alike_and_the_url_wins(
    postgresql: Postgresql, tmp_path: Path, more: str
) -> None:
    url = postgresql.dsn + more
    settings = read_settings({"SECONDGATE_DATABASE_URL": url, "SECONDGATE_DATA": str(tmp_path)})
    wanted = {name: str(value) for name, value in PATIENCE.items()}
    if more:
        wanted |= {"connect_timeout": "7", "keepalives_idle": "9"}
    djangos = {name: str(value) for name, value in database(settings)["OPTIONS"].items()}
    assert djangos == wanted
    store = PostgresStore(url)
    given = store._connection.info.get_parameters()
    store.close()
    assert {name: given.get(name) for name in wanted} == wanted
