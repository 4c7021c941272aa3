"""Whose server this is: the name, colour and logo that people see."""

from typing import Any

from django.http import HttpRequest

from secondgate.web.models import Organisation


def organisation() -> Organisation:
    """Return the organisation; before it was named it is called Secondgate."""
    return Organisation.objects.defer("logo").first() or Organisation()


def shown(_request: HttpRequest) -> dict[str, Any]:
    """Give every page the organisation, read only where it is shown."""
    return {"organisation": organisation}
