"""Configuration as code: idempotent, never taking back what a login moved, all or nothing."""

from pathlib import Path

import pytest
from django.db.models import ProtectedError
from ruamel.yaml import YAML

from secondgate.applications.configure import remove as remove_application
from secondgate.applications.models import Application
from secondgate.directories.models import Directory
from secondgate.events.models import Event, Subject
from secondgate.methods.method import Method
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS
from secondgate.people.models import Group, User
from secondgate.policies.models import Policy
from secondgate.setup.document import InputError
from secondgate.setup.export import export
from secondgate.vault.setting import secret_fields
from tests.installation import Configure
from tests.setup.test_bad_input import GOOD

yaml = YAML(typ="safe")


def test_the_same_file_again_changes_nothing(configure: Configure) -> None:
    assert configure(GOOD)
    assert configure(GOOD) == []


def test_an_export_applied_again_changes_nothing(configure: Configure) -> None:
    with_password = GOOD.replace("login: ann\n", "login: ann\n    password: long-enough-for-ann\n", 1)
    configure(with_password)
    exported = export()
    assert "long-enough" not in exported
    assert "secret-of-a-test" not in exported
    assert "JBSWY" not in exported
    assert configure(exported) == []


def test_a_plan_says_what_would_change_and_changes_nothing(configure: Configure) -> None:
    configure(GOOD)
    events = Event.objects.count()
    changes = configure(GOOD.replace("10.0.0.1", "10.0.0.2"), plan=True)
    assert [(change.noun, change.verb, change.name) for change in changes] == [
        ("application", "changed", "WorkSpaces")
    ]
    assert list(Application.objects.get().clients.values_list("network", flat=True)) == ["10.0.0.1/32"]
    assert Event.objects.count() == events


def test_what_a_login_moved_stays(configure: Configure) -> None:
    configure(GOOD)
    Authenticator.objects.update(position=42, spent_by="x")
    configure(GOOD.replace("[10.0.0.1]", "[10.0.0.9]"))
    assert Authenticator.objects.get().position == 42


