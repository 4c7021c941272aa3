"""RADIUS servers as a directory: FreeRADIUS checks the passwords."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from secondgate.directories.directory import Account, DirectoryError, Finding, Verdict, probe
from secondgate.directories.radius import Radius, RadiusDirectory, RadiusSettings, read_server
from secondgate.upstream.udp import Server
from secondgate.vault.setting import SettingError
from tests.real.freeradius import FreeRadius, running_freeradius
from tests.scenarios.ports import free_udp_port

SECRET = "shared-with-freeradius"
USERS = """
ann Cleartext-Password := "a-password-of-ann"
"émile" Cleartext-Password := "päßwörd, with a comma"
carl Cleartext-Password := "x", Auth-Type := Reject
"""


@pytest.fixture(scope="module")
def freeradius(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadius]:
    folder: Path = tmp_path_factory.mktemp("radius") / "server"
    with running_freeradius(folder, SECRET, USERS, signs=True) as server:
        yield server


def settings(*ports: int, **more: object) -> RadiusSettings:
    servers = [f"127.0.0.1:{port}" for port in ports]
    return RadiusSettings(**{"servers": servers, "secret": SECRET, "timeout": 3.0, **more})  # type: ignore[arg-type]


@pytest.fixture
async def directory(freeradius: FreeRadius) -> AsyncIterator[RadiusDirectory]:
    directory = Radius().open("RSA", settings(freeradius.port))
    assert isinstance(directory, RadiusDirectory)
    yield directory
    await directory.close()


@pytest.mark.real
@pytest.mark.parametrize(
    ("login", "password", "verdict"),
    [
        ("ann", "a-password-of-ann", Verdict.FITS),
        ("émile", "päßwörd, with a comma", Verdict.FITS),
        ("ann", "another", Verdict.WRONG_PASSWORD),
        ("ann", "", Verdict.WRONG_PASSWORD),
        ("ann", "p" * 129, Verdict.WRONG_PASSWORD),
        ("ann", "ü" * 64, Verdict.WRONG_PASSWORD),
        ("carl", "x", Verdict.WRONG_PASSWORD),
        ("nobody", "x", Verdict.WRONG_PASSWORD),
        ("n" * 254, "x", Verdict.UNKNOWN_USER),
    ],
)
async def test_it_says_what_the_server_says(
    directory: RadiusDirectory, login: str, password: str, verdict: Verdict
) -> None:
    assert (await directory.check_password(Account(login), password)).verdict is verdict


@pytest.mark.real
async def test_it_cannot_be_asked_who_there_is(directory: RadiusDirectory) -> None:
    assert await directory.find("ann") is None


@pytest.mark.real
async def test_the_probe_tells_whether_the_server_knows_us(directory: RadiusDirectory) -> None:
    (found,) = [finding async for finding in probe(directory.probe())]
    assert found.ok and found.says.endswith("is there, and its shared secret is the same.")


@pytest.mark.real
@pytest.mark.parametrize("wrong", ["secret", "port"])
async def test_a_server_that_does_not_answer_is_said_with_what_to_do(
    freeradius: FreeRadius, wrong: str
) -> None:
    given = settings(freeradius.port, secret="another", timeout=0.5) if wrong == "secret" else settings(
        free_udp_port(), timeout=0.5
    )  # fmt: skip
    directory = Radius().open("RSA", given)
    with pytest.raises(DirectoryError) as raised:
        await directory.check_password(Account("ann"), "a-password-of-ann")
    assert raised.value.silent and raised.value.remedy
    found: list[Finding] = [finding async for finding in probe(directory.probe())]
    assert [one.ok for one in found] == [False]
    assert "Status-Server" in found[0].remedy
    await directory.close()


@pytest.mark.real
async def test_answers_that_could_be_forged_are_taken_only_where_that_is_allowed(tmp_path: Path) -> None:
    """An older FreeRADIUS signs no answers (CVE-2024-3596)."""
    with running_freeradius(tmp_path / "old", SECRET, USERS, signs=False) as old:
        for signed, fits in ((True, False), (False, True)):
            directory = Radius().open("RSA", settings(old.port, signed_replies=signed, timeout=0.5))
            try:
                checked = await directory.check_password(Account("ann"), "a-password-of-ann")
                assert fits and checked.verdict is Verdict.FITS
            except DirectoryError as error:
                assert not fits and "no Message-Authenticator" in str(error)
            await directory.close()


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("rsa.example.com", Server("rsa.example.com", 1812)),
        ("192.0.2.1:1645", Server("192.0.2.1", 1645)),
        ("2001:db8::1", Server("2001:db8::1", 1812)),
        ("[2001:db8::1]:1813", Server("2001:db8::1", 1813)),
        ("[2001:db8::1]", Server("2001:db8::1", 1812)),
    ],
)
def test_a_server_is_written_as_people_do(text: str, server: Server) -> None:
    assert read_server(text) == server


@pytest.mark.parametrize(
    "text",
    ["", ":1812", "host:", "host:0", "host:65536", "host:x", "radius://host", "a b", "[::1]x", "[::1]:"],
)
def test_what_is_no_server_is_said(text: str) -> None:
    with pytest.raises(SettingError, match="must be written HOST"):
        RadiusSettings(servers=[text], secret=SECRET)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"servers": []}, "one server at least"),
        ({"secret": ""}, "must not be empty"),
        ({"timeout": 31.0}, "0.5 to 30"),
        ({"nas_identifier": ""}, "1 to 253"),
    ],
)
def test_settings_that_cannot_be_are_said(more: dict[str, object], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        RadiusSettings(**{"servers": ["a"], "secret": SECRET, **more})  # type: ignore[arg-type]
