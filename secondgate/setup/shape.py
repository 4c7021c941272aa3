"""What a configuration file may say: keys, types, kinds. Names are looked up later, in `apply`.

The keys of a directory's or an authenticator's kind are read off the kind's own settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from ipaddress import ip_network
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)

from secondgate.applications.certificate_names import read as read_certificate_name
from secondgate.applications.kinds import KINDS as APPLICATION_KINDS
from secondgate.applications.kinds import LIMIT_PROXY_STATE, MESSAGE_AUTHENTICATOR
from secondgate.directories.registry import KINDS as DIRECTORY_KINDS
from secondgate.methods.registry import IN_BROWSER, METHODS, NAMEABLE, SERVED
from secondgate.people.login_names import has_controls, normalise
from secondgate.policies.grants import read as read_grant
from secondgate.policies.resolve import LoginMethod
from secondgate.setup.document import Document, InputError, Path_, read_beside
from secondgate.vault.setting import default_of, is_required


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Kept(_Strict):
    """A secret that stays as it is: what `export` writes in its place."""

    kept: str


def _network(value: Any) -> str:
    try:
        return str(ip_network(str(value)))
    except ValueError as cause:
        try:
            said = f"; did you mean {ip_network(str(value), strict=False)}?"
        except ValueError:
            said = ", like 10.0.1.10, 10.0.1.0/24 or fd00::/64."
        raise ValueError(f"“{value}” is no address or network{said}") from cause


def _grant(value: str) -> str:
    grant = read_grant(value)
    return f"{grant.name}={grant.value}"


def _method(value: str) -> str:
    if value not in METHODS and value not in SERVED:
        raise ValueError(f"there is no method “{value}”.{_known(value, NAMEABLE)}")
    if value in IN_BROWSER:
        raise ValueError(f"“{value}” needs a browser: it serves in portal and console, not over RADIUS.")
    return value


def _plain(value: str) -> str:
    if has_controls(value):
        raise ValueError("it has control signs in it.")
    return value


def _login(value: str) -> str:
    if value != value.strip():
        raise ValueError(f"“{value}” begins or ends with a blank: write `login: {value.strip()}`.")
    return value


BUILT_IN: Final = "Built-in"  # the directory that the migrations make

Name = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]
ShortName = Annotated[Name, Field(max_length=100)]
Network = Annotated[str, BeforeValidator(_network)]
Secret = Annotated[str, Field(min_length=1)] | Kept


class Directory(_Strict):
    """What each of `directories:` has, beside what its kind declares."""

    name: Name
    kind: str
    realms: list[Name] = []


class Authenticator(_Strict):
    """What each of a user's `authenticators:` has, beside what its method declares."""

    method: str
    name: ShortName


class Application(_Strict):
    """One of `applications:`."""

    name: Name
    kind: Literal[tuple(APPLICATION_KINDS)]  # type: ignore[valid-type]
    clients: list[Network]
    certificate_names: list[Annotated[str, AfterValidator(read_certificate_name)]] = []
    secret: Secret
    message_authenticator: Literal[MESSAGE_AUTHENTICATOR] = "auto"  # type: ignore[valid-type]
    limit_proxy_state: Literal[LIMIT_PROXY_STATE] = "auto"  # type: ignore[valid-type]
    challenge: bool | None = None
    separator: Annotated[str, Field(min_length=1, max_length=8)] = ","
    grants: list[Annotated[str, AfterValidator(_grant)]] = []
    directories: list[Name] = []


class Group(_Strict):
    """One of `groups:`."""

    name: Name
    members: list[Name] = []


class User(_Strict):
    """One of `users:`. Its authenticators are read one by one."""

    login: Annotated[Name, AfterValidator(_login)]
    name: Annotated[str, Field(max_length=255), AfterValidator(_plain)] = ""
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | Literal[""] = ""
    enabled: bool = True
    directory: Name = BUILT_IN
    password: Secret | None = None
    authenticators: list[Any] = []


