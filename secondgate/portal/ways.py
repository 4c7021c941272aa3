"""What stands for each method on a person's own page, and what they can add."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from secondgate.methods.backup_codes import codes_left
from secondgate.methods.enrolment import BACKUP_CODES
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS

ICONS: Final = {"totp": "smartphone", "hotp": "hash", "backup-codes": "ticket", "passkey": "fingerprint"}


@dataclass(frozen=True, slots=True)
class Way:
    """One authenticator, ready to be shown. `left` counts backup codes; None for anything else."""

    authenticator: Authenticator
    icon: str
    title: str
    used_at: datetime | None
    left: int | None


# what can be added: (URL name, icon, title, what it is)
ADDS: Final[tuple[tuple[str, str, Any, Any], ...]] = (
    ("add-totp", "scan-line", _("Authenticator app"), _("Google, Microsoft, Authy and others")),
    ("add-passkey", "fingerprint", _("Passkey"), _("Face, finger or a security key")),
    ("backup-codes", "ticket", _("Backup codes"), _("On paper, for the day a phone is lost")),
)  # fmt: skip


def way(one: Authenticator) -> Way:
    """Return how an authenticator is shown."""
    kind = METHODS.get(one.method)
    return Way(
        one,
        ICONS.get(one.method, "key-round"),
        gettext(kind.title) if kind else one.method,
        datetime.fromtimestamp(one.spent_at, UTC) if one.spent_at else None,
        codes_left(one.settings, one.position) if one.method == BACKUP_CODES else None,
    )


# a reason as its owner reads it; for any other, its name says it
WORDS: Final = {
    "wrong-password": gettext_noop("wrong password"),
    "wrong-code": gettext_noop("wrong code"),
    "code-used": gettext_noop("the code had been used"),
    "throttled": gettext_noop("too many wrong tries"),
    "no-authenticator": gettext_noop("no authenticator that it takes"),
    "no-policy": gettext_noop("not for you"),
}


def why(reason: str) -> str:
    """Return why a login was refused, in the words of the person whose login it was."""
    return gettext(WORDS[reason]) if reason in WORDS else reason.replace("-", " ")
