"""What is odd about the policies as they stand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.applications.kinds import KINDS
from secondgate.policies.grants import read_all
from secondgate.policies.hints import Crowd, Guarded, Level, hints, shadows
from secondgate.policies.resolve import LoginMethod, Rule, resolve
from tests.fuzz.steady import steady

VPN, WORKSPACES = KINDS["fortigate"], KINDS["aws-workspaces"]
GROUPS = {"s": "Staff", "a": "Admins", "g": "Guests"}
SECOND, BOTH, PASSWORD = (
    LoginMethod.SECOND_FACTOR_ONLY, LoginMethod.PASSWORD_AND_SECOND_FACTOR, LoginMethod.PASSWORD_ONLY,
)  # fmt: skip


def rule(name: str, *groups: str, login=SECOND, methods=("totp",), challenge=False) -> Rule:
    return Rule(name, name, frozenset(groups), login, methods, challenge)


def named(*rules: Rule, kind=VPN, crowds=None) -> dict[str, str]:
    """Return each hint's name, and what it says."""
    found = hints([Guarded("app", "Gate", kind, ",", rules)], crowds or {}, GROUPS)
    return {hint.name: hint.says for hint in found}


def test_what_is_as_it_should_be_gives_no_hint() -> None:
    assert named(rule("A", "s"), rule("B", "a"), rule("C")) == {}


def test_an_application_without_a_policy_refuses_everyone() -> None:
    (hint,) = hints([Guarded("app", "Gate", VPN, ",", ())], {}, GROUPS)
    assert (hint.name, hint.about, hint.level) == ("no-policy", "app", Level.BAD)


def test_a_dead_policy_names_those_that_take_its_people() -> None:
    assert named(rule("A"), rule("B", "s"))["never-reached"].startswith("“A” takes Staff at Gate")
    both = named(rule("A", "s"), rule("B", "a"), rule("C", "a", "s"))
    assert both["never-reached"].startswith("“A” and “B” take Admins and Staff")


@pytest.mark.parametrize(
    ("kind", "one", "hint"),
    [
        (VPN, rule("A", login=PASSWORD), "password-only"),
        (WORKSPACES, rule("A", login=PASSWORD), "caution-password-only"),
        (WORKSPACES, rule("A", login=BOTH), "caution-password-and-second-factor"),
        (WORKSPACES, rule("A", login=BOTH, challenge=True), "cannot-ask"),
        (VPN, rule("A", methods=()), "no-method"),
    ],
)
def test_what_a_login_method_comes_to(kind, one: Rule, hint: str) -> None:
    assert hint in named(one, kind=kind)


def test_an_attribute_that_no_directory_reads_is_named() -> None:
    told = replace(
        rule("A"), grants=read_all(["Class={directory.Title}", "Filter-Id={directory.department}"])
    )
    known = Guarded("app", "Gate", VPN, ",", (told,), described=frozenset({"department"}))
    (hint,) = hints([known], {}, GROUPS)
    assert (hint.name, hint.about) == ("attribute-not-read", "A")
    assert "No directory of Gate reads title:" in hint.says
    assert not hints([replace(known, described=frozenset({"department", "title"}))], {}, GROUPS)


def test_a_challenge_that_would_never_be_asked_is_no_conflict() -> None:
    assert "cannot-ask" not in named(rule("A", challenge=True), kind=WORKSPACES)
    assert "cannot-ask" not in named(rule("A", login=BOTH, challenge=True), kind=VPN)


def test_append_mode_is_shown_with_the_application_s_own_separator() -> None:
    (hint,) = hints([Guarded("app", "Gate", WORKSPACES, ";", (rule("A", login=BOTH),))], {}, GROUPS)
    assert "“;”" in hint.says


def test_nobody_there_and_nobody_equipped_are_told_apart() -> None:
    empty = {"A": Crowd(("Staff",), equipped=False)}
    assert list(named(rule("A", "s"), crowds=empty)) == ["empty-group"]
    bare = {"A": Crowd((), equipped=False)}
    says = named(rule("A", "s"), crowds=bare)["nobody-equipped"]
    assert says.startswith("Nobody in Staff has authenticator app")
    assert named(rule("A", "s", login=PASSWORD), crowds=bare).keys() == {"password-only"}


RULES = st.lists(
    st.builds(
        Rule, st.uuids().map(str), st.text(max_size=3), st.frozensets(st.sampled_from("sagx")),
        st.sampled_from(LoginMethod), st.just(()), st.booleans(),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@steady
@given(RULES, st.frozensets(st.sampled_from("sagx")))
def test_a_policy_that_is_called_dead_never_decides(rules: list[Rule], groups: frozenset[str]) -> None:
    decides = resolve(rules, groups)
    if decides:
        assert not shadows(decides, rules[: rules.index(decides)])


@steady
@given(RULES)
def test_one_that_is_not_called_dead_decides_for_somebody(rules: list[Rule]) -> None:
    last = rules[-1]
    if not shadows(last, rules[:-1]):
        possible = [frozenset({group}) for group in last.groups] or [frozenset()]
        assert any(resolve(rules, groups) is last for groups in possible)
