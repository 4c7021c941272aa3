"""Waiting for the first packet: what is wrong between an application and us, read off what was heard.

Each finding has the next thing to do in words. What stands here is one table; which reason or drop
leads to which finding is another.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Final

from secondgate.applications.models import Application, Client
from secondgate.events import names
from secondgate.events.models import Event
from secondgate.events.newest import WINDOW, heard_of, made_lately, strangers
from secondgate.radius import drops


class State(StrEnum):
    """How it stands between an application and us."""

    NOTHING = "nothing"
    QUIET = "quiet"
    SECRET = "secret"  # noqa: S105  the name of a state
    UNSIGNED = "unsigned"
    CERTIFICATE = "certificate"
    UNSIGNED_PROXY = "unsigned-proxy"
    PROTOCOL = "protocol"
    NO_POLICY = "no-policy"
    PROBED = "probed"
    REFUSED = "refused"
    ASKED = "asked"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Words:
    """How a state is said: its tone (ok, info, warn, bad), in a list, as a title, and what is next."""

    tone: str
    short: str
    title: str
    next: str


SAYS: Final[dict[State, Words]] = {
    State.NOTHING: Words(
        "info",
        "Waiting for the first packet",
        "Nothing has arrived yet",
        "No packet has come from this application's addresses. In this order, look whether:",
    ),
    State.QUIET: Words(
        "",
        "Nothing lately",
        "Nothing has arrived lately",
        f"No packet of it is among the newest {WINDOW:,} events. If it should be in use, look whether:",
    ),
    State.SECRET: Words(
        "bad",
        "Another shared secret",
        "The shared secret over there is most likely another one",
        "What arrives does not decode with the secret that is kept here. Enter it again on the other side, "
        "without a space at its end. If it is lost, replace it here and enter the new one there.",
    ),
    State.UNSIGNED: Words(
        "bad",
        "Packets without Message-Authenticator",
        "Its packets carry no Message-Authenticator",
        "This application takes only signed requests, and these are not signed, so they get no answer. "
        "Switch it on over there; where that cannot be done, edit the application and choose “off”.",
    ),
    State.CERTIFICATE: Words(
        "bad",
        "Another TLS certificate",
        "It shows a TLS certificate that is not this application's",
        "By TLS it is answered only with a certificate that has one of the names listed here. The log tells "
        "the names of the one that was shown: if it is the right one, list one of them.",
    ),
    State.UNSIGNED_PROXY: Words(
        "bad",
        "Proxy-State without Message-Authenticator",
        "Its packets carry Proxy-State, but no Message-Authenticator",
        "By such packets somebody in between can turn a refusal into an acceptance (CVE-2024-3596), so they "
        "get no answer. Let the proxy over there sign its requests; where that cannot be done, edit the "
        "application and choose “off” for Proxy-State.",
    ),
    State.PROTOCOL: Words(
        "bad",
        "Not PAP",
        "The password comes by another protocol than PAP",
        "By it only codes can be checked, no password of a directory. Choose PAP on the other side, or a "
        "policy of second factor only here.",
    ),
    State.NO_POLICY: Words(
        "warn",
        "No policy for this person",
        "The packet was read, but no policy is for this person",
        "Add a policy for this application, or put the person into a group that one of its policies is for.",
    ),
    State.PROBED: Words(
        "ok",
        "Answered AWS's probe",
        "The way is open",
        "The set-up check's made-up user was refused, as it should be. Now log in yourself.",
    ),
    State.REFUSED: Words(
        "ok",
        "Answering",
        "Packets arrive and are answered",
        "The secret fits. The newest login was refused: why stands below.",
    ),
    State.ASKED: Words(
        "ok",
        "Answering",
        "Packets arrive and are answered",
        "The secret fits. Somebody is being asked for a second factor.",
    ),
    State.ACCEPTED: Words("ok", "Answering", "A login was accepted", "Everything works."),
}

OF_REASON: Final[dict[str, State]] = {
    "unreadable-password": State.SECRET,
    drops.BAD_MESSAGE_AUTHENTICATOR.name: State.SECRET,
    drops.BAD_REQUEST_AUTHENTICATOR.name: State.SECRET,
    drops.NO_MESSAGE_AUTHENTICATOR.name: State.UNSIGNED,
    drops.WRONG_CERTIFICATE.name: State.CERTIFICATE,
    drops.UNSIGNED_PROXY_STATE.name: State.UNSIGNED_PROXY,
    "unsupported-protocol": State.PROTOCOL,
    "no-policy": State.NO_POLICY,
    "aws-probe": State.PROBED,
}
OF_EVENT: Final[dict[str, State]] = {
    names.LOGIN_ACCEPTED: State.ACCEPTED,
    names.LOGIN_CHALLENGED: State.ASKED,
    names.LOGIN_REFUSED: State.REFUSED,
}
PROBLEMS: Final = (
    State.SECRET, State.UNSIGNED, State.UNSIGNED_PROXY, State.CERTIFICATE, State.PROTOCOL, State.NO_POLICY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A state, the addresses that it was seen from, and when last."""

    state: State
    addresses: tuple[str, ...] = ()
    at: datetime | None = None

    @property
    def words(self) -> Words:
        """How it is said."""
        return SAYS[self.state]


