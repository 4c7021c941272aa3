"""The process log: JSON lines, without what was in variables, and without addresses that open doors."""

import logging
import warnings
from typing import Any

import structlog

from secondgate.web.visitor import place_of

log = structlog.get_logger()


def begin() -> None:
    """Write the process log as JSON lines; a traceback shows lines of code, never what was in variables."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    logging.basicConfig(handlers=[_ToStructlog()], level=logging.WARNING, force=True)
    for name in ("django.request", "django.security.csrf"):  # a refused form is no fault of ours
        logging.getLogger(name).setLevel(logging.ERROR)
    # Whitenoise hands Django a whole small file; that it does so at once is said for each of them.
    warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")


class _ToStructlog(logging.Handler):
    """What libraries log goes the same way; the lines of a traceback, never what was in variables."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; of a page, which one it is, for the address itself may open a door."""
        event = "internal-error" if record.exc_info else "library"
        request: Any = getattr(record, "request", None)
        says = record.getMessage()
        if hasattr(request, "resolver_match"):  # Django logs some things of other objects, too
            says = says.replace(request.path, place_of(request))
        log.log(record.levelno, event, logger=record.name, says=says, exc_info=record.exc_info)
