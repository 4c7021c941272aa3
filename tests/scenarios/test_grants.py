"""What an Access-Accept grants, as radclient sees it, on both databases."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from secondgate.methods.hotp import code_at
from secondgate.radius import attributes as a
from secondgate.radius.packet import Code, Packet
from tests.real.slapd import Slapd
from tests.scenarios.client import Client, message
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House
from tests.scenarios.people import slapd_home

pytestmark = pytest.mark.real

SECRET = "a-secret-of-this-test"
SEED = new_seed()
FILTER_ID = 11  # RFC 2865 section 5.11
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


DORA = "uid=dora,ou=people,dc=example,dc=org"
DIRECTORY_HOUSE = f"""
    further_attributes: [departmentNumber, employeeType]
applications:
  - {{name: VPN, kind: fortigate, clients: [127.0.0.1], secret: {SECRET}, challenge: yes,
     grants: ["Filter-Id={{directory.departmentNumber}}"]}}
  - {{name: Gate, kind: radius, clients: [127.0.0.2], secret: {SECRET},
     grants: ["Filter-Id=OU={{directory.EmployeeType}}/{{directory.departmentNumber}}"]}}
users:
  - {{login: dora, directory: Company LDAP, authenticators: [{{method: hotp, secret: {SEED}}}]}}
  - {{login: ann, authenticators: [{{method: hotp, secret: {SEED}}}]}}
policies:
  - {{name: P, application: VPN, login: password-and-second-factor, methods: [hotp]}}
  - {{name: G, application: Gate, login: second-factor-only, methods: [hotp]}}
"""


def add_dora(slapd: Slapd) -> None:
    slapd.modify(
        f"dn: {DORA}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: dora\ncn: Dora\nsn: D\n"
        "departmentNumber: Sales\nemployeeType: inner\nemployeeType: outer\nuserPassword: D0ra-Passw0rd\n"
    )


@pytest.fixture
def dora(slapd: Slapd) -> Iterator[None]:
    """Somebody in the directory whose entry a test may change."""
    add_dora(slapd)
    yield
    slapd.modify(f"dn: {DORA}\nchangetype: delete\n")


def hotp(count: int) -> str:
    return code_at(base64.b32decode(SEED), count).decode()


def told(reply: Packet) -> list[str]:
    assert reply.code == Code.ACCESS_ACCEPT, message(reply)
    return [value.decode() for value in reply.values(FILTER_ID)]


def test_what_the_directory_says_now_is_in_the_answer(
    house: House, slapd: Slapd, dora: None, tmp_path: Path
) -> None:
    house.configure(slapd_home(slapd, tmp_path).yaml + DIRECTORY_HOUSE)
    house.start()
    with Client(house.port, SECRET.encode()) as vpn:
        asked = vpn.ask("dora", "D0ra-Passw0rd")
        assert asked.code == Code.ACCESS_CHALLENGE
        # Between password and code they move: what held before the password was right holds no more.
        slapd.modify(f"dn: {DORA}\nchangetype: modify\nreplace: departmentNumber\ndepartmentNumber: Legal\n")
        assert told(vpn.ask("dora", hotp(0), *asked.all(a.STATE))) == ["Legal"]
    (event,) = house.events(event="login.accepted")
    explained = house.command("explain", str(event["id"])).stdout
    assert "Company LDAP says what the application is told: departmentnumber." in explained
    with Client(house.port, SECRET.encode(), address="127.0.0.2") as gate:
        assert told(gate.ask("ann", hotp(0))) == []  # nothing is known of her, and nothing is asked


def test_who_is_not_what_we_knew_is_told_nothing_and_not_let_in(
    sqlite_house: House, slapd: Slapd, dora: None, tmp_path: Path
) -> None:
    """By code alone, too: the directory is asked only because of what the application is to be told."""
    sqlite_house.configure(slapd_home(slapd, tmp_path).yaml + DIRECTORY_HOUSE)
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode(), address="127.0.0.2") as gate:
        slapd.child.stop()
        assert "not possible right now" in message(gate.ask("dora", hotp(0)))
        event = sqlite_house.last_login()
        assert event["reason"] == "directory-down"
        trail = sqlite_house.command("explain", str(event["id"])).stdout
        assert "Company LDAP did not say what the application is told of them:" in trail
        slapd.child.start()
        # The code was not used up.
        assert told(gate.ask("dora", hotp(0))) == ["OU=inner/Sales", "OU=outer/Sales"]
        slapd.modify(f"dn: {DORA}\nchangetype: delete\n")
        assert gate.ask("dora", hotp(1)).code == Code.ACCESS_REJECT
        assert sqlite_house.last_login()["reason"] == "not-in-directory"
        add_dora(slapd)  # by the same name, but another entry
        assert gate.ask("dora", hotp(1)).code == Code.ACCESS_REJECT
        assert sqlite_house.last_login()["reason"] == "another-person"


def test_an_attribute_that_no_directory_reads_changes_nothing(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    yaml = slapd_home(slapd, tmp_path).yaml + DIRECTORY_HOUSE
    done = sqlite_house.apply(yaml.replace("EmployeeType", "EmployeTyp"))
    assert done.returncode == 1
    assert "no directory of “Gate” reads “employetyp”: name it in `further_attributes` of one." in done.stderr
    assert "Known: departmentnumber, employeetype." in done.stderr
    assert not sqlite_house.events()


def test_an_attribute_that_only_another_applications_directory_reads_changes_nothing(
    sqlite_house: House, slapd: Slapd, tmp_path: Path
) -> None:
    """By the application's own lines and by its policy's, and where the application stands in no file."""
    yaml = slapd_home(slapd, tmp_path).yaml + DIRECTORY_HOUSE
    own = yaml.replace("challenge: yes,", "challenge: yes, directories: [Built-in],")
    done = sqlite_house.apply(own)
    assert "no directory of “VPN” reads “departmentnumber”" in done.stderr
    assert "Known: none." in done.stderr
    sqlite_house.configure(own.replace("{directory.departmentNumber}", "all"))
    policy = "{name: P, application: VPN, login: password-only, grants: ['Class={directory.employeeType}']}"
    done = sqlite_house.apply(f"policies:\n  - {policy}\n")
    assert "house.yaml line 2: no directory of “VPN” reads “employeetype”" in done.stderr
    assert sqlite_house.apply(f"policies:\n  - {policy.replace('VPN', 'Gate')}\n").returncode == 0


def test_an_attribute_that_the_person_has_not_is_said_in_the_trail(
    sqlite_house: House, slapd: Slapd, dora: None, tmp_path: Path
) -> None:
    yaml = slapd_home(slapd, tmp_path).yaml + DIRECTORY_HOUSE
    sqlite_house.configure(yaml.replace("employeeType", "employeTyp").replace("EmployeeType", "employeTyp"))
    sqlite_house.start()
    with Client(sqlite_house.port, SECRET.encode(), address="127.0.0.2") as gate:
        assert told(gate.ask("dora", hotp(0))) == []
    explained = sqlite_house.command("explain", str(sqlite_house.last_login()["id"])).stdout
    assert "Company LDAP says what the application is told: departmentnumber." in explained
    assert "dora has no employetyp in Company LDAP." in explained
