"""Passkeys and security keys (WebAuthn level 3): a browser signs our question for the site that it sees.

What is signed holds a challenge that is made of the sign-in question's State. So a signature serves that one
question, which the ledger lets be answered once; and `position` is the key's own counter, where it has one.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from secondgate.methods.answer import Answer, Plain
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.vault.setting import setting

PASSKEY: Final = "passkey"
LONGEST: Final = 16_384  # characters of what a browser hands over; an attestation has some thousand


class NoPasskeys(Exception):
    """There can be none at this address: the message says why, and what would do."""


def relying_party(base_url: str) -> str:
    """Return the name that passkeys are bound to. Raises NoPasskeys where an address can have none."""
    url = urlsplit(base_url)
    host = url.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        if url.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
            raise NoPasskeys(
                gettext_noop("Browsers give passkeys to HTTPS only. Your administrator can set that up.")
            ) from None
        return host
    raise NoPasskeys(
        gettext_noop("Browsers bind passkeys to a name, and this server is reached by an address of numbers.")
    )


def challenge_of(state: bytes) -> bytes:
    """Return what a browser signs for a question; State itself stays in the session."""
    return hashlib.sha256(b"passkey:" + state).digest()


@dataclass(frozen=True, slots=True)
class PasskeySettings:
    """A passkey. It is made in the portal; YAML can only keep it."""

    public_key: str = setting("The key's public half, as hexadecimal digits.", secret=True)
    credential: str = setting("How the key is called, in base64url.")
    site: str = setting("The name of the site that it was made for.")
    count: int = setting("The key's own counter when it was made; 0 for most.", default=0)


class Passkey:
    """A passkey, or a security key."""

    name = PASSKEY
    title = gettext_noop("Passkey")
    settings = PasskeySettings

    def store(self, settings: PasskeySettings) -> tuple[bytes, dict[str, Any], int]:
        """Return the public key, what it is called, and its counter."""
        try:
            key = bytes.fromhex(settings.public_key)
        except ValueError:
            raise ValueError("The public key is not written in hexadecimal digits.") from None
        return key, {"credential": settings.credential, "site": settings.site}, settings.count

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return the newest counter of the same key."""
        return max(position, known.position) if known.secret == secret else position

    def restore(self, secret: bytes) -> str:
        """Return the public key in hexadecimal digits."""
        return secret.hex()

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return whether the answer is this key's signature of the question that it answers."""
        if not isinstance(answer, Plain) or not answer.question:
            return None
        signed = _read(answer.text)
        if signed is None or signed.get("id") != authenticator.settings.get("credential"):
            return None
        count = _count_signed(signed, authenticator, challenge_of(answer.question))
        if count is None:
            return None
        if count == 0 and authenticator.position <= 0:  # it does not count: the question is what is used up
            return Fits(0, at_least=-1, at_most=0)
        # A counter that goes back is that of a copy (WebAuthn section 6.1.1).
        return (
            Fits(count, at_least=-1, at_most=count - 1) if count > authenticator.position else Replayed(count)
        )


def made(text: str, *, challenge: bytes, site: str) -> PasskeySettings | None:
    """Return the new key that a browser hands over as JSON, or None where it is not for us or not sound."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(text)
    origin = _origin(given, site) if given else None
    if given is None or origin is None:
        return None
    try:
        key = verify_registration_response(
            credential=given, expected_challenge=challenge, expected_rp_id=site, expected_origin=origin
        )
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        return None  # what it hands over is anybody's: the library raises many things for what is no key
    return PasskeySettings(
        public_key=key.credential_public_key.hex(),
        credential=bytes_to_base64url(key.credential_id),
        site=site,
        count=key.sign_count,
    )


def _count_signed(signed: dict[str, Any], key: Enrolled, challenge: bytes) -> int | None:
    """Return the key's counter where it signed this challenge for its site; None otherwise."""
    from webauthn import verify_authentication_response  # 180 ms to import: only for who has a passkey
    from webauthn.helpers.exceptions import WebAuthnException

    site = str(key.settings.get("site", ""))
    origin = _origin(signed, site)
    if origin is None:
        return None
    try:
        found = verify_authentication_response(
            credential=signed, expected_challenge=challenge, expected_rp_id=site, expected_origin=origin,
            credential_public_key=key.secret, credential_current_sign_count=0,  # ours is the ledger's to move
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        return None
    return int(found.new_sign_count)


def _read(text: str) -> dict[str, Any] | None:
    if not text.startswith("{") or len(text) > LONGEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _origin(given: Mapping[str, Any], site: str) -> str | None:
    """Return the origin that the browser names, if it is our site itself and safe; else None.

    The browser would let a sub-domain use the site's keys, too: somebody else may own that one.
    """
    from webauthn.helpers import base64url_to_bytes

    try:
        client = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
        origin = str(client["origin"])
        return origin if relying_party(origin) == site else None
    except (NoPasskeys, ValueError, TypeError, LookupError, RecursionError):
        return None
