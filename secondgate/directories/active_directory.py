"""Active Directory: LDAP with other attributes, and with words of its own for a refused sign-in."""

import re
from dataclasses import dataclass
from typing import Final

import bonsai

from secondgate.directories.directory import Directory, Verdict, setting
from secondgate.directories.ldap import Dialect, LdapDirectory, read_verdict
from secondgate.directories.ldap_settings import ATTRIBUTES, PEOPLE, LdapSettings

# "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v3839": the number
# is a Windows error code in hexadecimal (learn.microsoft.com, "System Error Codes", 1300 to 1999).
SUB_CODE: Final = re.compile(r"AcceptSecurityContext error, data ([0-9a-f]+)", re.IGNORECASE)

VERDICTS: Final[dict[str, Verdict]] = {
    "525": Verdict.UNKNOWN_USER,  # ERROR_NO_SUCH_USER
    "52e": Verdict.WRONG_PASSWORD,  # ERROR_LOGON_FAILURE; also for a name that nobody has
    "530": Verdict.NOT_NOW,  # ERROR_INVALID_LOGON_HOURS
    "531": Verdict.NOT_NOW,  # ERROR_INVALID_WORKSTATION; to LDAP, we are one
    "532": Verdict.PASSWORD_EXPIRED,  # ERROR_PASSWORD_EXPIRED
    "533": Verdict.DISABLED,  # ERROR_ACCOUNT_DISABLED
    "701": Verdict.ACCOUNT_EXPIRED,  # ERROR_ACCOUNT_EXPIRED
    "773": Verdict.MUST_CHANGE,  # ERROR_PASSWORD_MUST_CHANGE
    "775": Verdict.LOCKED,  # ERROR_ACCOUNT_LOCKED_OUT; with the right password, too
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveDirectorySettings(LdapSettings):
    """The same settings, filled in as Active Directory names things."""

    user_filter: str = setting(
        "Which entries are people; ? stands for the login name.",
        # Computers are of the class user, too; only people are of the category person.
        default="(&(objectCategory=person)(objectClass=user)(sAMAccountName=?))",
        label="Search filter",
        part=PEOPLE,
    )
    login_attribute: str = setting(
        "Attribute that holds the login name.", default="sAMAccountName", label="Login name", part=ATTRIBUTES
    )
    name_attribute: str = setting(
        "Attribute that holds the name to show.", default="displayName", label="Full name", part=ATTRIBUTES
    )
    id_attribute: str = setting(
        "Attribute that identifies a person for good.",
        default="objectGUID",
        label="Lasting identity",
        part=ATTRIBUTES,
    )


def read_sub_code(refused: bonsai.LDAPError) -> Verdict | None:
    """Return what a refused sign-in says of the person, as Active Directory writes it."""
    found = SUB_CODE.search(str(refused))
    return VERDICTS.get(found[1].lower()) if found else read_verdict(refused)


class ActiveDirectory:
    """Microsoft's, or Samba's."""

    name = "active-directory"
    title = "Active Directory"
    settings = ActiveDirectorySettings
    finds = True

    def open(self, name: str, settings: LdapSettings) -> Directory:
        """Return it; connects when first asked."""
        return LdapDirectory(settings, Dialect(read_sub_code, bytes.hex))
