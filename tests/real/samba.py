"""Samba as an Active Directory domain controller, with one user for each thing it can say."""

import shutil
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from tests.real.ca import SAMBA_ADDRESSES, Ca
from tests.real.child import Child, answers_ldap, filled, run

FILES = Path(__file__).parent / "files"
LONG_AGO = 132_000_000_000_000_000  # April 2019, in 100 ns since 1601
USERS_DN = "CN=Users,DC=corp,DC=test"
NORMAL, DISABLED, NEVER_EXPIRES = 0x200, 0x202, 0x10200  # userAccountControl; the last for the password
BYPASS = "local_oid:1.3.6.1.4.1.7165.4.3.20:0"  # Samba's own: lets pwdLastSet be any time

# login: (password, userAccountControl, further attributes)
USERS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "reader": ("Re4der-Passw0rd", NEVER_EXPIRES, ()),
    "alice": ("Al1ce-Passw0rd", NORMAL, ("mail: alice@corp.test", "displayName: Alice Example")),
    "bob": ("B0b-Passw0rd", NORMAL, ()),
    "carol": ("Car0l-Passw0rd", DISABLED, ()),
    "dave": ("Dav3-Passw0rd", NORMAL, ("pwdLastSet: 0",)),
    "erin": ("Er1n-Passw0rd", NORMAL, (f"accountExpires: {LONG_AGO}",)),
    "frank": ("Fr4nk-Passw0rd", NORMAL, ()),
    "grace": ("Gr4ce-Passw0rd", NORMAL, ()),
    "heidi": ("He1di-Passw0rd", NORMAL, (f"logonHours:: {b64encode(bytes(21)).decode()}",)),
}
LATER = f"""
dn: CN=frank,{USERS_DN}
changetype: modify
replace: pwdLastSet
pwdLastSet: {LONG_AGO}

dn: CN=grace,{USERS_DN}
changetype: modify
replace: lockoutTime
lockoutTime: {LONG_AGO}

"""


@dataclass(frozen=True, slots=True)
class Samba:
    """A running domain controller. Passwords stand in `USERS`.

    alice and bob can log in; carol is disabled, dave must change his password, erin's account and
    frank's password have expired, grace is locked, heidi may log in at no hour. Three wrong passwords
    in a row lock a user for good; bob is there for that.
    """

    ldaps: str
    ldap: str  # offers StartTLS; refuses plain binds
    address: str
    ca_pem: str
    base_dn: str
    bind_dn: str
    bind_password: str
    child: Child


@contextmanager
def running_samba(folder: Path, shared: Path, ca: Ca) -> Iterator[Samba]:
    """Yield a domain controller at an address of its own; `shared` is where its data is made once.

    Its ports are fixed, so each test process takes another of the addresses 127.0.0.x.
    """
    prepared = _prepared(shared)
    with _address_of_its_own() as address:
        data = folder / "data"
        shutil.copytree(prepared, data, symlinks=True)
        config = data / "etc/smb.conf"
        config.write_text(_config(data, address, ca))
        child = Child(
            ["/usr/sbin/samba", "-F", "--no-process-group", "-s", config, "--debug-stdout", "-d1"],
            log=folder / "log",
            is_ready=lambda: answers_ldap(address, 389) and answers_tcp(address, 636),
        )
        child.start()
        try:
            yield Samba(
                f"ldaps://{address}", f"ldap://{address}", address, ca.pem, "DC=corp,DC=test",
                f"CN=reader,{USERS_DN}", USERS["reader"][0], child,
            )  # fmt: skip
        finally:
            child.stop()


def answers_tcp(address: str, port: int) -> bool:
    """Return whether somebody listens there."""
    with socket.socket() as connection:
        return connection.connect_ex((address, port)) == 0


def _prepared(shared: Path) -> Path:
    """Return the folder of a domain with all users in it, made by whichever test process comes first."""
    folder = shared / "domain"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not folder.exists():
            _provision(shared / "unfinished")
            (shared / "unfinished").rename(folder)
    return folder


def _provision(folder: Path) -> None:
    (folder / "etc").mkdir(parents=True)
    config, database = folder / "etc/smb.conf", folder / "private/sam.ldb"
    config.write_text(_config(folder, SAMBA_ADDRESSES[0], None))
    run(
        "samba-tool", "domain", "provision", f"--configfile={config}", "--realm=CORP.TEST", "--domain=CORP",
        "--server-role=dc", "--use-rfc2307", "--dns-backend=NONE", "--adminpass=Adm1n-Passw0rd",
        "--host-name=dc1", f"--host-ip={SAMBA_ADDRESSES[0]}",
    )  # fmt: skip
    # Straight into the database of the stopped server: a tenth of a second, and every state is a line.
    run("ldbmodify", "-H", database, FILES / "samba_policy.ldif")
    run("ldbadd", "-H", database, stdin="\n".join(_user(login) for login in USERS))
    run("ldbmodify", "-H", database, f"--controls={BYPASS}", stdin=LATER)


def _config(folder: Path, address: str, ca: Ca | None) -> str:
    server = ca.server if ca else None
    return filled(
        FILES / "smb.conf", folder=folder, address=address, ca=ca.file if ca else "",
        certificate=server.certificate if server else "", key=server.key if server else "",
    )  # fmt: skip


def _user(login: str) -> str:
    password, control, further = USERS[login]
    quoted = b64encode(f'"{password}"'.encode("utf-16-le")).decode()
    lines = (
        f"dn: CN={login},{USERS_DN}", "objectClass: user", f"sAMAccountName: {login}",
        f"userPrincipalName: {login}@corp.test", f"unicodePwd:: {quoted}", f"userAccountControl: {control}",
        *further,
    )  # fmt: skip
    return "\n".join(lines) + "\n"


@contextmanager
def _address_of_its_own() -> Iterator[str]:
    """Yield an address whose LDAP port is free, and which no other test process takes meanwhile."""
    for address in SAMBA_ADDRESSES:
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0secondgate-tests-samba-{address}")  # abstract: gone with the process
                with socket.create_server((address, 389)):
                    pass
            except OSError:
                continue
            yield address
            return
    raise RuntimeError("Every address for a Samba is taken.")
