"""Who may do what in the console: the one table. `access.may` enforces it, the page of roles shows it."""

from enum import StrEnum
from typing import Final

from secondgate.people.models import User


class Role(StrEnum):
    """What an administrator is here for, the mightiest first."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    HELPDESK = "helpdesk"
    AUDITOR = "auditor"


SAYS: Final = {
    Role.OWNER: "Everything, and who else may do what.",
    Role.ADMINISTRATOR: "Sets up applications, directories, policies and people.",
    Role.HELPDESK: "Helps people: unlocks, resets, enrols. Changes no set-up.",
    Role.AUDITOR: "Reads everything, changes nothing.",
}

_ALL: Final = frozenset(Role)
_SET_UP: Final = frozenset({Role.OWNER, Role.ADMINISTRATOR})
_HELP: Final = frozenset({Role.OWNER, Role.ADMINISTRATOR, Role.HELPDESK})
_OWNER: Final = frozenset({Role.OWNER})

# permission: (what it allows, in words; who has it)
MAY: Final[dict[str, tuple[str, frozenset[Role]]]] = {
    "overview.read": ("See the overview and the checklist", _ALL),
    "log.read": ("Read the log, and why each login ended as it did", _ALL),
    "log.export": ("Export the log", frozenset({Role.OWNER, Role.ADMINISTRATOR, Role.AUDITOR})),
    "users.read": ("See users, groups and their authenticators", _ALL),
    "users.unlock": ("Unlock users who wait after wrong tries", _HELP),
    "users.enrol": ("Give users authenticators, backup codes and bypass codes", _HELP),
    "users.reset": ("Take authenticators away, end sessions", _HELP),
    "users.invite": ("Mail people the link to set their password", _HELP),
    "users.change": ("Add, change, disable and remove users and groups", _SET_UP),
    "applications.read": ("See applications", _ALL),
    "applications.change": ("Add, change and remove applications and their secrets", _SET_UP),
    "directories.read": ("See directories", _ALL),
    "directories.change": ("Add, change, test and remove directories", _SET_UP),
    "policies.read": ("See policies, and what they mean for whom", _ALL),
    "policies.change": ("Add, change, order and remove policies", _SET_UP),
    "settings.read": ("See settings", _ALL),
    "settings.change": ("Change the organisation, mail and other settings", _SET_UP),
    "administrators.read": ("See administrators and roles", _ALL),
    "administrators.change": ("Give and take roles, end administrators' sessions", _OWNER),
}


def may(user: User, permission: str) -> bool:
    """Tell whether the table gives `user` this permission. Raises KeyError for one that it does not have."""
    return user.role in MAY[permission][1]


def may_touch(user: User, other: User) -> bool:
    """Tell whether `user` may act on `other`: on oneself, on anyone without a role, and downward.

    Otherwise the helpdesk could take an owner's second factor and put its own in its place.
    """
    ranks = list(Role)
    if not other.role or user.pk == other.pk or user.role == Role.OWNER:
        return True
    return (
        user.role in ranks
        and other.role in ranks
        and ranks.index(Role(user.role)) < ranks.index(Role(other.role))
    )
