"""Which policy holds for a login."""

from hypothesis import given
from hypothesis import strategies as st

from secondgate.policies.resolve import LoginMethod, Rule, resolve
from tests.fuzz.steady import steady

GROUPS = st.frozensets(st.sampled_from(["staff", "admins", "guests", "vpn"]))
RULES = st.lists(
    st.builds(
        Rule, st.uuids().map(str), st.text(max_size=3), GROUPS, st.sampled_from(LoginMethod), st.just(()), st.booleans()
    ),
    max_size=6,
)  # fmt: skip


def rule(name: str, *groups: str) -> Rule:
    return Rule(name, name, frozenset(groups), LoginMethod.SECOND_FACTOR_ONLY, ("totp",), False)


EVERYONE, STAFF, ADMINS = rule("everyone"), rule("staff", "staff"), rule("admins", "admins", "owners")


def test_the_first_match_wins() -> None:
    both = frozenset({"staff", "admins"})
    assert resolve([STAFF, ADMINS], both) is STAFF
    assert resolve([ADMINS, STAFF], both) is ADMINS
    assert resolve([EVERYONE, ADMINS, STAFF], both) is EVERYONE


def test_a_rule_without_groups_is_for_everyone() -> None:
    assert resolve([EVERYONE], frozenset()) is EVERYONE
    assert resolve([EVERYONE], frozenset({"staff"})) is EVERYONE
    assert resolve([STAFF, EVERYONE], frozenset()) is EVERYONE


def test_one_of_several_groups_is_enough() -> None:
    assert resolve([ADMINS], frozenset({"owners", "guests"})) is ADMINS


def test_no_match_is_none() -> None:
    assert resolve([], frozenset({"staff"})) is None
    assert resolve([STAFF, ADMINS], frozenset({"guests"})) is None
    assert resolve([STAFF], frozenset()) is None


@steady
@given(RULES, GROUPS)
def test_it_is_the_first_of_those_that_hold(rules: list[Rule], groups: frozenset[str]) -> None:
    holding = [
        rule for rule in rules if len(rule.groups) == 0 or any(group in rule.groups for group in groups)
    ]
    assert resolve(rules, groups) is (holding[0] if holding else None)


@steady
@given(RULES, GROUPS, RULES)
def test_what_stands_behind_the_match_changes_nothing(
    rules: list[Rule], groups: frozenset[str], more: list[Rule]
) -> None:
    first = resolve(rules, groups)
    if first:
        assert resolve([*rules, *more], groups) is first
