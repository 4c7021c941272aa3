"""What an Access-Accept grants, as radclient sees it, on both databases."""

import subprocess

import pytest

from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

SECRET = "a-secret-of-this-test"
SEED = new_seed()
HOUSE = f"""
groups:
  - {{name: Staff, members: [ann]}}
  - {{name: VPN users, members: [ann]}}
applications:
  - name: VPN
    kind: fortigate
    clients: [127.0.0.1]
    secret: {SECRET}
    grants: ["Fortinet-Group-Name={{group}}", "Class={{login}}"]
users:
  - {{login: ann, email: ann@example.com, authenticators: [{{method: totp, secret: {SEED}}}]}}
policies:
  - {{name: P, application: VPN, login: second-factor-only, methods: [totp],
     grants: ["Class={{email}}", Session-Timeout=28800]}}
"""


def asked(house: House, code: str) -> str:
    line = ["radclient", "-t", "20", "-r", "1", "-x", f"127.0.0.1:{house.port}", "auth", SECRET]
    said = f"User-Name=ann,User-Password={code}\n"
    return subprocess.run(line, input=said, capture_output=True, text=True).stdout


def test_the_groups_and_the_policy_s_own_are_in_the_answer(house: House):
    house.configure(HOUSE)
    assert "nothing to change" in house.apply(HOUSE).stdout.lower() or house.apply(HOUSE).returncode == 0
    house.start()
    refused = asked(house, "000000")
    assert "Access-Reject" in refused and "Class" not in refused
    answer = asked(house, totp(SEED))
    assert "Access-Accept" in answer
    for said in ('Fortinet-Group-Name = "Staff"', 'Fortinet-Group-Name = "VPN users"', "Session-Timeout = 28800",
                 f"Class = 0x{b'ann@example.com'.hex()}"):  # fmt: skip
        assert said in answer, answer
    assert f"0x{b'ann'.hex()}\n" not in answer  # the policy's Class, not the application's
    assert "Fortinet-Group-Name={group}" in house.command("export").stdout


def test_a_line_that_cannot_be_changes_nothing(house: House):
    done = house.apply(HOUSE.replace("Session-Timeout=28800", "Session-Timeout=long"))
    assert done.returncode == 1
    assert "Session-Timeout is “long”; it must be a whole number" in done.stderr
    assert not house.events()
