"""Every method there is, in the order in which people see them."""

from typing import Final

from secondgate.methods.backup_codes import BackupCodes
from secondgate.methods.hotp import Hotp
from secondgate.methods.method import Method
from secondgate.methods.totp import Totp

METHODS: Final[dict[str, Method]] = {method.name: method for method in (Totp(), Hotp(), BackupCodes())}
