"""Where people live: the same logins are tested over each kind of directory."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from tests.real.samba import USERS, Samba
from tests.real.slapd import Slapd


@dataclass(frozen=True, slots=True)
class Home:
    """A directory in YAML, and one person in it with the password that it knows."""

    yaml: str
    name: str
    login: str
    password: str
    other_form: str  # another way to type the same name
    is_built_in: bool = False

    def configuration(self, seed: str, applications: str, policies: str) -> str:
        """Return a whole configuration in which the person has a TOTP authenticator."""
        password = f'password: "{self.password}", ' if self.is_built_in else ""
        return (
            f"{self.yaml}\n"
            "users:\n"
            f"  - {{login: {self.login}, {password}directory: {self.name}, "
            f"authenticators: [{{method: totp, secret: {seed}}}]}}\n"
            f"applications:\n{indent(applications, '  ')}\n"
            f"policies:\n{indent(policies, '  ')}\n"
        )


BUILT_IN = Home("", "Built-in", "ann", "ann's Passw0rd, long", "ANN", is_built_in=True)


def slapd_home(slapd: Slapd, folder: Path) -> Home:
    """Return the home in slapd, over LDAPS."""
    (folder / "ca.pem").write_text(slapd.ca_pem)
    yaml = f"""directories:
  - name: Company LDAP
    kind: ldap
    servers: ["{slapd.ldaps}"]
    ca_file: ca.pem
    bind_dn: "{slapd.bind_dn}"
    bind_password: {slapd.bind_password}
    base_dn: "{slapd.base_dn}"
    realms: [example.org]"""
    return Home(yaml, "Company LDAP", "alice", "Al1ce-Passw0rd", "alice@example.org")


def samba_home(samba: Samba, folder: Path) -> Home:
    """Return the home in Active Directory, over StartTLS."""
    (folder / "ca.pem").write_text(samba.ca_pem)
    yaml = f"""directories:
  - name: Corp AD
    kind: active-directory
    servers: ["{samba.ldap}"]
    ca_file: ca.pem
    bind_dn: "{samba.bind_dn}"
    bind_password: {samba.bind_password}
    base_dn: "{samba.base_dn}"
    realms: [CORP, corp.test]"""
    return Home(yaml, "Corp AD", "alice", USERS["alice"][0], "CORP\\Alice")
