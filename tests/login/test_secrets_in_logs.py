"""What people type, and what opens directories, is in no `repr`: a log or a traceback may print one."""

from secondgate.directories.directory import Account
from secondgate.directories.ldap_settings import LdapSettings
from secondgate.ledger.snapshot import EMPTY
from secondgate.login.attempt import Attempt
from secondgate.login.typed import Typed
from secondgate.methods.totp import TotpSettings

HIDDEN = "hunter2-hunter2"


def test_nothing_typed_and_nothing_secret_has_a_repr() -> None:
    attempt = Attempt(EMPTY, None, "10.0.0.1", "ann", HIDDEN, "digest", 0.0)  # type: ignore[arg-type]
    ldap = LdapSettings(servers=["ldaps://dc"], base_dn="dc=x", bind_dn="cn=reader", bind_password=HIDDEN)
    shown = [attempt, Typed(HIDDEN, HIDDEN), Account("ann", HIDDEN), ldap, TotpSettings(HIDDEN)]
    assert HIDDEN not in repr(shown)
