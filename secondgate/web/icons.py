"""The sprite of icons: our own mark, and those of the package `lucide` (ISC licence) that we use."""

import hashlib
import io
import re
import zipfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

# Ours is the design's word; Lucide's own stands behind "=" where it differs.
_NAMES: Final = """
activity app-window arrow-down arrow-left arrow-right arrow-up ban bell book-open building-2 calculator
calendar-clock check chevron-down chevron-right chevrons-up-down circle circle-alert circle-check
circle-dashed circle-help=circle-question-mark circle-x clock cloud command copy database download ellipsis
ellipsis-vertical external-link eye eye-off file-text filter=funnel fingerprint=fingerprint-pattern
flask-conical folder-tree gauge globe grid-3x3 grip-vertical hard-drive hash history id-card info key-round
keyboard laptop layers layout-dashboard life-buoy link list-checks loader-circle lock lock-open log-in
log-out mail map-pin menu message-square monitor moon network pause pencil phone play plug plus qr-code
radio refresh-cw rotate-ccw scan-line search send server settings shield shield-check signal smartphone split
sun terminal ticket trash-2 triangle-alert undo-2 upload usb user user-check user-plus user-x users wifi
wifi-off x zap
"""
NAMES: Final = tuple(_NAMES.split())


@cache
def sprite() -> bytes:
    """Return the sprite, one symbol an icon. Raises KeyError for a name that the package does not have."""
    archive = zipfile.ZipFile(io.BytesIO((files("lucide") / "lucide.zip").read_bytes()))
    drawn = {Path(name).stem: name for name in archive.namelist() if name.endswith(".svg")}
    marks = (files("secondgate.web") / "static/secondgate/marks.svg").read_text()
    symbols = re.findall(r"<symbol.*?</symbol>", marks, re.DOTALL)
    for entry in NAMES:
        name, _, source = entry.partition("=")
        svg = archive.read(drawn[source or name]).decode()
        body = re.sub(r"\s*\n\s*", "", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    text = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{text}\n</svg>\n'.encode()


@cache
def version() -> str:
    """Return what changes when the sprite does: browsers keep it for a year."""
    return hashlib.sha256(sprite()).hexdigest()[:12]
