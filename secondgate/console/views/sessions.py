"""Sessions: what applications tell of by RADIUS accounting."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secondgate.console.access import may
from secondgate.console.forms.find_sessions import FindSessionsForm
from secondgate.console.sessions import find, rows_of
from secondgate.ledger.sessions import KEPT
from secondgate.people.models import User
from secondgate.setup import own_address
from secondgate.web.paging import page
from secondgate.web.visitor import Request

FILTERS: Final = ("q", "user", "application", "state")


@may("users.read")
@require_safe
def sessions(request: Request) -> HttpResponse:
    """List the sessions that fit, the newest first."""
    form = FindSessionsForm(request.GET)
    wanted = form.wanted()
    found = page(request, find(wanted), key="pk", down=True)
    given = {name: str(request.GET[name]) for name in FILTERS if request.GET.get(name)}
    one = form.cleaned_data.get("user")
    context = {
        "form": form,
        "page": found,
        "rows": rows_of(found.rows),
        "tabs": [
            ("All", _address(given, "state"), not wanted.only_open),
            ("Open", urlencode({**given, "state": "open"}), wanted.only_open),
        ],
        "of": User.objects.filter(pk=one).first() if one else None,
        "of_all": _address(given, "user"),
        "is_narrowed": bool(given),
        "days": KEPT // 86_400,
        "port": own_address.accounting_port(settings.SECONDGATE),
    }
    return render(request, "console/sessions.html", context)


def _address(given: dict[str, str], without: str) -> str:
    return urlencode({name: text for name, text in given.items() if name != without})
