"""The built-in directory: people and passwords in our own database."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from secondgate.directories.directory import Account, Checked, Directory, DirectoryError, Found, Step, Verdict
from secondgate.people.passwords import fits

# Each check takes a core for 23 ms: more threads than cores only lengthen every wait, and 64 waiting
# are a second and a half, after which the client asks again anyhow.
THREADS = 2
WAITING = 64


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """The built-in directory has nothing to set."""


class LocalDirectory:
    """Checks argon2id hashes in a bounded pool, off the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._waiting = 0

    async def find(self, login: str) -> Found | None:
        """Return None: whoever lives here has been found already, in our own tables."""
        return None

    async def check_password(self, account: Account, password: str) -> Checked:
        """Return whether the password fits. Raises DirectoryError when too many are waiting."""
        if self._waiting >= WAITING:
            raise DirectoryError("Too many passwords are being checked at once.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            right = await loop.run_in_executor(self._pool, fits, password, account.password_hash)
        finally:
            self._waiting -= 1
        return Checked(Verdict.FITS if right else Verdict.WRONG_PASSWORD)

    def probe(self) -> Mapping[str, Step]:
        """Return no steps: there is nothing to reach."""
        return {}

    async def close(self) -> None:
        """Let the pool's threads go; a check under way ends by itself."""
        self._pool.shutdown(wait=False)


class Local:
    """The built-in directory."""

    name = "local"
    title = "Built-in directory"
    settings = LocalSettings
    finds = False

    def open(self, name: str, settings: LocalSettings) -> Directory:
        """Return it, with a pool of its own."""
        return LocalDirectory()
