"""How a kind is set up on its own side: read from guides/<kind>.toml, filled with this installation's values.

The texts carry a little Markdown (**menu**, *entry*, `code`) and {{placeholders}}; which ones there
are stands in `Values`. A value, or a line of code, whose placeholder is empty is left out: an
installation of one server has no second one.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from ipaddress import ip_network
from typing import Any, Final

UNTOLD: Final = "YOUR-SECRET"  # stands for a secret that is not shown, or that a shell would misread

_PLACEHOLDER: Final = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Value:
    """One field of the product's form: what it is called there, and what belongs into it."""

    label: str
    value: str
    hint: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Commands to copy. `second`: only where there are two servers."""

    title: str
    text: str
    second: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    title: str
    says: str
    values: tuple[Value, ...] = ()
    code: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """A reply attribute that the product understands: the line of `grants`, and what it does there."""

    line: str
    says: str


@dataclass(frozen=True, slots=True)
class Guide:
    """All of it. `sent_from` says which addresses the packets come from, `find` how they are found;
    `waiting` is where to look when no packet comes; `tells` is what it can be told of people."""

    lede: str
    sent_from: str
    steps: tuple[Step, ...]
    waiting: tuple[str, ...]
    find: Code | None = None
    tells: tuple[Tell, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """What is filled in. `secret` is None where it is not shown any more."""

    servers: Sequence[str]
    port: int
    accounting_port: int
    clients: Sequence[str]
    secret: str | None = None

    def shown(self) -> dict[str, str]:
        """Return what stands for each placeholder."""
        plain = self.secret if self.secret and self.secret.isalnum() else UNTOLD
        return {
            "servers": ",".join(self.servers),
            "server": self.servers[0],
            "second_server": self.servers[1] if len(self.servers) > 1 else "",
            "port": str(self.port),
            "accounting_port": str(self.accounting_port),
            "secret": plain,
            "server_ranges": _ranges(self.servers),
            "client_ranges": _ranges(self.clients),
        }


@cache
def guide(kind: str) -> Guide:
    """Return the guide of a kind, unfilled."""
    text = (files("secondgate.applications") / "guides" / f"{kind}.toml").read_text()
    said = tomllib.loads(text)
    return Guide(
        lede=said["lede"],
        sent_from=said["from"],
        steps=tuple(_step(one) for one in said["steps"]),
        waiting=tuple(said["waiting"]),
        find=Code(**said["find"]) if "find" in said else None,
        tells=tuple(Tell(**one) for one in said.get("tells", ())),
    )


def filled(kind: str, values: Values) -> Guide:
    """Return the guide of a kind with this installation's values in it."""
    plain, shown = guide(kind), values.shown()
    return replace(
        plain,
        steps=tuple(_filled_step(step, shown, values) for step in plain.steps),
        waiting=tuple(_fill(one, shown) for one in plain.waiting),
    )


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a text."""
    return set(_PLACEHOLDER.findall(text))


def _step(said: dict[str, Any]) -> Step:
    values = tuple(Value(**one, secret=one["value"] == "{{secret}}") for one in said.get("values", ()))
    return Step(said["title"], said["says"], values, tuple(Code(**one) for one in said.get("code", ())))


def _filled_step(step: Step, shown: dict[str, str], values: Values) -> Step:
    fields = [
        replace(
            one,
            value=(values.secret or "") if one.secret else _fill(one.value, shown),
            hint=_fill(one.hint, shown),
        )
        for one in step.values
        if _is_whole(one.value, shown)
    ]
    code = [
        replace(one, text="\n".join(_lines(one.text, shown)))
        for one in step.code
        if not one.second or shown["second_server"]
    ]
    return replace(step, says=_fill(step.says, shown), values=tuple(fields), code=tuple(code))


def _lines(text: str, shown: dict[str, str]) -> Iterator[str]:
    return (_fill(line, shown) for line in text.strip("\n").splitlines() if _is_whole(line, shown))


def _is_whole(text: str, shown: dict[str, str]) -> bool:
    return all(shown[name] for name in placeholders(text))


def _fill(text: str, shown: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: shown[found[1]], text)


def _ranges(addresses: Sequence[str]) -> str:
    """Return addresses as a security group's rule takes them; names of hosts cannot stand there."""
    four: list[str] = []
    six: list[str] = []
    for address in addresses:
        try:
            network = ip_network(address)
        except ValueError:
            continue
        (four if network.version == 4 else six).append(str(network))
    parts = [
        f"{kind}=[{','.join(f'{{{key}={one}}}' for one in found)}]"
        for kind, key, found in (("IpRanges", "CidrIp", four), ("Ipv6Ranges", "CidrIpv6", six))
        if found
    ]
    return ",".join(parts) or "IpRanges=[{CidrIp=ADDRESS/32}]"
