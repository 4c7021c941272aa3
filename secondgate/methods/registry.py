"""Every method there is, in the order in which people see them."""

from typing import Final

from django.utils.translation import gettext_noop

from secondgate.methods.backup_codes import BackupCodes
from secondgate.methods.bypass_code import BypassCode
from secondgate.methods.hotp import Hotp
from secondgate.methods.method import Method, StandsIn
from secondgate.methods.passkey import PASSKEY, Passkey
from secondgate.methods.totp import Totp

METHODS: Final[dict[str, Method]] = {
    method.name: method for method in (Totp(), Passkey(), Hotp(), BackupCodes(), BypassCode())
}
# Those that are taken in place of any other.
STAND_INS: Final = {name: method for name, method in METHODS.items() if isinstance(method, StandsIn)}
# Those that only a browser can show: no policy of a RADIUS application may name them. A person who has one
# asks for its question by its name.
IN_BROWSER: Final = frozenset({PASSKEY})
# Those that nobody enrols here: a server of the company's checks them (directories of the kind `radius`).
RADIUS: Final = "radius"
SERVED: Final = {RADIUS: gettext_noop("Code of a RADIUS server")}

TITLES: Final[dict[str, str]] = {**{name: method.title for name, method in METHODS.items()}, **SERVED}
# What a policy of a RADIUS application may name, in the order in which people see it.
NAMEABLE: Final = tuple(name for name in TITLES if name not in IN_BROWSER)
