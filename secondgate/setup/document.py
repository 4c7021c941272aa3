"""A configuration file: its values, and the line that each of them stands on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Path_ = tuple[str | int, ...]  # where in the document: ("users", 0, "login")


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


def read(file: Path, environment: Mapping[str, str] = os.environ) -> Document:
    """Return the document in `file`. Raises InputError."""
    document = Document(file)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as cause:
        raise InputError(f"{file} cannot be read: {cause.strerror}.") from cause
    except UnicodeDecodeError as cause:
        raise InputError(f"{file} is not UTF-8 text (octet {cause.start}).") from cause
    try:
        tree = YAML(typ="rt").load(text)
    except DuplicateKeyError as cause:
        line = cause.problem_mark.line + 1
        said = str(cause.problem).splitlines()[0].replace('"', "“", 1)
        raise InputError(f"{file.name} line {line}: a key stands twice: {said}.") from cause
    except MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file.name} line {line}: this is not YAML: {cause.problem}.") from cause
    except YAMLError as cause:
        raise InputError(f"{file.name}: this is not YAML: {cause}.") from cause
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
        return {str(key): _plain(document, node[key], (*path, str(key)), environment) for key in node}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            document.lines[*path, index] = node.lc.item(index)[0] + 1
        return [_plain(document, value, (*path, index), environment) for index, value in enumerate(node)]
    if isinstance(node, bool) or node is None:
        return node
    for plain in (str, int, float):
        if isinstance(node, plain):
            return plain(node)
    return str(node)


def _from_environment(document: Document, path: Path_, name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise document.error(path, f"the environment variable {name} is not set.")
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
