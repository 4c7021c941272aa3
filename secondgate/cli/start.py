"""What every command begins with: the settings, and Django."""

import os
from pathlib import Path
from typing import Annotated

import typer


class Failed(Exception):
    """A command could not do it: one sentence for stderr, exit code 1."""


Data = Annotated[Path | None, typer.Option("--data", help="The data folder.", metavar="DIR")]


def start(data: Path | None = None, **flags: str | None) -> None:
    """Set up Django with the environment's settings; `flags` win over it. Raises Failed."""
    given = {"SECONDGATE_DATA": str(data) if data else None, **flags}
    os.environ.update({name: value for name, value in given.items() if value})
    os.environ["DJANGO_SETTINGS_MODULE"] = "secondgate.settings"
    import django

    from secondgate.settings import SettingError

    try:
        django.setup()
    except SettingError as error:
        raise Failed(str(error)) from error


def ready(data: Path | None = None, **flags: str | None) -> None:
    """Start, and make sure of the data folder, the key and the tables. Raises Failed."""
    start(data, **flags)
    from secondgate.setup.prepare import SetupError, prepare
    from secondgate.vault.keyring import VaultError

    try:
        prepare()
    except (SetupError, VaultError) as error:
        raise Failed(str(error)) from error


def existing(data: Path | None = None) -> None:
    """Start, for a command that only looks: there must be an installation. Raises Failed."""
    start(data)
    from django.conf import settings

    if not settings.SECONDGATE.database_url and not Path(settings.DATABASES["default"]["NAME"]).exists():
        raise Failed(
            f"There is no installation in {settings.SECONDGATE.data}. "
            "Name its folder by --data or SECONDGATE_DATA, or make one: secondgate serve."
        )
    ready()
