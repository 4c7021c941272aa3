"""A configuration file: its values, and the line that each of them stands on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

Path_ = tuple[str | int, ...]  # where in the document: ("users", 0, "login")

_HALF: Final = re.compile("[\ud800-\udfff]")  # what is left of a surrogate pair without its other half
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # a certificate has ends of lines
_NO_CHARACTER: Final = re.compile(r"\\U(?!00(?:0[0-9a-f]|10))[0-9a-f]{8}", re.IGNORECASE)  # above U+10FFFF


class InputError(Exception):
    """Something in a file cannot be: one sentence that says where, what, and what is allowed."""


@dataclass(slots=True)
class Document:
    """The values of a file as plain dicts, lists and scalars; `{env: …}` and `{file: …}` are resolved."""

    file: Path
    values: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)

    def error(self, path: Path_, message: str) -> InputError:
        """Return the error to raise about the value at `path`."""
        while path and path not in self.lines:
            path = path[:-1]
        return InputError(f"{self.file.name} line {self.lines.get(path, 1)}: {message}")


class _Constructor(RoundTripConstructor):
    """Says where a value stands that is not what it looks like, as the 31st of February."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as cause:
            raise ConstructorError(None, None, str(cause), node.start_mark) from cause


def read(file: Path, environment: Mapping[str, str] = os.environ) -> Document:
    """Return the document in `file`. Raises InputError."""
    document = Document(file)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as cause:
        raise InputError(f"{file} cannot be read: {cause.strerror}.") from cause
    except UnicodeDecodeError as cause:
        line = cause.object.count(b"\n", 0, cause.start) + 1
        raise InputError(
            f"{file.name} line {line}: this is not UTF-8 text. Save the file as UTF-8."
        ) from cause
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        tree = yaml.load(text)
    except DuplicateKeyError as cause:
        line = cause.problem_mark.line + 1
        said = str(cause.problem).splitlines()[0].replace('"', "“", 1)
        raise InputError(f"{file.name} line {line}: a key stands twice: {said}.") from cause
    except MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file.name} line {line}: this is not YAML: {cause.problem}.") from cause
    except ReaderError as cause:
        line = text.count("\n", 0, cause.position) + 1
        raise InputError(
            f"{file.name} line {line}: the sign {_code(cause.character)} cannot stand in YAML: take it out. "
            "Most editors do not show it."
        ) from cause
    except YAMLError as cause:
        raise InputError(f"{file.name}: this is not YAML: {cause}.") from cause
    except (ValueError, OverflowError) as cause:  # of the scanner, which forgets where it was
        escape = _NO_CHARACTER.search(text)
        line = text.count("\n", 0, escape.start() if escape else 0) + 1
        said = escape[0] if escape else str(cause)
        raise InputError(f"{file.name} line {line}: there is no such character: {said}.") from cause
    document.lines[()] = 1
    document.values = _plain(document, tree, (), environment)
    return document


def _plain(document: Document, node: Any, path: Path_, environment: Mapping[str, str]) -> Any:
    if isinstance(node, CommentedMap):
        for key in node:
            # A key that came by a merge (`<<: *other`) stands elsewhere: the entry's own line will do.
            own = (node.lc.data or {}).get(key)
            document.lines[*path, str(key)] = own[0] + 1 if own else document.lines.get(path, 1)
        if len(node) == 1 and next(iter(node)) in REFERENCES:
            ((kind, name),) = node.items()
            return REFERENCES[kind](document, path, str(name), environment)
        return {
            _text(document, (*path, str(key)), str(key)): _plain(
                document, node[key], (*path, str(key)), environment
            )
            for key in node
        }
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            document.lines[*path, index] = node.lc.item(index)[0] + 1
        return [_plain(document, value, (*path, index), environment) for index, value in enumerate(node)]
    if isinstance(node, bool) or node is None:
        return node
    for plain in (int, float):
        if isinstance(node, plain):
            return plain(node)
    return _text(document, path, str(node))


def _text(document: Document, path: Path_, text: str) -> str:
    """Return a text that every database takes; pairs of surrogates, as JSON writes them, are put together."""
    if text.isprintable():
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if half := _HALF.search(text):
        code = f"\\u{ord(half[0]):04x}"
        raise document.error(
            path, f"{code} is half of a character: write the character itself, or both halves."
        )
    if control := _CONTROL.search(text):
        raise document.error(
            path, f"there are control signs in the text ({_code(control[0])}): take them out."
        )
    return text


def _code(sign: str | int) -> str:
    return f"U+{sign if isinstance(sign, int) else ord(sign):04X}"


def _from_environment(document: Document, path: Path_, name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise document.error(path, f"the environment variable {name} is not set.")
    if _HALF.search(environment[name]):  # how Python keeps octets that are no text
        raise document.error(path, f"the environment variable {name} is not UTF-8 text.")
    return environment[name]


def _from_file(document: Document, path: Path_, name: str, _environment: Mapping[str, str]) -> str:
    return read_beside(document, path, name).rstrip("\n")


def read_beside(document: Document, path: Path_, name: str) -> str:
    """Return the text of a file that the document names, relative to the document's own folder."""
    file = document.file.parent / name
    try:
        return file.read_text(encoding="utf-8")
    except OSError as cause:
        raise document.error(path, f"the file {file} cannot be read: {cause.strerror}.") from cause
    except ValueError as cause:  # not UTF-8, or a name that no file can have
        raise document.error(path, f"the file {str(file)!r} is not UTF-8 text.") from cause


REFERENCES = {"env": _from_environment, "file": _from_file}
