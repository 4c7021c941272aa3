"""A method and a directory are one file and one line each: everything else follows by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from secondgate.directories import registry as directories
from secondgate.directories.directory import Account, Checked, Directory, Found, Step, Verdict
from secondgate.ledger.ledger import Ledger
from secondgate.methods import registry as methods
from secondgate.methods.answer import Answer
from secondgate.methods.method import Enrolled, Fits, Replayed
from secondgate.methods.method import Verdict as MethodVerdict
from secondgate.vault.setting import setting
from tests.installation import Configure
from tests.login.test_decide import NOW, Door


@dataclass(frozen=True, slots=True)
class DateSettings:
    """The toy has one setting, and keeps it secret."""

    pepper: str = setting("What is typed before the date.", secret=True)


class DateMethod:
    """The last four digits of today's date: the exercise of CONTRIBUTING."""

    name = "date"
    title = "Today's date"
    settings = DateSettings

    def store(self, settings: DateSettings) -> tuple[bytes, dict[str, Any], int]:
        return settings.pepper.encode(), {}, -1

    def restore(self, secret: bytes) -> str:
        return secret.decode()

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        return max(position, known.position)

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> MethodVerdict:
        today = datetime.fromtimestamp(now, UTC)
        if not answer.fits(authenticator.secret + today.strftime("%m%d").encode()):
            return None
        day = today.toordinal()
        return Replayed(day) if day <= authenticator.position else Fits(day, at_least=-1, at_most=day - 1)


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """The toy directory has a key of its own in YAML."""

    suffix: str = setting("What a password ends with.")


@dataclass(frozen=True, slots=True)
class Mirror:
    """A directory in which everyone's password is their name and the suffix."""

    suffix: str

    async def find(self, login: str) -> Found | None:
        return Found(login, f"mirror-{login}") if login.isalpha() else None

    async def check_password(self, account: Account, password: str) -> Checked:
        right = password == account.login + self.suffix
        verdict = Verdict.FITS if right else Verdict.WRONG_PASSWORD
        return Checked(verdict, Found(account.login, f"mirror-{account.login}"))

    def probe(self) -> Mapping[str, Step]:
        return {}

    async def close(self) -> None:
        return None


class MirrorKind:
    """The kind of it."""

    name = "mirror"
    title = "Mirror"
    settings = MirrorSettings
    finds = True

    def open(self, name: str, settings: MirrorSettings) -> Directory:
        return Mirror(settings.suffix)


HOUSE = """
directories:
  - {name: Looking glass, kind: mirror, suffix: "!"}
applications:
  - {name: WorkSpaces, kind: openvpn, clients: [10.0.0.1], secret: secret-of-a-test, challenge: no}
users:
  - {login: alice, directory: Looking glass, authenticators: [{method: date, pepper: x}]}
policies:
  - {name: P, application: WorkSpaces, login: password-and-second-factor, methods: [date]}
"""


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line of each."""
    monkeypatch.setitem(methods.METHODS, "date", DateMethod())
    monkeypatch.setitem(directories.KINDS, "mirror", MirrorKind())


async def test_a_toy_method_and_a_toy_directory_log_people_in(
    toys: None, configure: Configure, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sync_to_async(configure)(HOUSE)
    door = Door(ledger)
    code = "x" + datetime.fromtimestamp(NOW, UTC).strftime("%m%d")
    assert await door.reason(f"wrong,{code}", name="alice") == "wrong-password"
    assert await door.reason("alice!,x0000", name="alice") == "wrong-code"
    await door.login(f"alice!,{code}", name="alice")
    assert await door.reason(f"alice!,{code}", name="alice") == "code-used"
    assert await door.reason(f"hatter!,{code}", name="hatter") == "no-authenticator"
