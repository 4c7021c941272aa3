"""A secret that is shown once: sealed in the session from the page that made it to the one that shows it."""

from typing import Final

from secondgate.applications.models import Application
from secondgate.vault.keyring import VaultError
from secondgate.vault.secrets import keyring
from secondgate.web.visitor import Request

KEY: Final = "shown-once"
PLACE: Final = "web_session"


def show_next(request: Request, application: Application, secret: str) -> None:
    """Let the next page of this application show its new secret."""
    row = application.pk.hex
    sealed = keyring().seal(secret.encode(), PLACE, row, "secret").hex()
    request.session[KEY] = {"row": row, "sealed": sealed}


def shown_now(request: Request, application: Application) -> str | None:
    """Return the secret that this page shows, and forget it; None where there is none to show."""
    kept = request.session.get(KEY)
    if not kept or kept["row"] != application.pk.hex:
        return None
    del request.session[KEY]
    try:
        return keyring().open(bytes.fromhex(kept["sealed"]), PLACE, kept["row"], "secret").decode()
    except VaultError:
        return None
