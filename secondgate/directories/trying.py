"""Try settings before anybody relies on them: the login's own steps, on a directory that is opened for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from secondgate.directories.directory import (
    Browsable,
    Directory,
    DirectoryError,
    Finding,
    Found,
    Kind,
    failed,
    probe,
)


@dataclass(frozen=True, slots=True)
class Previewed:
    """Whom a login name finds. `finding` says it in words, also that it is nobody."""

    finding: Finding
    found: Found | None = None


async def try_steps(kind: Kind, settings: Any, *, until: str = "") -> list[Finding]:
    """Return what the steps of a probe find, up to the one called `until`, or to the first that fails."""
    async with _opened(kind, settings) as directory:
        steps = directory.probe()
        titles = list(steps)
        wanted = titles[: titles.index(until) + 1] if until in steps else titles
        return [finding async for finding in probe({title: steps[title] for title in wanted})]


async def try_login_name(kind: Kind, settings: Any, login: str) -> Previewed:
    """Return whom a login name finds, and what would be taken from there."""
    title = f"Look for “{login}”"
    async with _opened(kind, settings) as directory:
        try:
            found = await directory.find(login)
        except DirectoryError as error:
            return Previewed(failed(title, error))
    if found is None:
        remedy = "Check the filter and the search base, and how the name is spelt."
        return Previewed(Finding(title, ok=False, says=f"Nobody is found by “{login}”.", remedy=remedy))
    return Previewed(Finding(title, ok=True, says=f"“{login}” finds {found.where or found.login}."), found)


async def look_below(kind: Kind, settings: Any, below: str) -> list[str]:
    """Return what lies below an entry of the directory; below "", its roots. Raises DirectoryError."""
    async with _opened(kind, settings) as directory:
        if not isinstance(directory, Browsable):
            raise DirectoryError("This kind of directory cannot be looked through.", remedy="Type the value.")
        return await directory.branches(below)


@asynccontextmanager
async def _opened(kind: Kind, settings: Any) -> AsyncIterator[Directory]:
    directory = kind.open("", settings)
    try:
        yield directory
    finally:
        await directory.close()
