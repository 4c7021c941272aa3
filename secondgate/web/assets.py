"""What is not a file: the sprite of icons."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from secondgate.web import icons


@require_safe
def sprite(_request: HttpRequest) -> HttpResponse:
    """Return the icons; the address carries their version, so browsers may keep them."""
    answer = HttpResponse(icons.sprite(), content_type="image/svg+xml")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
