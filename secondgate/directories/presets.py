"""How well-known directories name things: what a form may be filled with. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Preset:
    """Values for some settings of a kind. `says` is what to know of this product."""

    name: str
    title: str
    kind: str
    settings: Mapping[str, Any]
    says: str = ""


AD: Final = {
    "login_attribute": "sAMAccountName", "name_attribute": "displayName",
    "email_attribute": "mail", "id_attribute": "objectGUID",
}  # fmt: skip
PRESETS: Final[dict[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset(
            "ad-short-name",
            "Active Directory, by short name",
            "active-directory",
            {
                "user_filter": "(&(objectCategory=person)(objectClass=user)(sAMAccountName=?))",
                **AD,
            },
            "People type ann. Right for Amazon WorkSpaces, which sends the short name.",
        ),
        Preset(
            "ad-short-name-or-address",
            "Active Directory, by short name or address",
            "active-directory",
            {
                "user_filter": "(&(objectCategory=person)(objectClass=user)"
                "(|(sAMAccountName=?)(userPrincipalName=?)))",
                **AD,
            },
            "People type ann, or ann@corp.example.com as a user principal name.",
        ),
        Preset(
            "ad-enabled",
            "Active Directory, enabled accounts only",
            "active-directory",
            {
                # The bit ACCOUNTDISABLE, by the rule LDAP_MATCHING_RULE_BIT_AND ([MS-ADTS] 3.1.1.3.4.4.1).
                "user_filter": "(&(objectCategory=person)(objectClass=user)(sAMAccountName=?)"
                "(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
                **AD,
            },
            "A disabled account is nobody then, in the log as well.",
        ),
        Preset(
            "openldap",
            "OpenLDAP",
            "ldap",
            {
                "user_filter": "(&(objectClass=inetOrgPerson)(uid=?))", "login_attribute": "uid",
                "name_attribute": "cn", "email_attribute": "mail", "id_attribute": "entryUUID",
            },
        ),
        Preset(
            "freeipa",
            "FreeIPA",
            "ldap",
            {
                "user_filter": "(&(objectClass=posixAccount)(uid=?))", "login_attribute": "uid",
                "name_attribute": "displayName", "email_attribute": "mail", "id_attribute": "ipaUniqueID",
            },
            "The search base is cn=users,cn=accounts and your domain. ipaUniqueID can be read by signed-in "
            "accounts only.",
        ),
        Preset(
            "389-ds",
            "389 Directory Server",
            "ldap",
            {
                "user_filter": "(&(objectClass=inetOrgPerson)(uid=?))", "login_attribute": "uid",
                "name_attribute": "cn", "email_attribute": "mail", "id_attribute": "nsUniqueId",
            },
            "Red Hat Directory Server, too.",
        ),
        Preset(
            "google",
            "Google Secure LDAP",
            "ldap",
            {
                "servers": ["ldap://127.0.0.1:1389"],
                "starttls": False,
                "user_filter": "(&(objectClass=person)(uid=?))", "login_attribute": "uid",
                "name_attribute": "displayName", "email_attribute": "mail", "id_attribute": "entryUUID",
            },
            "Google wants a client certificate. Let stunnel on this machine hold it and pass port 1389 on to "
            "ldap.google.com:636.",
        ),
    )
}  # fmt: skip


def presets_of(kind: str) -> list[Preset]:
    """Return what a form of this kind may be filled with."""
    return [preset for preset in PRESETS.values() if preset.kind == kind]
