"""In which language a page speaks: as chosen, else as the browser asks. The console speaks English."""

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class Language(LocaleMiddleware):
    """Middleware: the portal is for everyone, and translated; the console is for administrators."""

    def process_request(self, request: HttpRequest) -> None:
        """Speak English in the console, and let Django choose elsewhere."""
        if request.path_info.startswith("/console/"):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
            return
        super().process_request(request)
