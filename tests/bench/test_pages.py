"""Measuring pages: which ones, and what is said of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.pages import Timed, list_pages, offered, report


def test_pages_are_found_by_their_names():
    found = dict(list_pages())
    assert {"overview": "/console/", "log": "/console/log/"}.items() <= found.items()
    assert not [name for name in found if "-" in name]


def test_a_page_offers_its_search_its_next_page_and_its_filters():
    page = '<input class="input" name="q"><a href="?x=1&amp;y=2">x</a><a href="?after=7" rel="next">Older</a>'
    assert offered(page) == ["q=user0501", "after=7", "x=1&y=2"]


def test_the_report_names_what_is_slow_or_wrong():
    found = [
        Timed("log", "/console/log/", 200, [5.0] * 20),
        Timed("log", "/console/log/?q=x", 500, [101.0] * 20),
    ]
    text = report({"SQLite": found}, users=1000, events=2000)
    assert "/console/log/?q=x  over 100 ms" in text
    assert "answers 500" in text


def test_every_page_of_a_seeded_folder_answers(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
    data = tmp_path / "data"
    seed = ["bench.seed", "--data", data, "--users", 40, "--groups", 3, "--events", 300]
    for arguments in (seed, ["bench.pages", "--seeded", data]):
        words = [sys.executable, "-m", *map(str, arguments)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout.splitlines()[-1])
    assert {one["page"] for one in measured} == set(dict(list_pages()))
    assert {one["address"] for one in measured if one["status"] != 200} == set()
