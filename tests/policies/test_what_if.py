"""A login in thought says what a login then does."""

from itertools import product

from asgiref.sync import sync_to_async

from secondgate.applications.models import Application
from secondgate.ledger.ledger import Ledger
from secondgate.login.outcome import Refuse
from secondgate.people.models import User
from secondgate.policies.reading import standing, who
from secondgate.policies.what_if import Answer, what_if
from tests.installation import Configure
from tests.login.door import SEED, Door

HOUSE = f"""
directories:
  - {{name: Other, kind: local, realms: [other]}}
applications:
  - {{name: WorkSpaces, kind: aws-workspaces, clients: [10.0.0.1], secret: secret-of-a-test}}
  - {{name: VPN, kind: fortigate, clients: [10.0.0.2], secret: secret-of-a-test, directories: [Other]}}
  - {{name: Gate, kind: openvpn, clients: [10.0.0.4], secret: secret-of-a-test}}
  - {{name: Empty, kind: radius, clients: [10.0.0.3], secret: secret-of-a-test}}
groups:
  - {{name: Staff, members: [ann, bob, eve]}}
users:
  - {{login: ann, password: a-password-of-ann, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: bob, password: a-password-of-bob}}
  - {{login: dan, password: a-password-of-dan, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: eve, password: a-password-of-eve, enabled: false}}
policies:
  - {{name: P1, application: WorkSpaces, groups: [Staff], login: second-factor-only, methods: [totp]}}
  - {{name: P2, application: VPN, login: password-only}}
  - {{name: P3, application: Gate, groups: [Staff], login: password-and-second-factor, methods: [totp]}}
  - {{name: P4, application: Gate, login: password-only}}
"""
PEOPLE, APPLICATIONS = ("ann", "bob", "dan", "eve"), ("WorkSpaces", "VPN", "Gate", "Empty")


def in_thought(login: str, application: str, method: str = "") -> Answer:
    now = standing()
    guarded = next(one for one in now.guarded if one.name == application)
    person = who(User.objects.get(login=login), Application.objects.get(name=application))
    return what_if(guarded, person, now.groups, method=method)


async def test_it_refuses_whom_the_login_refuses_and_for_the_same_reason(
    configure: Configure, ledger: Ledger
) -> None:
    await sync_to_async(configure)(HOUSE)
    door = Door(ledger)
    for login, application in product(PEOPLE, APPLICATIONS):
        thought = await sync_to_async(in_thought)(login, application)
        outcome = await door.login(f"a-password-of-{login}", name=login, application=application)
        reason = outcome.reason.name if isinstance(outcome, Refuse) else ""
        # A password in the place of a code: that much is right about it, or it would be another reason.
        assert thought.reason == reason.replace("wrong-code", ""), (login, application)


def test_it_says_which_policy_decides_and_why_the_others_do_not(configure: Configure) -> None:
    configure(HOUSE)
    answer = in_thought("dan", "Gate")
    assert [(one.rule.name, one.decides, one.why) for one in answer.looked] == [
        ("P3", False, "dan is not in Staff"),
        ("P4", True, "It is for everyone"),
    ]
    assert in_thought("ann", "Gate").looked[1].why == "Not reached"
    assert answer.headline == "dan gets in with the password alone"


def test_a_method_in_mind_that_would_not_do_is_said(configure: Configure) -> None:
    configure(HOUSE)
    assert in_thought("ann", "WorkSpaces", "totp").reason == ""
    assert "does not take it" in in_thought("ann", "WorkSpaces", "hotp").says
