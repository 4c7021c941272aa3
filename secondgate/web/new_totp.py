"""A new TOTP seed on its way into somebody's phone: kept in the session, sealed, until it is enrolled."""

from uuid import uuid4

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from secondgate.methods.provisioning_uri import new_seed
from secondgate.vault.secrets import keyring


def seed_for(request: HttpRequest, purpose: str) -> str:
    """Return this session's new seed for a purpose: the same one on every look, sealed in between."""
    kept = request.session.get(purpose)
    if kept:
        return keyring().open(bytes.fromhex(kept["sealed"]), "web_session", kept["row"], "seed").decode()
    seed, row = new_seed(), uuid4().hex
    sealed = keyring().seal(seed.encode(), "web_session", row, "seed").hex()
    request.session[purpose] = {"row": row, "sealed": sealed}
    return seed


def forget_seed(request: HttpRequest, purpose: str) -> None:
    """Forget it: it is enrolled, or will never be."""
    request.session.pop(purpose, None)


def drawn(address: str) -> SafeString:
    """Return an otpauth address as a QR code, in SVG."""
    svg = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff")  # dark themes, too
    return mark_safe(svg)  # noqa: S308  made by us, and no text of anybody's is in it
