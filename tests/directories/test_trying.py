"""Settings are tried before they are used: on real servers, step by step, and by looking through them."""

from collections.abc import Callable
from typing import Any

import pytest

from secondgate.directories.active_directory import ActiveDirectory
from secondgate.directories.directory import DirectoryError
from secondgate.directories.ldap import Ldap
from secondgate.directories.ldap_settings import ACCOUNT, CONNECTION
from secondgate.directories.presets import PRESETS, presets_of
from secondgate.directories.registry import KINDS
from secondgate.directories.trying import look_below, try_login_name, try_steps
from secondgate.vault.setting import SettingError, parts_of
from tests.real.samba import USERS_DN, Samba
from tests.real.slapd import Slapd

LDAP, AD = Ldap(), ActiveDirectory()
Filled = Callable[..., Any]


def filled(kind: Ldap | ActiveDirectory, service: Slapd | Samba, **changes: Any) -> Any:
    """Return the settings of a form that is filled in rightly, but for `changes`."""
    right = {
        "servers": [service.ldaps], "ca_file": service.ca_pem, "bind_dn": service.bind_dn,
        "bind_password": service.bind_password, "base_dn": service.base_dn,
    }  # fmt: skip
    return kind.settings(**right | changes)


@pytest.mark.real
async def test_a_test_takes_only_the_steps_that_its_part_needs(slapd: Slapd) -> None:
    settings = filled(LDAP, slapd, bind_password="wrong", base_dn="")
    found = await try_steps(LDAP, settings, until=CONNECTION.until)
    assert [(one.title, one.ok) for one in found] == [("Connect", True), ("Check the certificate", True)]
    found = await try_steps(LDAP, settings, until=ACCOUNT.until)
    assert [one.ok for one in found] == [True, True, False]
    assert found[-1].says.endswith("refused the password of cn=reader,dc=example,dc=org.")
    assert "Invalid credentials" in found[-1].raw
    assert "wrong" not in found[-1].raw


@pytest.mark.real
async def test_a_service_account_that_is_not_let_in_is_told_what_to_do(samba: Samba) -> None:
    account = f"CN=frank,{USERS_DN}"
    settings = filled(AD, samba, bind_dn=account, bind_password="Fr4nk-Passw0rd")
    (*_, last) = await try_steps(AD, settings, until=ACCOUNT.until)
    assert last.says == f"ldaps://{samba.address}:636 does not let {account} in: password expired."
    assert last.remedy.startswith("Give it a new password")
    assert "data 532" in last.raw


@pytest.mark.real
async def test_an_untrusted_certificate_is_said_with_what_openssl_said(slapd: Slapd) -> None:
    (*_, last) = await try_steps(LDAP, filled(LDAP, slapd, ca_file=""), until=CONNECTION.until)
    assert not last.ok
    assert "CERTIFICATE_VERIFY_FAILED" in last.raw


@pytest.mark.real
async def test_the_search_base_is_found_by_looking(slapd: Slapd) -> None:
    settings = filled(LDAP, slapd, base_dn="")
    assert await look_below(LDAP, settings, "") == ["dc=example,dc=org"]
    assert await look_below(LDAP, settings, "dc=example,dc=org") == ["ou=people,dc=example,dc=org"]
    assert await look_below(LDAP, settings, "ou=people,dc=example,dc=org") == []
    with pytest.raises(DirectoryError, match="No such object"):
        await look_below(LDAP, settings, "ou=nowhere,dc=example,dc=org")


@pytest.mark.real
async def test_active_directory_begins_with_its_own_domain(samba: Samba) -> None:
    settings = filled(AD, samba, base_dn="")
    roots = await look_below(AD, settings, "")
    assert roots[0] == "DC=corp,DC=test"
    below = await look_below(AD, settings, roots[0])
    assert {"CN=Users,DC=corp,DC=test", "OU=Domain Controllers,DC=corp,DC=test"} <= set(below)


@pytest.mark.real
async def test_a_preview_shows_the_entry_and_what_is_taken_from_it(slapd: Slapd, samba: Samba) -> None:
    shown = await try_login_name(LDAP, filled(LDAP, slapd), "alice")
    assert shown.found
    assert shown.found.where == "uid=alice,ou=people,dc=example,dc=org"
    assert (shown.found.name, shown.found.email) == ("Alice Ångström", "alice@example.org")
    nobody = await try_login_name(AD, filled(AD, samba), "mallory")
    assert (nobody.found, nobody.finding.ok) == (None, False)
    twins = await try_login_name(LDAP, filled(LDAP, slapd, user_filter="(mail=?)"), "twin@example.org")
    assert "more than one person" in twins.finding.says


@pytest.mark.real
@pytest.mark.parametrize("name", ["openldap", "ad-short-name", "ad-short-name-or-address", "ad-enabled"])
async def test_a_preset_finds_people_on_the_real_server(slapd: Slapd, samba: Samba, name: str) -> None:
    preset = PRESETS[name]
    kind, service = (LDAP, slapd) if preset.kind == "ldap" else (AD, samba)
    shown = await try_login_name(kind, filled(kind, service, **preset.settings), "alice")
    assert shown.found, shown.finding
    assert shown.found.login == "alice"
    if name == "ad-enabled":
        disabled = await try_login_name(kind, filled(kind, service, **preset.settings), "carol")
        assert disabled.found is None


def test_every_preset_fits_the_settings_of_its_kind() -> None:
    for preset in PRESETS.values():
        assert preset in presets_of(preset.kind)
        KINDS[preset.kind].settings(**{"servers": ["ldaps://dc"], "base_dn": "dc=x"} | dict(preset.settings))


def test_every_part_that_has_a_test_ends_at_a_step_of_the_probe() -> None:
    for kind in (LDAP, AD):
        settings = kind.settings(servers=["ldaps://dc"], base_dn="dc=x")
        steps = kind.open("x", settings).probe()
        for part, _fields in parts_of(kind.settings):
            assert not part.until or part.until in steps


def test_what_is_wrong_names_its_field() -> None:
    for field, value in {"servers": ["http://x"], "ca_file": "x", "user_filter": "x", "timeout": 0}.items():
        with pytest.raises(SettingError) as raised:
            LDAP.settings(**{"servers": ["ldaps://dc"], "base_dn": "dc=x"} | {field: value})
        assert raised.value.field == field
