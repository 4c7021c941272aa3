"""Codes that a server of the company's checks: what the console says of policies that take them."""

import pytest

from secondgate.applications.models import Application
from secondgate.people.models import User
from secondgate.policies.hints import Level, hints
from secondgate.policies.reading import crowds, noticed, standing, who
from secondgate.policies.what_if import what_if
from tests.installation import Configure

HOUSE = """
directories:
  - {name: Corp, kind: local, realms: [corp]}
  - {name: Second, kind: radius, servers: [10.9.9.2], secret: s}
  - {name: First, kind: radius, servers: [10.9.9.1], secret: s}
applications:
  - {name: Any, kind: openvpn, clients: [10.0.0.1], secret: s}
  - {name: Own, kind: openvpn, clients: [10.0.0.2], secret: s, directories: [Corp, First, Second]}
  - {name: Without, kind: openvpn, clients: [10.0.0.3], secret: s, directories: [Corp]}
users:
  - {login: ann, directory: Corp, password: a-password-of-ann}
policies:
  - {name: P1, application: Any, login: second-factor-only, methods: [totp, radius]}
  - {name: P2, application: Own, login: second-factor-only, methods: [radius]}
  - {name: P3, application: Without, login: second-factor-only, methods: [radius]}
  - {name: P4, application: Without, login: second-factor-only, methods: [totp, radius]}
"""


@pytest.mark.django_db(transaction=True)
def test_the_console_knows_whose_codes_a_policy_takes_and_where_nobody_checks_them(
    configure: Configure,
) -> None:
    configure(HOUSE)
    now = standing()
    assert {one.name: one.server for one in now.guarded} == {"Any": "Second", "Own": "First", "Without": ""}
    found = [one for one in hints(now.guarded, crowds(now), now.groups) if one.name == "no-code-server"]
    assert [one.level for one in found] == [Level.BAD, Level.WARN]
    assert "nobody-equipped" not in {one.name for one in hints(now.guarded, crowds(now), now.groups)}


@pytest.mark.django_db(transaction=True)
def test_a_login_in_thought_counts_the_server_among_what_somebody_can_use(configure: Configure) -> None:
    configure(HOUSE)
    now, ann = standing(), User.objects.get(login="ann")
    answers = {
        one.name: what_if(one, who(ann, Application.objects.get(name=one.name)), now.groups)
        for one in now.guarded
    }
    assert {name: answer.reason for name, answer in answers.items()} == {
        "Any": "", "Own": "", "Without": "no-authenticator"
    }  # fmt: skip
    assert any("First" in step.says for step in answers["Own"].steps)
    assert noticed(Application.objects.get(name="Own"), [], "second-factor-only", ["radius"]).without == 0
