"""Every method there is, in the order in which people see them."""

from typing import Final

from secondgate.methods.backup_codes import BackupCodes
from secondgate.methods.bypass_code import BypassCode
from secondgate.methods.hotp import Hotp
from secondgate.methods.method import Method, StandsIn
from secondgate.methods.totp import Totp

METHODS: Final[dict[str, Method]] = {
    method.name: method for method in (Totp(), Hotp(), BackupCodes(), BypassCode())
}
# Those that are taken in place of any other.
STAND_INS: Final = {name: method for name, method in METHODS.items() if isinstance(method, StandsIn)}
