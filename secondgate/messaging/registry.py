"""Every kind of provider there is."""

from typing import Final

from secondgate.messaging.provider import Kind
from secondgate.messaging.smtp import Smtp

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in (Smtp(),)}
