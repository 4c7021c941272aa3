"""OpenLDAP's slapd, with the people of `files/slapd.ldif`."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.ca import Ca
from tests.real.child import Child, answers_ldap, filled, free_port, run

FILES = Path(__file__).parent / "files"
OPERATIONS = re.compile(r"dn: cn=(\w+),.*\nmonitorOpCompleted: (\d+)")
ADMIN_DN = "cn=admin,dc=example,dc=org"


@dataclass(frozen=True, slots=True)
class Slapd:
    """A running slapd. Three wrong passwords in a row lock a user for good; bob is there for that."""

    ldaps: str
    ldap: str  # offers StartTLS, and takes plain binds too
    ca_pem: str
    base_dn: str
    bind_dn: str
    bind_password: str
    people_dn: str
    child: Child

    def restart(self) -> None:
        """Stop it and start it again: every connection to it is gone."""
        self.child.stop()
        self.child.start()

    def operations(self) -> Counter[str]:
        """Return how many binds and searches it has done, by its own count."""
        said = run(
            "ldapsearch", "-x", "-LLL", "-H", self.ldap, "-b", "cn=Operations,cn=Monitor", "-s", "one",
            "(|(cn=Bind)(cn=Search))", "monitorOpCompleted",
        )  # fmt: skip
        return Counter({name: int(n) for name, n in OPERATIONS.findall(said)})

    def modify(self, ldif: str) -> None:
        """Change entries as the administrator, through the server."""
        run("ldapmodify", "-x", "-H", self.ldap, "-D", ADMIN_DN, "-w", "secret", stdin=ldif)


@contextmanager
def running_slapd(folder: Path, ca: Ca) -> Iterator[Slapd]:
    """Yield a fresh slapd with its data in `folder`."""
    config, port, tls_port = folder / "slapd.conf", free_port(), free_port()
    (folder / "db").mkdir()
    config.write_text(
        filled(
            FILES / "slapd.conf",
            folder=folder,
            ca=ca.file,
            certificate=ca.server.certificate,
            key=ca.server.key,
        )
    )
    run("/usr/sbin/slapadd", "-q", "-f", config, "-l", FILES / "slapd.ldif")
    ldap, ldaps = f"ldap://127.0.0.1:{port}", f"ldaps://127.0.0.1:{tls_port}"
    child = Child(
        ["/usr/sbin/slapd", "-d", "0", "-f", config, "-h", f"{ldap} {ldaps}"],
        log=folder / "log",
        is_ready=lambda: answers_ldap("127.0.0.1", port),
    )
    child.start()
    try:
        # Through the server, not by slapadd: only then does memberof fill in the other side.
        run("ldapadd", "-x", "-H", ldap, "-D", ADMIN_DN, "-w", "secret", "-f", FILES / "slapd_groups.ldif")
        yield Slapd(
            ldaps, ldap, ca.pem, "dc=example,dc=org", "cn=reader,dc=example,dc=org", "reader-password",
            "ou=people,dc=example,dc=org", child,
        )  # fmt: skip
    finally:
        child.stop()