@dataclass(frozen=True, slots=True)
class Stranger:
    """An address that packets come from and no application lists; `fits` are those whose secret it has."""

    address: str
    at: datetime
    fits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How it stands with one application: the head of it, what is wrong, and who else speaks."""

    head: Finding
    problems: tuple[Finding, ...]
    strangers: tuple[Stranger, ...]
    heard: Sequence[Event]


def state_of(event: Event) -> State:
    """Return what one packet tells: first whether it could be read, whoever it was about."""
    if any(code == "packet.unreadable" for code, _facts in event.facts.get("trail", ())):
        return State.SECRET
    return OF_REASON.get(event.reason) or OF_EVENT.get(event.name, State.REFUSED)


def diagnose(application: Application) -> Diagnosis:
    """Return how it stands with an application, by what was heard of it lately."""
    heard = list(heard_of(application.pk))
    others = tuple(one for one in unlisted(strangers()) if not one.fits or application.pk.hex in one.fits)
    silent = Finding(silence(application, made_lately()))
    return Diagnosis(head(heard) if heard else silent, problems(heard), others, heard)


def silence(application: Application, made: Container[str]) -> State:
    """Return what it means that nothing was heard: of one that is new it is the first packet that lacks."""
    return State.NOTHING if application.pk.hex in made else State.QUIET


def head(heard: Sequence[Event]) -> Finding:
    """Return the one thing to say: the newest login that was let in, or else the newest packet."""
    shown = next((event for event in heard if event.name == names.LOGIN_ACCEPTED), heard[0])
    return Finding(state_of(shown), (_address(shown),), shown.at)


def problems(heard: Sequence[Event]) -> tuple[Finding, ...]:
    """Return what is wrong now: by the newest packet of each address, since a later one may be right."""
    newest: dict[str, Event] = {}
    for event in heard:
        newest.setdefault(_address(event), event)
    found = []
    for state in PROBLEMS:
        ones = [event for event in newest.values() if state_of(event) == state]
        if ones:
            found.append(Finding(state, tuple(map(_address, ones)), max(event.at for event in ones)))
    return tuple(found)


def unlisted(events: Iterable[Event]) -> list[Stranger]:
    """Return the addresses of these events that no application lists today, the newest first."""
    networks = [ip_network(text) for text in Client.objects.values_list("network", flat=True)]
    found: dict[str, Stranger] = {}
    for event in events:
        address = _address(event)
        if address not in found and not any(ip_address(address) in network for network in networks):
            found[address] = Stranger(address, event.at, tuple(event.facts.get("fits", ())))
    return list(found.values())


def _address(event: Event) -> str:
    return str(event.facts.get("client", ""))
