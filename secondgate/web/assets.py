"""What is not a file: the sprite of icons, the organisation's colour and logo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from secondgate.web import colours, icons
from secondgate.web.branding import organisation
from secondgate.web.models import Organisation


@require_safe
def sprite(_request: HttpRequest) -> HttpResponse:
    """Return the icons; the address carries their version, so browsers may keep them."""
    answer = HttpResponse(icons.sprite(), content_type="image/svg+xml")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@require_safe
def brand(_request: HttpRequest) -> HttpResponse:
    """Return the organisation's colour as a style sheet: pages carry no style of their own."""
    colour = organisation().colour
    answer = HttpResponse(colours.style_sheet(colour) if colour else "", content_type="text/css")
    answer["Cache-Control"] = "public, max-age=3600"  # the address carries the colour
    return answer


@require_safe
def logo(_request: HttpRequest) -> HttpResponse:
    """Return the organisation's logo, as the kind of picture that its octets are, and as nothing else."""
    row = Organisation.objects.first()
    if row is None or not row.logo_type:
        raise Http404
    answer = HttpResponse(bytes(row.logo), content_type=row.logo_type)
    answer["Cache-Control"] = "public, max-age=300"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
