"""Facts of an event as JSON text, for the ledger."""

import json
from typing import Any


def as_json(facts: dict[str, Any]) -> str:
    """Return compact JSON that both databases take: PostgreSQL's jsonb refuses a NUL character."""
    text = json.dumps(facts, separators=(",", ":"))
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text
