"""Whose server this is: the name, colour and logo that people see."""

import hashlib
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from secondgate.events import names
from secondgate.events.record import record
from secondgate.web.models import Organisation

LOGO_MOST: Final = 200 * 1024  # octets: it is on every page of the portal


def organisation() -> Organisation:
    """Return the organisation; before it was named it is called Secondgate."""
    return Organisation.objects.defer("logo").first() or Organisation()


def shown(_request: HttpRequest) -> dict[str, Any]:
    """Give every page the organisation, read only where it is shown."""
    return {"organisation": SimpleLazyObject(organisation)}


@transaction.atomic
def configure(*, by: str, name: str, colour: str, logo: bytes | None) -> None:
    """Call the organisation so. `logo` None leaves the one that is there, b"" takes it away."""
    row = Organisation.objects.select_for_update().first() or Organisation()
    before = described(row)
    row.name, row.colour = name, colour
    if logo is not None:
        row.logo, row.logo_type = logo, logo_type(logo)
    after = described(row)
    if after != before:
        row.save()
        record(names.ORGANISATION_CHANGED, by=by, facts={"before": before, "after": after})


def described(row: Organisation) -> dict[str, Any]:
    """Return the organisation as events show it: its logo by a mark."""
    logo = bytes(row.logo)
    mark = hashlib.sha256(logo).hexdigest()[:12] if logo else None
    return {"name": row.name, "colour": row.colour, "logo": mark}


def logo_type(octets: bytes) -> str:
    """Return the media type of a picture by its first octets; "" for none of those that we serve."""
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if octets.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    return ""
