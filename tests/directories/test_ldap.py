"""LDAP directories, against a real slapd."""

from collections.abc import AsyncIterator

import bonsai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.directories.directory import Account, Checked, DirectoryError, Found, Verdict
from secondgate.directories.ldap import Ldap, read_verdict
from secondgate.directories.ldap_session import can_be_sent, escaped, open_session
from secondgate.directories.ldap_settings import LdapSettings
from secondgate.directories.tunnel import read_server, trust
from tests.directories.opening import Opener, findings, opening
from tests.directories.servers import CHANGE_FIRST, answering, say_nothing, serving
from tests.real.ca import Ca, make_ca
from tests.real.slapd import Slapd

SETTINGS = {
    "servers": ["ldaps://dc1"],
    "bind_dn": "cn=reader",
    "bind_password": "secret",
    "base_dn": "dc=corp",
}
ALICE, ALICE_PASSWORD = Account("alice"), "Al1ce-Passw0rd"
CANNOT_BE_SENT = ["", "\0", f"{ALICE_PASSWORD}\0", "\0" + ALICE_PASSWORD, "\ud800"]


@pytest.fixture
async def open_(slapd: Slapd) -> AsyncIterator[Opener]:
    """What opens a directory at the real slapd."""
    async with opening(Ldap(), slapd) as opener:
        yield opener


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"servers": []}, "one server at least"),
        ({"servers": ["dc1"]}, "must be written ldaps://HOST"),
        ({"servers": ["ldaps://dc1", "http://dc2"]}, "“http://dc2” must be written"),
        ({"ca_file": "corp-ca.pem"}, "holds no certificate"),
        ({"bind_password": ""}, "belong together"),
        ({"bind_dn": ""}, "belong together"),
        ({"user_filter": "(uid=ann)"}, r"must hold a \?"),
        ({"user_filter": "(&(uid=?)"}, "must stand in parentheses"),
        ({"user_filter": "(uid=?))"}, "must stand in parentheses"),
        ({"user_filter": "(uid=?)(cn=?)"}, "must stand in parentheses"),
        ({"user_filter": "uid=?"}, "must stand in parentheses"),
        ({"user_filter": ")uid=?("}, "must stand in parentheses"),
        ({"further_attributes": ["a b"]}, "further_attributes has “a b”: an attribute's name is"),
        ({"further_attributes": ["1.2.3"]}, "letters, digits and hyphens"),
        ({"further_attributes": ["title", "Title"]}, "has “Title” twice"),
        ({"further_attributes": [f"a{n}" for n in range(21)]}, "further_attributes has 21; 20 are the most"),
        ({"timeout": 0.4}, "timeout is 0.4; it must be 0.5 to 30 seconds"),
        ({"timeout": 31}, "timeout is 31"),
        ({"timeout": float("nan")}, "timeout is nan"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(change, says):
    with pytest.raises(ValueError, match=says):
        LdapSettings(**(SETTINGS | change))


def test_settings_need_no_service_account():
    assert LdapSettings(**(SETTINGS | {"bind_dn": "", "bind_password": ""}))


@given(st.text())
def test_an_escaped_value_is_that_value_and_nothing_else(text):
    value = escaped(text)
    assert all(character.isalnum() or character == "\\" for character in value)
    octets = value.encode().decode("unicode_escape") if "\\" not in value else _unescaped(value)
    assert octets == text


def _unescaped(value: str) -> str:
    first, *rest = value.split("\\")
    octets = first.encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in rest)
    return octets.decode(errors="surrogatepass")


@pytest.mark.parametrize("password", CANNOT_BE_SENT)
def test_a_password_that_libldap_would_cut_is_not_sent(password):
    assert not can_be_sent(password)


def test_other_passwords_are_sent():
    assert can_be_sent("Pässwörd-密码 ")


def test_what_says_nothing_of_the_person_is_no_verdict():
    assert read_verdict(bonsai.UnwillingToPerform()) is None


@pytest.mark.real
@pytest.mark.parametrize("way", ["ldaps", "ldap"])
async def test_a_probe_goes_through_a_login(open_: Opener, slapd: Slapd, way: str):
    url = getattr(slapd, way)
    found = await findings(open_(url))
    assert [(finding.title, finding.ok) for finding in found] == [
        ("Connect", True),
        ("Check the certificate", True),
        ("Sign in as the service account", True),
        ("Find a user with the filter", True),
    ]
    assert all(url in finding.says for finding in found)


@pytest.mark.real
async def test_a_person_is_found_with_a_lasting_identity(open_: Opener):
    found = await open_().find("ALICE")
    assert found
    assert (found.login, found.name, found.email) == ("alice", "Alice Ångström", "alice@example.org")
    assert len(found.external_id) == 36  # an entryUUID


