"""Houses on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House
from tests.scenarios.people import BUILT_IN, Home, samba_home, slapd_home


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house without a configuration, on each database."""
    url = request.getfixturevalue("postgresql").create_database() if request.param == "postgresql" else ""
    house = House(tmp_path, database_url=url)
    yield house
    house.stop()


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite, for what has nothing to do with the database."""
    house = House(tmp_path)
    yield house
    house.stop()


@pytest.fixture(params=["built-in", "slapd", "samba"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Where the person of a test lives."""
    if request.param == "slapd":
        return slapd_home(request.getfixturevalue("slapd"), tmp_path)
    if request.param == "samba":
        return samba_home(request.getfixturevalue("samba"), tmp_path)
    return BUILT_IN
