"""Examine an installation, step by step, each finding in words."""

import shutil
import sqlite3  # pysqlite3, see secondgate/settings.py
import stat
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from secondgate import __version__
from secondgate.applications.shared_secret import SAFE
from secondgate.certificates import RENEW, CertificateError
from secondgate.directories.directory import Finding, probe
from secondgate.ledger import statements
from secondgate.ledger.connect import connect, open_store
from secondgate.ledger.ledger import LedgerError
from secondgate.ledger.snapshot import Snapshot
from secondgate.ledger.store import StoreError
from secondgate.setup import control
from secondgate.vault.keyring import VaultError
from secondgate.vault.secrets import check_key

ENOUGH_SPACE: Final = 500 * 1024 * 1024  # octets; a million events take about this
START: Final = "Start it: secondgate serve."


class Fault(Exception):
    """What a check found wrong, and what to do about it."""

    def __init__(self, says: str, remedy: str = "") -> None:
        super().__init__(says)
        self.remedy = remedy


async def examine() -> list[Finding]:
    """Return what every check found; one that fails does not keep the others from being made.

    What is well and has a remedy all the same is still to be done.
    """
    findings = [await _checked(title, check) for title, check in CHECKS.items()]
    apart = [await _checked("RadSec", _radsec)] if settings.SECONDGATE.radsec_files else []
    apart.append(await _server())
    if all(finding.ok for finding in findings):
        findings += await _configuration()
    return findings + apart


async def _checked(title: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(title, ok=True, says=await check())
    except Fault as fault:
        return Finding(title, ok=False, says=str(fault), remedy=fault.remedy)


async def _configuration() -> list[Finding]:
    """Return what is found of each application and directory."""
    ledger = connect()
    try:
        snapshot = await ledger.refresh()
        findings = _applications(snapshot)
        for directory in snapshot.directories.values():
            async for finding in probe(directory.live.probe()):
                title = f"{directory.name}, {finding.title[0].lower()}{finding.title[1:]}"
                findings.append(Finding(title, finding.ok, finding.says, finding.remedy))
            await directory.live.close()
    except LedgerError as error:
        return [Finding("Configuration", ok=False, says=str(error), remedy="Bring it back from the backup.")]
    finally:
        await ledger.close()
    return findings


async def _version() -> str:
    return f"Secondgate {__version__}, SQLite {sqlite3.sqlite_version}."


async def _data_folder() -> str:
    data = settings.SECONDGATE.data
    if not data.is_dir():
        raise Fault(f"{data} is not there.", "Name the folder by --data or SECONDGATE_DATA.")
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        raise Fault(f"{data} can be entered by other users.", f"chmod 700 {data}")
    free = shutil.disk_usage(data).free
    if free < ENOUGH_SPACE:
        raise Fault(f"Only {free // 1024**2} MB are free on its disk.", "Make room, or move the data folder.")
    return f"{data}, {free // 1024**2} MB free."


async def _key() -> str:
    file = settings.SECONDGATE.key_file
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise Fault(f"{file} can be read by other users.", f"chmod 600 {file}")
    try:
        await sync_to_async(check_key)()
    except VaultError as error:
        raise Fault(str(error)) from error
    except Error as error:
        raise Fault(f"It cannot be compared with the database: {' '.join(str(error).split())}.") from error
    return f"{file} opens the vault."


async def _database() -> str:
    try:
        _write()
    except StoreError as error:
        raise Fault(str(error), "Start the database, or make its disk writable.") from error
    pending = await sync_to_async(_pending)()
    if pending:
        raise Fault(f"{pending} migrations are to come.", "Restart the server: it migrates by itself.")
    return f"{connection.vendor}, can be read and written."


def _write() -> None:
    """Write as a login would. No ledger does it, which needs the vault key: that is another check."""
    store = open_store()
    try:
        with store.writing():
            store.write(statements.BEAT, [(time.time(),)])
    finally:
        store.close()


def _pending() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


async def _radsec() -> str:
    """Look at the certificates, and until when they hold."""
    files = settings.SECONDGATE.radsec_files
    assert files is not None
    try:
        trust = files.read()
    except CertificateError as error:
        raise Fault(str(error)) from error
    if fault := trust.fault(datetime.now(UTC)):
        raise Fault(fault, RENEW)
    return " ".join(f"{span}." for span in trust.spans)


async def _server() -> Finding:
    """Return whether the server runs. Where none ever has, that is a step to come and no fault.

    A configuration is examined before the first start, too.
    """
    data = settings.SECONDGATE.data
    if not control.has_served(data):
        return Finding("Server", ok=True, says="None has answered RADIUS from this folder yet.", remedy=START)
    return await _checked("Server", _ports)


async def _ports() -> str:
    try:
        ports = await sync_to_async(control.ports)(settings.SECONDGATE.data)
    except control.ControlError as error:
        raise Fault(str(error)) from error
    if bad := [f"UDP {port} does not answer: {fault}." for port, fault in ports.items() if fault]:
        raise Fault(" ".join(bad), "Start the server again.")
    return f"It runs, and answers on {', '.join(ports)}."


CHECKS: Final[dict[str, Callable[[], Awaitable[str]]]] = {
    "Version": _version,
    "Data folder": _data_folder,
    "Vault key": _key,
    "Database": _database,
}


def _applications(snapshot: Snapshot) -> list[Finding]:
    findings = []
    for application in snapshot.applications.values():
        clients = [client for client in snapshot.clients if client.application is application]
        faults = {
            "It has no client and no certificate's name: every packet of it is unknown.": not (
                clients or application.certificate_names
            ),
            "It has no policy: everybody is refused.": not application.rules,
            f"Its secret is shorter than {SAFE} octets.": len(application.secret.octets) < SAFE,
        }
        found = [says for says, wrong in faults.items() if wrong]
        says = " ".join(found) or f"clients: {len(clients)}, policies: {len(application.rules)}."
        remedy = "Change it in the configuration file and apply it again." if found else ""
        findings.append(Finding(f"Application {application.name}", not found, says, remedy))
    return findings