@pytest.mark.real
@pytest.mark.parametrize(
    "login",
    ["nobody", "", "*", "al*", "alice)(uid=*", "*)(objectClass=*", "\\2a", "alice\0", "\0", "\ud800",
     "ali%63e", '*()\\,"', "x" * 5000],
)  # fmt: skip
async def test_a_name_that_nobody_has_finds_nobody(open_: Opener, login: str):
    assert await open_().find(login) is None
    assert await open_().check_password(Account(login), ALICE_PASSWORD) == Checked(Verdict.UNKNOWN_USER)


@pytest.mark.real
@pytest.mark.parametrize(
    ("login", "password", "name"),
    [
        ("0042", "Number-Passw0rd", "42"),
        ("o'br*en(\\)", "Odd-Passw0rd", 'O\'Brien, "Q" *(#1) \\2C = Zoë +<>;'),
        ("jürgen山", "Pässwörd-密码", "Jürgen 山田"),
    ],
)
async def test_odd_names_and_passwords_log_in(open_: Opener, login: str, password: str, name: str):
    checked = await open_().check_password(Account(login), password)
    assert checked.verdict is Verdict.FITS
    assert checked.found
    assert (checked.found.login, checked.found.name) == (login, name)


@pytest.mark.real
@pytest.mark.parametrize(
    ("login", "password", "verdict"),
    [
        ("alice", ALICE_PASSWORD, Verdict.FITS),
        ("locked", "L0cked-Passw0rd", Verdict.LOCKED),
        ("locked", "wrong", Verdict.LOCKED),
        ("reset", "Re5et-Passw0rd", Verdict.MUST_CHANGE),
        ("expired", "Exp1red-Passw0rd", Verdict.PASSWORD_EXPIRED),
    ],
)
async def test_each_state_has_its_verdict(open_: Opener, login: str, password: str, verdict: Verdict):
    directory = open_()
    checked = await directory.check_password(Account(login), password)
    assert checked == Checked(verdict, await directory.find(login))


@pytest.mark.real
async def test_a_wrong_password_does_not_fit(open_: Opener):
    directory = open_()
    assert (await directory.check_password(Account("bob"), "wrong")).verdict is Verdict.WRONG_PASSWORD
    assert (await directory.check_password(Account("bob"), "B0b-Passw0rd ")).verdict is Verdict.WRONG_PASSWORD
    assert (await directory.check_password(Account("bob"), "B0b-Passw0rd")).verdict is Verdict.FITS


@pytest.mark.real
@pytest.mark.parametrize("password", CANNOT_BE_SENT)
async def test_a_password_that_would_be_sent_as_another_is_wrong(open_: Opener, password: str):
    assert await open_().check_password(ALICE, password) == Checked(Verdict.WRONG_PASSWORD)


@pytest.mark.real
async def test_an_empty_password_never_reaches_the_server(open_: Opener):
    asked = 0

    async def listen(reader, writer):
        nonlocal asked
        asked += 1

    async with serving(listen) as server:
        await open_(server, starttls=False).check_password(ALICE, "")
    assert asked == 0


@pytest.mark.parametrize("password", CANNOT_BE_SENT)
async def test_no_session_opens_with_a_password_that_would_be_none(password: str):
    async with serving(say_nothing) as server:
        with pytest.raises(ValueError, match="sent as none"):
            await open_session(server, trust(""), dn="cn=reader", password=password)


async def test_a_server_that_wants_a_new_password_first_is_understood():
    async with serving(answering(*CHANGE_FIRST)) as server:
        session = await open_session(server, trust(""), dn="uid=ann", password="right")
        assert await session.may_only_change_password()
        session.close()


@pytest.mark.real
async def test_a_filter_that_finds_several_is_a_fault_that_names_them(open_: Opener):
    with pytest.raises(DirectoryError, match="more than one person whom “twin@example") as raised:
        await open_(user_filter="(mail=?)").find("twin@example.org")
    assert "narrower" in raised.value.remedy
    assert not raised.value.silent
    with pytest.raises(DirectoryError, match="more than one person"):  # the server stops at three
        await open_(user_filter="(|(uid=?)(objectClass=person))").check_password(ALICE, ALICE_PASSWORD)


@pytest.mark.real
async def test_a_search_base_that_is_not_there_is_a_fault_and_no_unknown_person(open_: Opener):
    directory = open_(base_dn="ou=poeple,dc=example,dc=org")
    for asked in (directory.find("alice"), directory.check_password(ALICE, ALICE_PASSWORD)):
        with pytest.raises(DirectoryError, match="answered: No such object") as raised:
            await asked
        assert raised.value.remedy == "Check base_dn: nothing there has that name."
        assert not raised.value.silent


