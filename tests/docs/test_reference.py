"""Every pair that could drift: what the reference lists is what the code has."""

import re
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from secondgate import __version__
from secondgate.applications.kinds import KINDS as APPLICATIONS
from secondgate.cli.main import app
from secondgate.console.roles import MAY, Role
from secondgate.directories.registry import KINDS as DIRECTORIES
from secondgate.events.names import SAYS
from secondgate.login.reasons import REASONS
from secondgate.methods.registry import METHODS, TITLES
from secondgate.radius.drops import DROPS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def listed(page: str, part: str = "") -> set[str]:
    """Return the first column of the tables of a page, or of its part under one heading."""
    text = (REFERENCE / page).read_text()
    if part:
        text = re.split(rf"^#+ {re.escape(part)}$", text, flags=re.M)[1]
        text = re.split(r"^#+ ", text, flags=re.M)[0]
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.M))


def test_reasons_and_drops() -> None:
    assert listed("reasons.md", "Reasons") == set(REASONS)
    assert listed("reasons.md", "Drops") == set(DROPS)


def test_events() -> None:
    assert listed("events.md") == set(SAYS)


def test_kinds_of_applications() -> None:
    assert listed("applications.md") == set(APPLICATIONS)


def test_methods_and_their_keys() -> None:
    assert listed("methods.md", "Methods") == set(TITLES)
    for method in METHODS.values():
        assert listed("methods.md", method.name) == {field.name for field in fields(method.settings)}


def test_directories_and_their_keys() -> None:
    for kind in DIRECTORIES.values():
        assert listed("directories.md", kind.name) == {field.name for field in fields(kind.settings)}


def test_roles_and_what_each_may_do() -> None:
    text = (REFERENCE / "roles.md").read_text()
    assert listed("roles.md") == {*MAY, *Role}
    for name, (says, held) in MAY.items():
        cells = " | ".join("yes" if role in held else "" for role in Role)
        assert f"| `{name}` | {says} | {cells} |" in text


def test_settings() -> None:
    code = (ROOT / "secondgate/environment.py").read_text()
    assert listed("settings.md") == set(re.findall(r'"(SECONDGATE_[A-Z_]+)"', code))


def test_commands() -> None:
    names = {command.name for command in app.registered_commands}
    assert {name.split()[1] for name in listed("commands.md")} == names
    assert isinstance(app, typer.Typer)


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_unit_is_started_with_the_machine() -> None:
    """What `systemctl enable` goes by is its section Install (systemd.unit, "[Install] section options")."""
    (text,) = re.findall(r"```ini\n(.*?)```", (ROOT / "docs/guides/operating.md").read_text(), flags=re.S)
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(text)
    assert unit["Install"]["WantedBy"] == "multi-user.target"
    assert unit["Service"]["EnvironmentFile"].startswith("-/"), "it may be missing"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_in_the_docs_exists(page: Path) -> None:
    names = {command.name for command in app.registered_commands}
    for used in re.findall(r"`(?:\.venv/bin/)?secondgate ([a-z-]+)", page.read_text()):
        assert used in names, used
