"""The codes of the RFCs: read from tests/vectors/methods."""

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent.parent / "vectors" / "methods"


def vectors(name: str) -> Any:
    """Return what stands in one file."""
    return json.loads((FOLDER / f"{name}.json").read_text())