@pytest.mark.real
async def test_every_question_mark_of_the_filter_is_the_name(open_: Opener):
    directory = open_(user_filter="(|(uid=?)(mail=?))")
    assert await directory.find("alice@example.org") == await directory.find("alice")


@pytest.mark.real
async def test_further_attributes_come_with_all_their_values(open_: Opener):
    directory = open_(further_attributes=["memberOf", "UID", "objectClass", "title"])
    found = await directory.find("alice")
    assert found
    assert found.attributes == {
        "memberof": ["cn=vpn-users,dc=example,dc=org"], "uid": ["alice"], "title": [],
        "objectclass": ["inetOrgPerson"],
    }  # fmt: skip
    checked = await directory.check_password(ALICE, ALICE_PASSWORD)
    assert checked.found and checked.found.attributes == found.attributes


@pytest.mark.real
async def test_attributes_may_be_the_same_and_in_any_case(open_: Opener):
    directory = open_(
        login_attribute="UID", name_attribute="uid", email_attribute="MAIL", id_attribute="entryuuid"
    )
    found = await directory.find("alice")
    assert found == Found("alice", found.external_id, "alice", "alice@example.org")
    assert found.external_id


@pytest.mark.real
async def test_an_unknown_authority_is_found_by_the_probe(open_: Opener, slapd: Slapd, tmp_path):
    other = make_ca(tmp_path)
    connect, check = await findings(open_(ca_file=other.pem))
    assert connect.ok
    assert not check.ok
    assert "is not trusted" in check.says
    assert "ca_file" in check.remedy
    with pytest.raises(DirectoryError, match="is not trusted") as raised:
        await open_(slapd.ldap, ca_file=other.pem).find("alice")
    assert not raised.value.silent


@pytest.mark.real
async def test_a_wrong_service_password_is_found_by_the_probe(open_: Opener, slapd: Slapd):
    *before, sign_in = await findings(open_(bind_password="wrong"))
    assert all(finding.ok for finding in before)
    assert not sign_in.ok
    assert sign_in.says == f"{slapd.ldaps} refused the password of {slapd.bind_dn}."
    assert "Type the service account's password again" in sign_in.remedy


@pytest.mark.real
async def test_a_locked_service_account_is_told_from_a_wrong_password(open_: Opener, slapd: Slapd):
    dn = f"uid=locked,{slapd.people_dn}"
    with pytest.raises(DirectoryError, match=f"does not let {dn} in: locked"):
        await open_(bind_dn=dn, bind_password="L0cked-Passw0rd").find("alice")


@pytest.mark.real
@pytest.mark.parametrize(
    ("change", "says", "remedy"),
    [
        ({"base_dn": "dc=wrong"}, "answered: No such object", "Check base_dn"),
        ({"base_dn": "cn=default,dc=example,dc=org"}, "finds nobody below cn=default", "Check base_dn"),
        ({"user_filter": "(sAMAccountName=?)"}, "finds nobody below", "user_filter"),
        ({"id_attribute": "objectGUID"}, "has no objectGUID", "id_attribute"),
        ({"login_attribute": "sAMAccountName"}, "has no sAMAccountName", "login_attribute"),
        ({"user_filter": "(&(uid=?)(=x))"}, "Bad search filter", "user_filter"),
        ({"base_dn": "nonsense"}, "answered: Invalid DN syntax", "base_dn"),
    ],
)
async def test_a_search_that_cannot_work_is_found_by_the_probe(open_: Opener, change, says: str, remedy: str):
    *before, find = await findings(open_(**change))
    assert len(before) == 3
    assert all(finding.ok for finding in before)
    assert not find.ok
    assert says in find.says
    assert remedy in find.remedy


@pytest.mark.real
async def test_the_probe_looks_at_every_server(open_: Opener, slapd: Slapd):
    async with serving(say_nothing) as dark:
        connect, check = await findings(open_(slapd.ldaps, dark, timeout=0.5))
    assert connect.ok
    assert not check.ok
    assert str(dark) in check.says


@pytest.mark.real
async def test_a_plain_connection_is_named_so(open_: Opener, slapd: Slapd):
    found = await findings(open_(slapd.ldap, starttls=False))
    assert "is not encrypted" in found[1].says
    assert all(finding.ok for finding in found)


@pytest.mark.real
async def test_anonymous_searches_work_where_the_server_allows_them(open_: Opener):
    found = await findings(open_(bind_dn="", bind_password=""))
    assert found[2].says.endswith("as nobody.")
    assert all(finding.ok for finding in found)


@pytest.mark.real
async def test_a_server_is_checked_by_the_name_it_is_written_with(open_: Opener, slapd: Slapd, ca: Ca):
    server = read_server(slapd.ldaps, starttls=True)
    assert await open_(f"ldaps://localhost:{server.port}").find("alice")
