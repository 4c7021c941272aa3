"""Whom a login name means, by its realm where it has one."""

import pytest

from secondgate.directories.people import people_called
from tests.installation import Configure

HOUSE = """\
directories:
  - {name: One, kind: local, realms: [one, one.example]}
  - {name: Two, kind: local}
users:
  - {login: eve, directory: One}
  - {login: eve, directory: Two}
  - {login: ann@mail.example, directory: Two}
"""


@pytest.mark.parametrize(
    ("typed", "directories"),
    [
        ("eve", ["One", "Two"]),
        ("ONE\\Eve", ["One"]),
        ("eve@one.example", ["One"]),
        ("two\\ｅｖｅ", ["Two"]),
        ("three\\eve", []),
        ("eve@three", []),
        ("ann@mail.example", ["Two"]),
        ("ann", []),
        ("", []),
    ],
)
def test_a_realm_says_whose(configure: Configure, typed: str, directories: list[str]) -> None:
    configure(HOUSE)
    assert sorted(user.entry.directory.name for user in people_called(typed)) == directories
