"""Compile the catalogues of translations when the package is built or installed: .po in, .mo beside it.

The standard library reads .mo files but does not write them, and gettext's msgfmt is not on every machine.
"""

import ast
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # the tests compile, too, and need no builder for it
    BuildHookInterface = object  # type: ignore[assignment,misc]

ENTRY = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s+(".*")$')


class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
    """Hatch's hook: runs before the wheel, and before an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile them all."""
        compile_all(Path(self.root))


def compile_all(root: Path) -> None:
    """Write each catalogue of the tree again that is older than its source."""
    for source in root.glob("secondgate/locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            written = target.with_suffix(f".{os.getpid()}")  # of two at once, each puts a whole one in place
            written.write_bytes(compiled(dict(messages(source.read_text()))))
            written.replace(target)


def messages(text: str) -> Iterator[tuple[str, str]]:
    """Yield the messages of a .po file and their translations; fuzzy and empty ones are left out."""
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts: dict[str, str] = {}
        at = ""
        for line in lines:
            if found := ENTRY.match(line):
                at = found[1]
                parts[at] = ast.literal_eval(found[2])
            elif line.startswith('"') and at:
                parts[at] += ast.literal_eval(line)
        if parts.get("msgstr"):
            context = f"{parts['msgctxt']}\x04" if "msgctxt" in parts else ""
            yield context + parts["msgid"], parts["msgstr"]


def compiled(catalogue: dict[str, str]) -> bytes:
    """Return a .mo file (GNU gettext manual, "The Format of GNU MO Files")."""
    pairs = sorted((key.encode(), value.encode()) for key, value in catalogue.items())
    count = len(pairs)
    at = 28 + 16 * count  # behind the head and the two tables
    tables: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), at + len(texts)))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, at)
    return head + b"".join(tables) + texts
