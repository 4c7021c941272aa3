"""Facts of an event as JSON text, for the ledger."""

import json
from typing import Any, Final

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode  # dumps would make an encoder a call


def as_json(facts: dict[str, Any]) -> str:
    """Return compact JSON that both databases take: PostgreSQL's jsonb refuses a NUL character."""
    text = _encode(facts)
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text
