"""Facts of an event as JSON text, for the ledger."""

import json
from typing import Any, Final

# One encoder for all: dumps would make one a call. Facts are plain values, of which none holds itself.
_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def as_json(facts: dict[str, Any]) -> str:
    """Return compact JSON that both databases take: PostgreSQL's jsonb refuses a NUL character."""
    text = _encode(facts)
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text
