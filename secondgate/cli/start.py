"""What every command begins with: the settings, and Django."""

import os
from pathlib import Path
from typing import Annotated

import typer

from secondgate.environment import SettingError, Settings, has_installation, read_settings


class Failed(Exception):
    """A command could not do it: one sentence for stderr, exit code 1."""


def shown(text: str) -> str:
    """Return text for a terminal: what others typed must not steer it."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


Data = Annotated[Path | None, typer.Option("--data", help="The data folder.", metavar="DIR")]


def start(data: Path | None = None, **flags: str | None) -> Settings:
    """Set up Django with the environment's settings; `flags` win over it. Raises Failed."""
    given = {"SECONDGATE_DATA": str(data) if data else None, **flags}
    os.environ.update({name: value for name, value in given.items() if value})
    settings = _settings()
    os.environ["DJANGO_SETTINGS_MODULE"] = "secondgate.settings"
    import django

    try:
        django.setup()
    except SettingError as error:
        raise Failed(str(error)) from error
    return settings


def ready(data: Path | None = None, **flags: str | None) -> Settings:
    """Start, and make sure of the data folder, the key and the tables. Raises Failed."""
    settings = start(data, **flags)
    from secondgate.setup.prepare import SetupError, prepare
    from secondgate.vault.keyring import VaultError

    try:
        prepare()
    except (SetupError, VaultError) as error:
        raise Failed(str(error)) from error
    return settings


def is_installed(data: Path | None) -> bool:
    """Tell whether there is an installation. Raises Failed."""
    if data:
        os.environ["SECONDGATE_DATA"] = str(data)
    return has_installation(_settings())


def existing(data: Path | None = None) -> None:
    """Start, for a command that only looks: there must be an installation. Raises Failed."""
    must_be_installed(data)
    ready(data)


def must_be_installed(data: Path | None) -> None:
    """Refuse to look where there is no installation. Raises Failed."""
    if not is_installed(data):
        raise Failed(
            f"There is no installation in {_settings().data}. "
            "Name its folder by --data or SECONDGATE_DATA, or make one: secondgate serve."
        )


def _settings() -> Settings:
    try:
        return read_settings(dict(os.environ))
    except SettingError as error:
        raise Failed(str(error)) from error
