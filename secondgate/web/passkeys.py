"""What a browser is asked for a passkey: to make one, or to sign a sign-in question with one."""

import json
from base64 import urlsafe_b64encode
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from secondgate.methods.models import Authenticator
from secondgate.methods.passkey import PASSKEY, NoPasskeys, challenge_of, relying_party
from secondgate.people.models import User
from secondgate.web.branding import organisation

# EdDSA, ES256, RS256: what every browser and key has one of (IANA's COSE algorithms).
ALGORITHMS: Final = (-8, -7, -257)
WITHIN: Final = 60_000  # milliseconds for finger or face; the question lives for two minutes


def site_of(request: HttpRequest) -> str:
    """Return the name that passkeys are bound to. Raises NoPasskeys, in the reader's language."""
    base_url = settings.SECONDGATE.base_url
    try:
        site = relying_party(base_url)
    except NoPasskeys as why:
        raise NoPasskeys(_(str(why))) from None
    if request.get_host().rpartition(":")[0].strip("[]") != site and request.get_host() != site:
        raise NoPasskeys(
            _("Passkeys work at {address} only: open the portal there.").format(address=base_url)
        )
    return site


def to_make(user: User, challenge: bytes, site: str) -> str:
    """Return, as JSON, what the browser makes a passkey for `user` from."""
    options = {
        "rp": {"id": site, "name": organisation().name},
        "user": {"id": _text(user.pk.bytes), "name": user.login, "displayName": user.name or user.login},
        "challenge": _text(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
        "timeout": WITHIN,
        "excludeCredentials": _known(user.pk),
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }
    return json.dumps(options)


def to_sign(user: UUID, state: bytes, site: str) -> str:
    """Return, as JSON, what the browser signs with a passkey of `user`; "" where they have none."""
    known = _known(user)
    options = {
        "challenge": _text(challenge_of(state)),
        "rpId": site,
        "timeout": WITHIN,
        "allowCredentials": known,
        "userVerification": "preferred",
    }
    return json.dumps(options) if known else ""


def _known(user: UUID) -> list[dict[str, str]]:
    held = Authenticator.objects.filter(user_id=user, method=PASSKEY).values_list("settings", flat=True)
    return [{"type": "public-key", "id": settings["credential"]} for settings in held]


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")
