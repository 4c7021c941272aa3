"""Active Directory, against a real Samba domain controller."""

from collections.abc import AsyncIterator

import bonsai
import pytest

from secondgate.directories.active_directory import ActiveDirectory, read_sub_code
from secondgate.directories.directory import Account, Checked, DirectoryError, Verdict
from tests.directories.opening import Opener, findings, opening
from tests.real.samba import USERS, Samba

REFUSAL = (
    "Invalid credentials. 80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {}, v1"
)


@pytest.fixture
async def open_(samba: Samba) -> AsyncIterator[Opener]:
    """What opens a directory at the real domain controller."""
    async with opening(ActiveDirectory(), samba) as opener:
        yield opener


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("525", Verdict.UNKNOWN_USER), ("52e", Verdict.WRONG_PASSWORD), ("52E", Verdict.WRONG_PASSWORD),
     ("531", Verdict.NOT_NOW)],
)  # fmt: skip
def test_sub_codes_that_samba_never_says_are_read_too(code: str, verdict: Verdict):
    assert read_sub_code(bonsai.AuthenticationError(REFUSAL.format(code))) is verdict


def test_a_sub_code_that_nobody_knows_is_no_verdict():
    assert read_sub_code(bonsai.AuthenticationError(REFUSAL.format("80090346"))) is None


def test_a_refusal_without_a_sub_code_is_read_as_any_directorys():
    assert read_sub_code(bonsai.AuthenticationError("Invalid credentials.")) is Verdict.WRONG_PASSWORD


@pytest.mark.real
@pytest.mark.parametrize("way", ["ldaps", "ldap"])
async def test_a_probe_goes_through_a_login(open_: Opener, samba: Samba, way: str):
    found = await findings(open_(getattr(samba, way)))
    assert len(found) == 4
    assert all(finding.ok for finding in found)


@pytest.mark.real
async def test_a_person_is_found_with_a_lasting_identity(open_: Opener):
    found = await open_().find("ALICE")
    assert found
    assert (found.login, found.name, found.email) == ("alice", "Alice Example", "alice@corp.test")
    assert len(bytes.fromhex(found.external_id)) == 16  # an objectGUID


@pytest.mark.real
@pytest.mark.parametrize(
    ("login", "verdict"),
    [
        ("alice", Verdict.FITS),
        ("carol", Verdict.DISABLED),
        ("dave", Verdict.MUST_CHANGE),
        ("erin", Verdict.ACCOUNT_EXPIRED),
        ("frank", Verdict.PASSWORD_EXPIRED),
        ("grace", Verdict.LOCKED),
        ("heidi", Verdict.NOT_NOW),
    ],
)
async def test_each_state_has_its_verdict(open_: Opener, login: str, verdict: Verdict):
    directory = open_()
    checked = await directory.check_password(Account(login), USERS[login][0])
    assert checked == Checked(verdict, await directory.find(login))


@pytest.mark.real
async def test_a_wrong_password_does_not_fit(open_: Opener):
    directory, bob = open_(), Account("bob")
    assert (await directory.check_password(bob, "wrong")).verdict is Verdict.WRONG_PASSWORD
    assert (await directory.check_password(bob, USERS["bob"][0])).verdict is Verdict.FITS


@pytest.mark.real
async def test_a_locked_user_is_locked_with_a_wrong_password_too(open_: Opener):
    assert (await open_().check_password(Account("grace"), "wrong")).verdict is Verdict.LOCKED


@pytest.mark.real
@pytest.mark.parametrize("password", ["", "\0", USERS["alice"][0] + "\0"])
async def test_a_password_that_would_be_sent_as_another_is_wrong(open_: Opener, password: str):
    assert await open_().check_password(Account("alice"), password) == Checked(Verdict.WRONG_PASSWORD)


@pytest.mark.real
@pytest.mark.parametrize("login", ["nobody", "*", "al*", "alice)(objectClass=*", "alice\0", "DC1$", "vpn*"])
async def test_a_name_that_no_person_has_finds_nobody(open_: Opener, login: str):
    assert await open_().find(login) is None
    checked = await open_().check_password(Account(login), USERS["alice"][0])
    assert checked == Checked(Verdict.UNKNOWN_USER)


@pytest.mark.real
async def test_a_wrong_service_password_is_found_by_the_probe(open_: Opener, samba: Samba):
    *_, sign_in = await findings(open_(bind_dn="CN=nobody,DC=corp,DC=test", bind_password="wrong"))
    assert sign_in.says == f"{samba.ldaps}:636 refused the password of CN=nobody,DC=corp,DC=test."


@pytest.mark.real
async def test_a_disabled_service_account_is_told_from_a_wrong_password(open_: Opener):
    dn = "CN=carol,CN=Users,DC=corp,DC=test"
    *_, sign_in = await findings(open_(bind_dn=dn, bind_password=USERS["carol"][0]))
    assert sign_in.says.endswith(f"does not let {dn} in: disabled.")


@pytest.mark.real
async def test_that_it_wants_encryption_is_said_with_the_way_out(open_: Opener, samba: Samba):
    *_, sign_in = await findings(open_(samba.ldap, starttls=False))
    assert not sign_in.ok
    assert "answered: Strong(er) authentication required" in sign_in.says
    assert "leave starttls on" in sign_in.remedy


@pytest.mark.real
async def test_a_search_base_that_is_not_there_is_a_fault_and_no_unknown_person(open_: Opener, samba: Samba):
    with pytest.raises(DirectoryError, match="answered: No such object") as raised:
        await open_(base_dn=f"OU=Poeple,{samba.base_dn}").find("alice")
    assert raised.value.remedy == "Check base_dn: nothing there has that name."
