"""Whom a login name means, by its realm where it has one; and that no directory brings a second one."""

import pytest
from asgiref.sync import sync_to_async

from secondgate.directories import entries
from secondgate.directories.directory import Found
from secondgate.directories.models import Directory
from secondgate.directories.people import is_taken, people_called
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


async def test_a_directory_brings_nobody_who_is_called_as_one_of_its_people(configure: Configure) -> None:
    await sync_to_async(configure)(HOUSE)
    one = await Directory.objects.aget(name="One")
    one.realms = ["new.example", "one"]  # the names that are kept carry the realm that came first then
    await one.asave()
    eve = await entries.adopt(one.pk.hex, Found("eve", "id-of-eve"))
    assert eve is not None and not eve.is_new
    assert await entries.adopt(one.pk.hex, Found("Eve", "id-of-another")) is None
    dan = await entries.adopt(one.pk.hex, Found("dan", "id-of-dan"))
    assert dan is not None and dan.is_new
    for name in ("EVE", "daniel"):
        await entries.learn(one.pk.hex, dan.user, name)
    found = await sync_to_async(lambda: [people_called(login) for login in ("one\\eve", "daniel@one")])()
    assert [[user.pk.hex for user in users] for users in found] == [[eve.user], [dan.user]]


def test_a_name_is_taken_in_its_own_directory_only(configure: Configure) -> None:
    configure(HOUSE)
    one, two = (Directory.objects.get(name=name) for name in ("One", "Two"))
    (eve,) = people_called("one\\eve")
    assert is_taken(one, "EVE") and not is_taken(one, "eve", but=eve)
    assert is_taken(two, "eve", but=eve)
    assert not is_taken(one, "ann@mail.example")
