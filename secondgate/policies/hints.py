"""What is odd about the policies as they stand: the dead, the impossible, the forgotten. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from secondgate.applications.kinds import Kind
from secondgate.methods.registry import RADIUS
from secondgate.policies.grants import attributes_of
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.policies.sentence import LOGIN_METHODS, isolated, listed, methods_in_words


@dataclass(frozen=True, slots=True)
class Guarded:
    """An application, and its policies in their order. `server` is the one that checks codes, if one does.

    `described` are the attributes that its directories tell of people, in lower case.
    """

    id: str
    name: str
    kind: Kind
    separator: str
    rules: tuple[Rule, ...]
    server: str = ""
    described: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people whom a policy names: those of its groups that nobody is in, by name, and whether
    anybody at all holds a method that it takes."""

    empty_groups: tuple[str, ...] = ()
    equipped: bool = True


class Level(StrEnum):
    """How much a hint matters: the design's signals."""

    BAD = "bad"  # nobody gets in that way
    WARN = "warn"  # probably not what was meant
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to look at. `about` is the policy's id, or the application's."""

    name: str
    about: str
    level: Level
    title: str
    says: str


def hints(
    guarded: Iterable[Guarded], crowds: Mapping[str, Crowd], groups: Mapping[str, str]
) -> Sequence[Hint]:
    """Return what is odd, in the order of the applications and their policies.

    `crowds` are by policy, and one that is missing is as it should be; `groups` are names by id.
    """
    return [hint for one in guarded for hint in _of_application(one, crowds, groups)]


def _of_application(one: Guarded, crowds: Mapping[str, Crowd], groups: Mapping[str, str]) -> Iterator[Hint]:
    if not one.rules:
        says = f"Nobody can log in to {isolated(one.name)}: everyone is refused, with the reason “no policy”."
        yield Hint("no-policy", one.id, Level.BAD, "No policy yet", says)
    for place, rule in enumerate(one.rules):
        yield from _of_reach(one, rule, one.rules[:place], groups)
        yield from _of_method(one, rule)
        yield from _of_grants(one, rule)
        yield from _of_people(rule, crowds.get(rule.id, Crowd()), groups)


def shadows(rule: Rule, before: Sequence[Rule]) -> list[Rule]:
    """Return the policies that take everybody from `rule`; none where somebody may be left for it."""
    for one in before:
        if not one.groups:
            return [one]
    takers = [one for one in before if one.groups & rule.groups]
    covered = frozenset[str]().union(*(one.groups for one in takers))
    return takers if rule.groups and rule.groups <= covered else []


def _of_reach(one: Guarded, rule: Rule, before: Sequence[Rule], groups: Mapping[str, str]) -> Iterator[Hint]:
    takers = shadows(rule, before)
    if not takers:
        return
    who = listed([groups.get(id_, id_) for id_ in sorted(rule.groups)], "and") or "everyone"
    by = listed([f"“{isolated(taker.name)}”" for taker in takers], "and")
    verb = "takes" if len(takers) == 1 else "take"
    says = f"{by} {verb} {who} at {isolated(one.name)} before this one. Remove it, or move it up."
    yield Hint("never-reached", rule.id, Level.WARN, "Never reached", says)


def _of_method(one: Guarded, rule: Rule) -> Iterator[Hint]:
    title = LOGIN_METHODS[rule.login][0]
    if rule.login is LoginMethod.PASSWORD_ONLY and rule.login not in one.kind.cautions:
        says = "Whoever knows the password gets in. Is that meant?"
        yield Hint("password-only", rule.id, Level.WARN, "No second factor", says)
    if rule.login in one.kind.cautions:
        note = one.kind.login_notes[rule.login].replace("a separator", f"“{one.separator}”")
        yield Hint(f"caution-{rule.login}", rule.id, Level.WARN, f"{title} at {one.kind.title}", note)
    if rule.login is not LoginMethod.PASSWORD_ONLY and not rule.methods:
        says = "It asks for a second factor and takes none: everyone is refused. Choose a method."
        yield Hint("no-method", rule.id, Level.BAD, "No method", says)
    if rule.login is not LoginMethod.PASSWORD_ONLY and RADIUS in rule.methods and not one.server:
        level = Level.BAD if set(rule.methods) == {RADIUS} else Level.WARN
        says = f"{isolated(one.name)} has no RADIUS server among its directories: nobody checks such codes."
        yield Hint("no-code-server", rule.id, level, "No RADIUS server", says)
    asks = rule.login is LoginMethod.PASSWORD_AND_SECOND_FACTOR and rule.challenge
    if asks and not one.kind.challenge:
        says = f"{one.kind.no_challenge_because}: no prompt will be seen. Switch it off."
        yield Hint("cannot-ask", rule.id, Level.BAD, "It cannot ask", says)


def _of_grants(one: Guarded, rule: Rule) -> Iterator[Hint]:
    missing = sorted(attributes_of(rule.grants) - one.described)
    if missing:
        says = (
            f"No directory of {isolated(one.name)} reads {listed(missing)}: such lines are left out of the "
            "answer. Name it in “Further attributes” of a directory."
        )
        yield Hint("attribute-not-read", rule.id, Level.WARN, "Nothing to tell", says)


def _of_people(rule: Rule, crowd: Crowd, groups: Mapping[str, str]) -> Iterator[Hint]:
    if crowd.empty_groups:
        verb = "has" if len(crowd.empty_groups) == 1 else "have"
        says = f"{listed(crowd.empty_groups, 'and')} {verb} no members yet."
        yield Hint("empty-group", rule.id, Level.INFO, "Nobody in it", says)
    everything_empty = bool(rule.groups) and len(crowd.empty_groups) == len(rule.groups)
    asks = rule.login is not LoginMethod.PASSWORD_ONLY and rule.methods
    if asks and not crowd.equipped and not everything_empty:
        who = listed([groups.get(id_, id_) for id_ in sorted(rule.groups)]) or "the whole house"
        says = (
            f"Nobody in {who} has {methods_in_words(rule.methods)}: until somebody enrols, all are refused."
        )
        yield Hint("nobody-equipped", rule.id, Level.WARN, "Nobody could pass", says)
