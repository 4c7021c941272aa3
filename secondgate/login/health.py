"""Ask a directory, and notice when it falls silent or speaks again."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

from secondgate.directories.directory import DirectoryError
from secondgate.events import names
from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow, LedgerError
from secondgate.ledger.snapshot import OpenDirectory
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Ended

Answer = TypeVar("Answer")


async def asked(
    login: Login, directory: OpenDirectory, question: Awaitable[Answer], *, step: str = "password"
) -> Answer:
    """Return the directory's answer; end the login where it gives none, in this step of its trail."""
    try:
        answer = await question
    except DirectoryError as error:
        if not error.silent:
            # With the way out: by that it shows whose mistake it is.
            fault = f"{str(error).rstrip('.')}. {error.remedy}".strip()
            login.trail.note(f"{step}.fault", directory=directory.id, fault=fault)
            raise Ended(reasons.DIRECTORY_FAULT) from error
        if directory.silent_since is None:
            directory.silent_since = login.attempt.at
            await _tell(login, names.DIRECTORY_WENT_SILENT, directory, str(error))
        since = datetime.fromtimestamp(directory.silent_since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        login.trail.note(f"{step}.silent", directory=directory.id, fault=str(error), since=since)
        raise Ended(reasons.DIRECTORY_DOWN) from error
    if directory.silent_since is not None:
        directory.silent_since = None
        await _tell(login, names.DIRECTORY_ANSWERED_AGAIN, directory, "")
    return answer


async def _tell(login: Login, name: str, directory: OpenDirectory, fault: str) -> None:
    facts = as_json({"directory": directory.id, "fault": fault})
    try:
        await login.ledger.commit(Entry(EventRow(login.attempt.at, name, "", None, None, "", facts)))
    except LedgerError:
        return  # the login's own commit will meet the same, and end in it
