"""The settings of an LDAP directory: where the servers are, and how people are found there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from secondgate.directories.directory import ATTRIBUTE_NAME, setting
from secondgate.directories.tunnel import read_server, trust
from secondgate.vault.setting import Part, SettingError

CONNECTION: Final = Part("Connection", "Where it is.", "Test connection", "Check the certificate")
ACCOUNT: Final = Part("Service account", "Who asks.", "Test bind", "Sign in as the service account")
PEOPLE: Final = Part("People", "Who is found.", "Test search")
ATTRIBUTES: Final = Part("Attributes", "What is taken over.", previews=True)

FURTHER_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapSettings:
    """Where the servers are, and how people are found there."""

    servers: list[str] = setting(
        "Servers in order, each ldaps://HOST or ldap://HOST, with :PORT if need be.",
        label="Servers",
        part=CONNECTION,
        leads=True,
    )
    starttls: bool = setting(
        "Start TLS on ldap:// servers. Off: unencrypted, fit only for a server on this machine.",
        default=True,
        label="Start TLS",
        part=CONNECTION,
        leads=True,
    )
    ca_file: str = setting(
        "Certificates that vouch for the servers, in PEM form. Empty: those of the system.",
        default="",
        file=True,
        label="Certificate of your authority",
        part=CONNECTION,
        leads=True,
    )
    timeout: float = setting(
        "Seconds for a whole call, 0.5 to 30.", default=5.0, label="Time for a call", part=CONNECTION
    )
    bind_dn: str = setting(
        "Distinguished name of the service account. Empty: nobody.",
        default="",
        label="Account",
        part=ACCOUNT,
    )
    bind_password: str = setting(
        "Password of the service account.", default="", secret=True, label="Its password", part=ACCOUNT
    )
    base_dn: str = setting("Where to search for people.", label="Search base", part=PEOPLE, browse=True)
    user_filter: str = setting(
        "Which entries are people; ? stands for the login name.",
        default="(&(objectClass=person)(uid=?))",
        label="Search filter",
        part=PEOPLE,
    )
    login_attribute: str = setting(
        "Attribute that holds the login name.", default="uid", label="Login name", part=ATTRIBUTES
    )
    name_attribute: str = setting(
        "Attribute that holds the name to show.", default="cn", label="Full name", part=ATTRIBUTES
    )
    email_attribute: str = setting(
        "Attribute that holds the e-mail address.", default="mail", label="Email", part=ATTRIBUTES
    )
    id_attribute: str = setting(
        "Attribute that identifies a person for good.",
        default="entryUUID",
        label="Lasting identity",
        part=ATTRIBUTES,
    )
    further_attributes: list[str] = setting(
        "Attributes that reply attributes may carry, like department: there they are {directory.department}.",
        default=[],
        label="Further attributes",
        part=ATTRIBUTES,
    )

    def __post_init__(self) -> None:
        if not self.servers:
            raise SettingError("servers", "servers must name one server at least.")
        with _said_at("servers"):
            for url in self.servers:
                read_server(url, starttls=self.starttls)
        with _said_at("ca_file"):
            trust(self.ca_file)
        if bool(self.bind_dn) != bool(self.bind_password):
            where = "bind_password" if self.bind_dn else "bind_dn"
            raise SettingError(where, "bind_dn and bind_password belong together: give both, or neither.")
        if "?" not in self.user_filter:
            raise SettingError("user_filter", "user_filter must hold a ?, where the login name goes.")
        if not _is_balanced(self.user_filter):
            says = "user_filter must stand in parentheses, and each that is opened must be closed."
            raise SettingError("user_filter", says)
        self._check_further_attributes()
        if not 0.5 <= self.timeout <= 30:
            raise SettingError("timeout", f"timeout is {self.timeout}; it must be 0.5 to 30 seconds.")

    def _check_further_attributes(self) -> None:
        seen: set[str] = set()
        for name in self.further_attributes:
            if not ATTRIBUTE_NAME.fullmatch(name):
                says = f"further_attributes has “{name}”: an attribute's name is letters, digits and hyphens."
                raise SettingError("further_attributes", says)
            if name.lower() in seen:
                raise SettingError("further_attributes", f"further_attributes has “{name}” twice.")
            seen.add(name.lower())
        if len(seen) > FURTHER_MOST:
            says = f"further_attributes has {len(seen)}; {FURTHER_MOST} are the most."
            raise SettingError("further_attributes", says)


@contextmanager
def _said_at(field: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise SettingError(field, str(error)) from error


def _is_balanced(filter_: str) -> bool:
    """Return whether a filter is one pair of parentheses with balanced ones inside."""
    depth = 0
    for position, character in enumerate(filter_):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 1 and position < len(filter_) - 1:
            return False
    return depth == 0 and filter_.endswith(")")