class Policy(_Strict):
    """One of `policies:`."""

    name: Name
    application: Name
    groups: list[Name] = []
    login: Literal[tuple(method.value for method in LoginMethod)]  # type: ignore[valid-type]
    methods: list[Annotated[str, AfterValidator(_method)]] = []
    challenge: bool | None = None
    grants: list[Annotated[str, AfterValidator(_grant)]] = []


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the file: where it stands, and what it says. `kind` is the directory's or method's."""

    path: Path_
    says: Any
    kind: str = ""
    authenticators: tuple["Item", ...] = ()


@dataclass(slots=True)
class Configuration:
    """What a file says, in the order in which it is applied. `sections` are those that it has."""

    directories: list[Item] = field(default_factory=list)
    applications: list[Item] = field(default_factory=list)
    users: list[Item] = field(default_factory=list)
    groups: list[Item] = field(default_factory=list)
    policies: list[Item] = field(default_factory=list)
    sections: frozenset[str] = frozenset()


SECTIONS = tuple(one.name for one in fields(Configuration) if one.name != "sections")
MODELS: dict[str, type[BaseModel]] = {
    "applications": Application, "groups": Group, "users": User, "policies": Policy,
}  # fmt: skip


def shape(document: Document) -> Configuration:
    """Return what the document says. Raises InputError at the first thing that cannot be."""
    values = document.values
    if not isinstance(values, dict):
        raise document.error((), f"a configuration has the keys {_either(SECTIONS)}.")
    for key in values:
        if key not in SECTIONS:
            raise document.error((key,), f"unknown key `{key}`.{_known(key, SECTIONS)}")
    configuration = Configuration(sections=frozenset(values))
    for section in (section for section in SECTIONS if section in values):
        entries = values[section] or []
        if not isinstance(entries, list):
            raise document.error((section,), f"`{section}` must be a list, each entry behind a dash.")
        items = [_item(document, section, index, entry) for index, entry in enumerate(entries)]
        _refuse_twice(document, section, items)
        setattr(configuration, section, items)
    return configuration


def _item(document: Document, section: str, index: int, entry: Any) -> Item:
    path: Path_ = (section, index)
    if section == "directories":
        kind = _kind(document, path, entry, "kind", DIRECTORY_KINDS)
        return Item(path, _of_kind(document, path, entry, Directory, DIRECTORY_KINDS[kind].settings), kind)
    says = _validated(document, path, MODELS[section], entry)
    held = tuple(
        _authenticator(document, (*path, "authenticators", number), one)
        for number, one in enumerate(getattr(says, "authenticators", ()))
    )
    item = Item(path, says, authenticators=held)
    _refuse_twice(document, f"authenticators of {getattr(says, 'login', '')}", list(held))
    return item


def _authenticator(document: Document, path: Path_, entry: Any) -> Item:
    method = _kind(document, path, entry, "method", METHODS)
    entry = {"name": method, **entry}
    return Item(path, _of_kind(document, path, entry, Authenticator, METHODS[method].settings), method)


def _kind(document: Document, path: Path_, entry: Any, key: str, known: Mapping[str, Any]) -> str:
    if not isinstance(entry, dict):
        raise document.error(path, "this must be a list of keys and values.")
    if key not in entry:
        raise document.error(path, f"`{key}` is missing.{_known('', known)}")
    if str(entry[key]) not in known:
        raise document.error((*path, key), f"`{key}` is “{entry[key]}”.{_known(str(entry[key]), known)}")
    return str(entry[key])


def _of_kind(document: Document, path: Path_, entry: Any, common: type[BaseModel], settings: Any) -> Any:
    """Return the entry read by its kind's settings."""
    says = _validated(document, path, _model(common, settings), entry)
    for one in fields(settings):
        given = getattr(says, one.name)
        if one.metadata.get("file") and given and "-----BEGIN" not in given:
            setattr(says, one.name, read_beside(document, (*path, one.name), given))
    return says


@cache
def _model(common: type[BaseModel], settings: Any) -> type[BaseModel]:
    """Return the model of a kind's entries. Making it takes a millisecond, and there may be thousands."""
    keys: dict[str, Any] = {
        one.name: (_type(one), ... if is_required(one) else default_of(one)) for one in fields(settings)
    }
    return create_model("Entry", __base__=common, **keys)


def _type(one: Any) -> Any:
    """Return a field's type; one that is a choice of numbers takes their digits, too: `{env: …}` is text."""
    if one.metadata.get("secret"):
        return one.type | Kept
    if any(isinstance(choice, int) for choice in get_args(one.type)):
        return Annotated[one.type, BeforeValidator(_number)]
    return one.type


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _validated(document: Document, path: Path_, model: type[BaseModel], entry: Any) -> Any:
    if not isinstance(entry, dict):
        raise document.error(path, "this must be a list of keys and values.")
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise _first(document, path, model, error) from None


def _first(document: Document, path: Path_, model: type[BaseModel], error: ValidationError) -> InputError:
    """Return the first thing that is wrong, as one sentence."""
    found = error.errors(include_url=False)
    # A key that is misspelt explains one that is missing. And where a secret may be text or a
    # reference, the complaint about text is the one to show.
    one = min(found, key=lambda said: ("Kept" in said["loc"], said["type"] != "extra_forbidden"))
    where = path
    for part in one["loc"]:  # which also names alternatives of a type: those stand on no line
        where = (*where, part) if (*where, part) in document.lines else where
    key = str(one["loc"][0])
    match one["type"]:
        case "extra_forbidden":
            said = f"unknown key `{key}`.{_known(key, model.model_fields)}"
        case "missing":
            said = f"`{key}` is missing."
        case "literal_error":
            said = f"`{key}` is “{one['input']}”.{_known(str(one['input']), _alternatives(one))}"
        case "value_error":
            said = f"`{key}`: {one['ctx']['error']}"
        case "int_parsing" | "int_type":
            said = f"`{key}`: it must be a whole number."
        case "float_parsing" | "float_type":
            said = f"`{key}`: it must be a number."
        case "bool_parsing" | "bool_type":
            said = f"`{key}`: it must be yes or no."
        case "string_type":
            said = f"`{key}` must be text: put it in quotes."
        case _:
            said = f"`{key}`: {one['msg'][0].lower()}{one['msg'][1:]}."
    return document.error(where, said)


def _alternatives(complaint: Any) -> list[str]:
    expected: str = complaint["ctx"]["expected"]
    return [part.strip().strip("'") for part in expected.replace(" or ", ",").split(",")]


def _known(given: str, known: Iterable[str]) -> str:
    """Return the end of the sentence: the likely meaning, and all that is allowed."""
    names = sorted(known)
    close = get_close_matches(given, names, 1)
    meant = f" Did you mean `{close[0]}`?" if close else ""
    return f"{meant} Known: {', '.join(names)}."


def _either(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]


def _refuse_twice(document: Document, section: str, items: list[Item]) -> None:
    seen: dict[Any, Item] = {}
    for item in items:
        says = item.says
        key = (says.directory, normalise(says.login)) if isinstance(says, User) else says.name
        if key in seen:
            name = says.login if isinstance(says, User) else says.name
            first = document.lines.get(seen[key].path, 1)
            raise document.error(item.path, f"“{name}” stands twice in {section}, first in line {first}.")
        seen[key] = item