def test_a_new_seed_begins_anew(configure: Configure) -> None:
    configure(GOOD)
    Authenticator.objects.update(position=42)
    configure(GOOD.replace("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))
    assert Authenticator.objects.get().position == -1


def test_nothing_is_removed_without_prune(configure: Configure) -> None:
    configure(GOOD)
    emptied = "groups: []\nusers: []\npolicies: []\napplications: []\n"
    assert configure(emptied) == []
    assert configure("groups:\n  - {name: Staff, members: []}\n") == []
    assert User.objects.count() == 1
    assert Group.objects.get().memberships.count() == 1
    removed = configure(emptied, prune=True)
    assert {change.verb for change in removed} == {"removed"}
    assert not User.objects.exists()
    assert not Application.objects.exists()
    assert not Policy.objects.exists()
    assert not Group.objects.exists()


def test_a_section_that_is_left_out_is_never_pruned(configure: Configure) -> None:
    configure(GOOD)
    configure("applications: []\n", prune=True)
    assert User.objects.count() == 1
    assert Group.objects.count() == 1


def test_prune_never_makes_a_policy_or_an_application_everyones(configure: Configure) -> None:
    partners = "directories:\n  - {name: Partners, kind: local}\n"
    configure(partners + GOOD.replace("    secret", "    directories: [Partners]\n    secret", 1))
    for section in ("groups", "directories"):
        with pytest.raises(InputError, match="Then it would be for everyone"):
            configure(f"{section}: []\n", prune=True)
    with pytest.raises(InputError, match="no groups called “Staff”"):
        configure(f"groups: []\n{GOOD[GOOD.index('policies:') :]}", prune=True)
    assert Group.objects.count() == 1


def test_the_order_of_policies_is_that_of_the_file(configure: Configure) -> None:
    second = "  - {name: Second, application: WorkSpaces, login: second-factor-only, methods: [totp]}\n"
    configure(GOOD + second)
    assert [policy.name for policy in Policy.objects.all()] == ["MFA", "Second"]
    configure(GOOD.replace("policies:\n", f"policies:\n{second}", 1))
    assert [policy.name for policy in Policy.objects.all()] == ["Second", "MFA"]


def test_every_change_is_an_event_with_before_and_after(configure: Configure) -> None:
    configure(GOOD)
    configure(GOOD.replace("secret-of-a-test", "another-secret"))
    event = Event.objects.latest("id")
    assert event.name == "application.changed"
    assert event.facts["before"]["secret"] != event.facts["after"]["secret"]
    assert "another-secret" not in str(event.facts)


def test_prune_takes_authenticators_of_people_of_every_directory(configure: Configure) -> None:
    held = "authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]"
    directory = "directories:\n  - {name: LDAP, kind: ldap, servers: [ldaps://dc.test], base_dn: dc=test}\n"
    configure(f"{directory}users:\n  - {{login: eve, directory: LDAP, {held}}}\n")
    assert Authenticator.objects.count() == 1
    configure(f"{directory}users: []\n", prune=True)
    assert not Authenticator.objects.exists()
    assert User.objects.get().login == "eve", "her directory would bring her again"


USED_CODES = "users:\n  - login: ann\n    authenticators: [{method: backup-codes, codes: [%s]}]\n"


def test_a_used_backup_code_stays_used_on_a_longer_list(configure: Configure) -> None:
    configure(USED_CODES % "aaaaaaaa, bbbbbbbb")
    Authenticator.objects.update(position=0b10)
    configure(USED_CODES % "cccccccc, bbbbbbbb, aaaaaaaa")
    assert Authenticator.objects.get().position == 0b010


def test_a_code_stays_used_when_its_authenticator_gets_another_name(configure: Configure) -> None:
    configure(GOOD)
    Authenticator.objects.update(position=42)
    configure(GOOD.replace("{method: totp,", "{method: totp, name: iphone,"))
    assert Authenticator.objects.get(name="iphone").position == 42


def test_a_code_stays_used_and_no_other_when_the_period_changes(configure: Configure) -> None:
    configure(GOOD)
    Authenticator.objects.update(position=101)  # its step ends with second 3059
    configure(GOOD.replace("{method: totp,", "{method: totp, period: 60,"))
    assert Authenticator.objects.get().position == 3059 // 60


def test_a_member_is_the_person_of_the_realm_that_was_typed(configure: Configure) -> None:
    configure(
        "directories:\n  - {name: One, kind: local, realms: [one]}\n  - {name: Two, kind: local, realms: [two]}\n"
        "users:\n  - {login: eve, directory: One}\n  - {login: eve, directory: Two}\n"
        "groups:\n  - {name: VPN, members: ['two\\eve']}\n"
    )
    assert User.objects.get(memberships__group__name="VPN").entry.directory.name == "Two"


def test_a_member_of_a_realm_that_nobody_has_is_nobody(configure: Configure) -> None:
    with pytest.raises(InputError, match="nobody"):
        configure(GOOD.replace("members: [ann]", "members: ['other\\ann']"))


def test_new_policies_come_last_also_where_others_were_removed(configure: Configure) -> None:
    policy = "  - {name: %s, application: WorkSpaces, login: second-factor-only, methods: [totp]}\n"
    configure(GOOD + policy % "P2" + policy % "P3")
    Policy.objects.get(name="MFA").delete()
    configure("policies:\n" + policy % "P4")
    assert [one.name for one in Policy.objects.all()] == ["P2", "P3", "P4"]
    assert len(set(Policy.objects.values_list("position", flat=True))) == 3


def test_a_client_may_move_from_one_application_to_another(configure: Configure) -> None:
    two = "applications:\n  - {name: A, kind: radius, clients: [%s], secret: x}\n  - {name: B, kind: radius, clients: [%s], secret: y}\n"
    configure(two % ("10.0.0.1", "10.0.0.2"))
    configure(two % ("10.0.0.2", "10.0.0.1"))
    assert Application.objects.get(name="A").clients.get().network == "10.0.0.2/32"


def test_numbers_and_choices_may_come_from_outside_of_the_file(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "period").write_text("60\n")
    monkeypatch.setenv("D", "8")
    monkeypatch.setenv("NO", "no")
    said = "{method: totp, digits: {env: D}, period: {file: period},"
    configure(
        GOOD.replace("{method: totp,", said).replace("- login: ann", "- login: ann\n    enabled: {env: NO}")
    )
    assert Authenticator.objects.get().settings == {"digits": 8, "period": 60, "algorithm": "sha1"}
    assert not User.objects.get().enabled


def test_a_login_may_be_an_address_of_no_realm(configure: Configure) -> None:
    configure("users:\n  - login: ann@mail.example\ngroups:\n  - {name: G, members: [ann@mail.example]}\n")
    assert User.objects.get().memberships.count() == 1


def test_a_twin_by_width_is_the_same_person(configure: Configure) -> None:
    configure("users:\n  - login: dora\n")
    assert configure("users:\n  - login: ｄｏｒａ\n") == []


@pytest.mark.parametrize("reference", ["905060447e38", "123456789012", "000000000017", "0e1000000000"])
def test_a_reference_that_looks_like_a_number_is_exported_as_text(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    monkeypatch.setattr("secondgate.vault.secrets.fingerprint", lambda value: reference)
    configure(GOOD)
    assert reference in export()
    assert configure(export()) == []


def kept(**changes: object) -> str:
    """Return GOOD with its authenticator kept, and these settings beside it.

    A reference is hex digits, some of which are a number to YAML (905060447e38): `export` quotes those.
    """
    reference = yaml.load(export())["users"][0]["authenticators"][0]["secret"]["kept"]
    beside = "".join(f"{key}: {value}, " for key, value in changes.items())
    return GOOD.replace(
        "secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", f"{beside}secret: {{kept: '{reference}'}}"
    )


def test_settings_beside_a_kept_secret_are_taken(configure: Configure) -> None:
    configure(GOOD)
    Authenticator.objects.update(position=101)
    (changed,) = configure(kept(digits=8, period=60))
    assert (changed.noun, changed.verb) == ("authenticator", "changed")
    assert changed.before and changed.after
    assert [(state["digits"], state["period"]) for state in (changed.before, changed.after)] == [
        (6, 30),
        (8, 60),
    ]
    assert Authenticator.objects.get().position == 3059 // 60, "what was used stays used"
    assert configure(kept()) == [], "what is not said stays"


def test_a_name_beside_a_kept_secret_is_taken(configure: Configure) -> None:
    configure(GOOD)
    before = Authenticator.objects.get().pk
    (changed,) = configure(kept(name="iphone"), prune=True)
    assert changed.before and changed.after
    assert (changed.before["name"], changed.after["name"]) == ("totp", "iphone")
    assert Authenticator.objects.get().pk == before
    assert Subject.objects.get(pk=before).name == "iphone"


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_every_kept_secret_can_have_settings_beside_it(configure: Configure, method: Method) -> None:
    settings = {
        "backup-codes": "codes: [aaaaaaaa, bbbbbbbb]",
        "bypass-code": "code: JBSWY3DPEHPK3PXP, until: '2030-01-01'",
        "passkey": "public_key: a501020326, credential: a-key, site: login.example.com",
    }.get(method.name, "secret: JBSWY3DPEHPK3PXP")
    (field,) = secret_fields(method.settings)
    assert field.name in settings
    held = f"[{{method: {method.name}, {settings}}}]"
    configure(f"users:\n  - {{login: ann, authenticators: {held}}}\n")
    assert configure(export().replace(f"name: {method.name}", "name: Other"))[0].verb == "changed"
    assert Authenticator.objects.get().name == "Other"


def test_a_removed_application_takes_its_policies_with_it_each_by_an_event(configure: Configure) -> None:
    configure(GOOD)
    removed = configure("applications: []\n", prune=True)
    assert [(change.noun, change.name) for change in removed] == [
        ("policy", "MFA"), ("application", "WorkSpaces"),
    ]  # fmt: skip


def test_an_application_cannot_go_before_its_policies(configure: Configure) -> None:
    configure(GOOD)
    with pytest.raises(ProtectedError):
        remove_application(Application.objects.get(), by="test")


def test_prune_keeps_the_built_in_directory_and_no_other(configure: Configure) -> None:
    configure("directories:\n  - {name: Second, kind: local}\nusers:\n  - {login: ann, directory: Second}\n")
    removed = configure("directories: []\nusers: []\n", prune=True)
    assert {(change.noun, change.name) for change in removed} == {("directory", "Second"), ("user", "ann")}
    assert Directory.objects.get().name == "Built-in"


def test_prune_never_takes_the_directory_of_the_last_owner(configure: Configure) -> None:
    configure("""
        directories: [{name: Corp, kind: local}, {name: Other, kind: local}]
        users: [{login: ann, directory: Corp}, {login: bob, directory: Other}]
        """)
    User.objects.filter(login="ann").update(role="owner")
    for plan in (True, False):
        with pytest.raises(InputError, match="“Corp”, where every owner lives"):
            configure("directories: [{name: Other, kind: local}]\n", plan=plan, prune=True)
    User.objects.filter(login="bob").update(role="owner")
    configure("directories: [{name: Other, kind: local}]\n", prune=True)
    assert not Directory.objects.filter(name="Corp").exists()


def test_a_client_that_moves_is_told_of_both(configure: Configure) -> None:
    two = "applications:\n  - {name: A, kind: radius, clients: [%s], secret: x}\n  - {name: B, kind: radius, clients: [%s], secret: y}\n"
    configure(two % ("10.0.0.1", "10.0.0.2"))
    given, taken = configure(two % ("10.0.0.1, 10.0.0.2", "10.0.0.3"))[0:2]
    assert (given.name, given.after) == ("B", {"clients": []})
    assert taken.after
    assert (taken.name, taken.after["clients"]) == ("A", ["10.0.0.1/32", "10.0.0.2/32"])


NAMED = "applications:\n  - {name: A, kind: radius, clients: [], certificate_names: [%s], secret: x}\n  - {name: B, kind: radius, clients: [], certificate_names: [%s], secret: y}\n"


def names_of(application: str) -> list[str]:
    one = Application.objects.get(name=application)
    return list(one.certificate_names.order_by("pk").values_list("name", flat=True))


def test_a_certificate_s_name_may_move_from_one_application_to_another(configure: Configure) -> None:
    configure(NAMED % ("a.test, '2001:DB8::7'", "B.Test"))
    given, *_others, taken = configure(NAMED % ("b.test", "a.test, c.test"))
    assert (given.name, given.after) == ("A", {"certificate_names": ["2001:db8::7"]})
    assert (taken.name, taken.after and taken.after["certificate_names"]) == ("B", ["a.test", "c.test"])
    assert (names_of("A"), names_of("B")) == (["b.test"], ["a.test", "c.test"])


def test_certificates_names_are_exported_and_go_where_the_file_has_none(configure: Configure) -> None:
    configure(NAMED % ("b.test, a.test", "c.test"))
    assert configure(export(), prune=True) == []
    configure(NAMED % ("a.test", ""))
    assert (names_of("A"), names_of("B")) == (["a.test"], [])


def test_a_certificate_s_name_of_an_application_outside_of_the_file_is_refused(configure: Configure) -> None:
    configure(NAMED % ("a.test", "b.test"))
    with pytest.raises(InputError, match="the certificate's name a.test belongs to “A” already"):
        configure(
            "applications:\n  - {name: C, kind: radius, clients: [], certificate_names: [a.test], secret: x}\n"
        )


def test_a_member_who_may_be_two_people_is_refused_with_the_names_that_would_work(
    configure: Configure,
) -> None:
    two = """
        directories:
          - {name: Old RADIUS, kind: radius, servers: [192.0.2.1], secret: secret-of-a-test}
        users:
          - login: ann
          - {login: ann, directory: Old RADIUS}
        groups:
          - {name: Staff, members: [%s]}
        """
    with pytest.raises(InputError) as raised:
        configure(two % "ann")
    assert str(raised.value) == (
        "house.yaml line 8: 2 people in `users:` or in the installation are called “ann”: write "
        "built-in\\ann or old radius\\ann."
    )
    configure(two % "built-in\\ann, old radius\\ann")
    assert Group.objects.get().memberships.count() == 2


def test_a_password_that_another_directory_would_check_is_refused(configure: Configure) -> None:
    of_old = """
        directories:
          - {name: Old RADIUS, kind: radius, servers: [192.0.2.1], secret: secret-of-a-test}
        users:
          - {login: ann, directory: Old RADIUS%s}
        """
    with pytest.raises(InputError) as raised:
        configure(of_old % ", password: long-enough-for-ann")
    assert str(raised.value) == (
        "house.yaml line 5: “Old RADIUS” checks the password of “ann” itself, and one set here would never "
        "count: take it out."
    )
    configure(of_old % "")


def test_a_short_secret_is_taken_with_a_word(configure: Configure) -> None:
    """Some products take no longer one."""
    short = GOOD.replace("secret-of-a-test", "fifteen-octets!")
    (change,) = [change for change in configure(short) if change.noun == "application"]
    assert change.note.startswith("Its secret is shorter than 16 octets: ")
    assert not any(change.note for change in configure(GOOD))
