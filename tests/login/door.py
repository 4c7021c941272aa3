"""A door of the tests' own: it builds attempts as the real ones do, and time is an argument."""

import base64
from dataclasses import dataclass

from secondgate.ledger.ledger import Ledger
from secondgate.login.attempt import Attempt
from secondgate.login.decide import decide
from secondgate.login.outcome import Outcome, Refuse
from secondgate.methods.hotp import code_at
from secondgate.radius.drops import Drop

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_800_000_000.0
HOUSE = f"""
applications:
  - {{name: WorkSpaces, kind: aws-workspaces, clients: [10.0.0.1], secret: secret-of-a-test}}
  - {{name: VPN, kind: fortigate, clients: [10.0.0.2], secret: secret-of-a-test}}
  - {{name: Empty, kind: radius, clients: [10.0.0.3], secret: secret-of-a-test}}
  - {{name: Wi-Fi, kind: radius, clients: [10.0.0.4], secret: secret-of-a-test}}
groups:
  - {{name: Staff, members: [ann, bob]}}
users:
  - {{login: ann, password: ann-has-a-password, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: bob, password: bob-has-a-password}}
policies:
  - {{name: P1, application: WorkSpaces, groups: [Staff], login: second-factor-only, methods: [totp]}}
  - {{name: P2, application: VPN, login: password-and-second-factor, methods: [totp]}}
  - {{name: P3, application: Wi-Fi, login: password-only}}
"""


def code(now: float = NOW) -> str:
    return code_at(base64.b32decode(SEED), int(now) // 30).decode()


@dataclass
class Door:
    """A door for tests: each login is another request, unless its digest is said to be the same."""

    ledger: Ledger
    requests: int = 0

    async def login(
        self, typed: str | None, *, name: str = "ann", application: str = "WorkSpaces", at: float = NOW,
        digest: str = "", state: bytes = b"", source: str = "", protocol: str = "PAP", fault: Drop | None = None,
    ) -> Outcome:  # fmt: skip
        snapshot = await self.ledger.refresh()
        found = next(one for one in snapshot.applications.values() if one.name == application)
        self.requests += 1
        attempt = Attempt(
            snapshot, found, "10.0.0.1", name, typed, digest or f"request {self.requests}", at,
            protocol=protocol, fault=fault, state=state, source=source,
        )  # fmt: skip
        return await decide(attempt, self.ledger)

    async def reason(self, typed: str | None, **more: object) -> str:
        """Return why a login was refused."""
        outcome = await self.login(typed, **more)  # type: ignore[arg-type]
        assert isinstance(outcome, Refuse), outcome
        return outcome.reason.name
