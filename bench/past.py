"""Logins of the past, as a company of some thousand people makes them: what happened, when, how often."""

import json
import random
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

STRANGERS: Final = tuple(f"192.0.2.{number}" for number in range(1, 8))


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which a login ends, and how many of a thousand do."""

    of_1000: int
    name: str
    reason: str = ""
    trail: tuple[str, ...] = ()


_TO_POLICY: Final = ("packet.read", "application.found", "user.found", "policy.matched", "password.not-asked")
KINDS: Final = (
    Kind(905, "login.accepted", "", (*_TO_POLICY, "second-factor.fits")),
    Kind(30, "login.challenged", "", (*_TO_POLICY, "second-factor.asked")),
    Kind(38, "login.refused", "wrong-code", (*_TO_POLICY, "second-factor.wrong")),
    Kind(9, "login.refused", "code-used", (*_TO_POLICY, "second-factor.used")),
    Kind(6, "login.refused", "no-authenticator", (*_TO_POLICY, "second-factor.none")),
    Kind(5, "login.refused", "throttled", (*_TO_POLICY[:3], "user.throttled")),
    Kind(3, "login.refused", "unknown-user", (*_TO_POLICY[:2], "user.unknown")),
    Kind(2, "login.refused", "user-disabled", (*_TO_POLICY[:3], "user.disabled")),
    Kind(1, "login.refused", "unreadable-password", (*_TO_POLICY[:4], "packet.unreadable")),
    Kind(1, "client.unknown"),
)

# How busy each hour of a day is, from midnight on.
BUSY: Final = (3, 2, 1, 1, 2, 6, 22, 64, 118, 96, 71, 58, 44, 62, 74, 66, 52, 38, 41, 33, 24, 17, 12, 9)
_BY_THEN: Final = (0, *accumulate(BUSY))


def draw(chance: random.Random, count: int) -> list[Kind]:
    """Return what happened in that many logins."""
    return chance.choices(KINDS, weights=[kind.of_1000 for kind in KINDS], k=count)


def moment(share: float, days: int, now: float) -> float:
    """Return when that share of all logins of the last `days` days had come, in Unix time."""
    day, within = divmod(share * days, 1)
    wanted = within * _BY_THEN[-1]
    hour = next(hour for hour in range(24) if wanted < _BY_THEN[hour + 1])
    spent = hour + (wanted - _BY_THEN[hour]) / BUSY[hour]
    start = (now // 86_400 - days + 1) * 86_400
    return min(start + day * 86_400 + spent * 3600, now)


def row(kind: Kind, at: datetime, login: str, user: UUID, held: UUID, application: UUID) -> tuple[Any, ...]:
    """Return one event as its columns after the id, with facts as long as a real one's."""
    if not kind.trail:
        stranger = json.dumps({"client": STRANGERS[at.minute % len(STRANGERS)]})
        return at, 1, kind.name, "", None, None, "", stranger
    known = "user.found" in kind.trail
    facts: dict[str, dict[str, Any]] = {
        "packet.read": {"client": "127.0.0.1", "protocol": "PAP", "nas": "radload"},
        "application.found": {"application": application.hex},
        "user.found": {"login": login, "user": user.hex, "directory": application.hex},
        "user.throttled": {"count": 12, "seconds": 8},
        "policy.matched": {"policy": application.hex, "login_method": "second-factor-only"},
        "second-factor.fits": {"authenticator": held.hex, "method": "totp"},
        "second-factor.used": {"authenticator": held.hex, "method": "totp"},
        "second-factor.wrong": {"count": 1},
    }
    said = {
        "login": login if known else f"{login[:1]}***",
        "client": "127.0.0.1",
        "trail": [[code, facts.get(code, {})] for code in kind.trail],
    }
    return at, 1, kind.name, kind.reason, application, user if known else None, "", json.dumps(said)
