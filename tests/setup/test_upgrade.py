"""A newer version meets the tables of an older one: it migrates by itself, and keeps a way back."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.scenarios.house import House

RELEASES = sorted(Path("tests/vectors/releases").glob("*.json"))  # the tables that each release left behind
ANN = """
INSERT INTO people_user (id, password, login, name, email, role, enabled, created_at)
    VALUES ('a11e00000000400080000000000000aa', '', 'ann', 'Ann <b>', '', '', 1, '2026-01-01 00:00:00');
INSERT INTO people_loginname (realm, name, user_id)
    VALUES ('built-in', 'ann', 'a11e00000000400080000000000000aa');
INSERT INTO directories_entry (external_id, directory_id, user_id)
    SELECT '', id, 'a11e00000000400080000000000000aa' FROM directories_directory;
"""  # as the first release wrote them: today's code may not know those tables any more


def left_by(release: Path, house: House) -> None:
    """Make the tables as this release had them, with one person in them."""
    data = Path(house.env["SECONDGATE_DATA"])
    data.mkdir(parents=True)
    env = {**house.env, "DJANGO_SETTINGS_MODULE": "secondgate.settings"}
    key = f"from pathlib import Path; from secondgate.vault.keyring import create_key; create_key(Path({str(data / 'vault.key')!r}))"
    subprocess.run([sys.executable, "-c", key], env=env, check=True)
    for app, name in json.loads(release.read_text()).items():
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", app, name], env=env, check=True, capture_output=True
        )
    with sqlite3.connect(data / "secondgate.db") as database:
        database.executescript(ANN)


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_an_older_installation_is_migrated_after_a_backup_and_loses_nothing(release: Path, tmp_path: Path):
    house = House(tmp_path)
    left_by(release, house)
    done = house.apply("users: [{login: bob}]\n")
    assert done.returncode == 0, done.stderr
    data = Path(house.env["SECONDGATE_DATA"])
    assert len(house.events(event="user.created")) == 1
    assert "login: ann" in house.command("export").stdout
    (backup,) = (data / "backups").glob("before-*.db")
    assert backup.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(backup) as old:  # the way back: as it was before
        assert old.execute("SELECT login FROM people_user").fetchall() == [("ann",)]
        applied = {tuple(row) for row in old.execute("SELECT app, name FROM django_migrations")}
    newest = {app: max(name for of, name in applied if of == app) for app, _name in applied}
    assert newest == json.loads(release.read_text())
    assert house.apply("users: [{login: bob}]\n").returncode == 0
    assert len(list((data / "backups").glob("*.db"))) == 1  # the next start has nothing to migrate
    new = House(tmp_path / "new")
    new.folder.mkdir()
    assert new.apply("users: [{login: bob}]\n").returncode == 0
    assert triggers(house) == triggers(new)  # SQLite loses them where it makes a table anew


def triggers(house: House) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(Path(house.env["SECONDGATE_DATA"]) / "secondgate.db")) as database:
        found = database.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        )
        return found.fetchall()


def test_statistics_of_a_small_log_are_forgotten(tmp_path: Path):
    """By them SQLite would read the whole log for each thousand events that are counted."""
    house = House(tmp_path)
    house.configure("users: [{login: bob}]\n")
    file = Path(house.env["SECONDGATE_DATA"]) / "secondgate.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("ANALYZE")
        assert _bounds(database) < 2
    assert house.events()
    with closing(sqlite3.connect(file)) as database:
        assert _bounds(database) == 2


def _bounds(database: sqlite3.Connection) -> int:
    """Return how many of two bounds SQLite uses to find events by."""
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT name FROM events_event WHERE id > 1 AND id <= 2"
    ).fetchall()
    return sum("rowid" in word for word in plan[0][3].split())
