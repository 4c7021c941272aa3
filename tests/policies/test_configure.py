"""Policies are renamed, moved, and keep being themselves."""

import pytest

from secondgate.applications.models import Application
from secondgate.events.models import Event, Subject
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy
from secondgate.policies.reading import crowds, noticed, standing
from tests.installation import Configure

HOUSE = """
applications:
  - {name: A, kind: openvpn, clients: [10.0.0.1], secret: secret-of-a-test}
  - {name: B, kind: openvpn, clients: [10.0.0.2], secret: secret-of-a-test}
groups:
  - {name: Empty}
  - {name: Bare, members: [bob]}
  - {name: Staff, members: [ann, bob]}
users:
  - {login: ann, authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]}
  - {login: bob}
policies:
  - {name: A1, application: A, groups: [Empty], login: second-factor-only, methods: [totp]}
  - {name: B1, application: B, groups: [Bare], login: second-factor-only, methods: [totp]}
  - {name: A2, application: A, groups: [Staff], login: second-factor-only, methods: [totp]}
  - {name: A3, application: A, groups: [Staff], login: second-factor-only, methods: [hotp]}
  - {name: B2, application: B, login: second-factor-only, methods: [backup-codes]}
"""


def order(application: str) -> list[str]:
    return list(Policy.objects.filter(application__name=application).values_list("name", flat=True))


def renamed(policy: Policy, name: str) -> Policy:
    return policies.configure(
        name, by="t", policy=policy, application=policy.application, groups=list(policy.groups.all()),
        login=policy.login, methods=policy.methods, challenge=policy.challenge,
    )  # fmt: skip


def test_a_renamed_policy_stays_the_same_policy(configure: Configure) -> None:
    configure(HOUSE)
    policy = Policy.objects.get(name="A2")
    renamed(policy, "A two")
    assert Policy.objects.get(pk=policy.pk).name == "A two" == Subject.objects.get(pk=policy.pk).name
    assert order("A") == ["A1", "A two", "A3"]
    facts = Event.objects.filter(name="policy.changed").latest("id").facts
    assert (facts["before"]["name"], facts["after"]["name"]) == ("A2", "A two")


def test_a_name_that_is_taken_changes_nothing(configure: Configure) -> None:
    configure(HOUSE)
    with pytest.raises(policies.NameTaken):
        renamed(Policy.objects.get(name="A2"), "B1")
    assert order("A") == ["A1", "A2", "A3"]


def test_a_policy_moves_among_those_of_its_application(configure: Configure) -> None:
    configure(HOUSE)
    policies.move(Policy.objects.get(name="A3"), -1, by="t")
    assert (order("A"), order("B")) == (["A1", "A3", "A2"], ["B1", "B2"])
    policies.move(Policy.objects.get(name="A1"), 5, by="t")
    policies.move(Policy.objects.get(name="A3"), -5, by="t")
    assert (order("A"), order("B")) == (["A3", "A2", "A1"], ["B1", "B2"])
    before = Event.objects.count()
    policies.move(Policy.objects.get(name="A3"), -1, by="t")
    assert Event.objects.count() == before


def test_what_is_known_of_their_people(configure: Configure) -> None:
    configure(HOUSE)
    now = standing()
    known = crowds(now)
    by_name = {rule.name: known[rule.id] for one in now.guarded for rule in one.rules}
    assert {name: (one.empty_groups, one.equipped) for name, one in by_name.items()} == {
        "A1": (("Empty",), False), "A2": ((), True), "A3": ((), False),
        "B1": ((), False), "B2": ((), False),
    }  # fmt: skip


def test_who_would_notice(configure: Configure) -> None:
    configure(HOUSE)
    staff = Policy.objects.get(name="A2").groups.all()
    found = noticed(Application.objects.get(name="A"), staff, "second-factor-only", ["totp"])
    assert (found.people, found.without, [one.login for one in found.some]) == (2, 1, ["bob"])
    assert noticed(None, [], "password-only", []).without == 0


def test_of_many_people_only_so_many_are_looked_at(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(HOUSE)
    monkeypatch.setattr("secondgate.policies.reading.LOOKED_AT", 1)
    for groups in (Policy.objects.get(name="A2").groups.all(), []):
        found = noticed(Application.objects.get(name="A"), groups, "second-factor-only", ["totp"])
        assert (found.people, found.more) == (1, True)
