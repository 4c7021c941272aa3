"""A login in thought: which policy would hold for somebody, and what would be asked. Pure.

It asks the same `resolve` as a login does; nothing is sent, counted or checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from secondgate.methods.registry import RADIUS, TITLES
from secondgate.policies.hints import Guarded
from secondgate.policies.resolve import LoginMethod, Rule, resolve
from secondgate.policies.sentence import LOGIN_METHODS, isolated, listed, methods_in_words


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, as far as policies care. `held` are their enabled authenticators: name and method."""

    name: str
    enabled: bool
    directory: str
    may_use: bool  # the application takes people of this directory
    groups: frozenset[str]
    held: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Looked:
    """One policy that was looked at, in its place: does it decide, and why or why not."""

    place: int
    rule: Rule
    decides: bool
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the login, with the mark that the trail gives it: ok, bad, warn, skipped, wait."""

    mark: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What would happen. `reason` is that of login/reasons.py where it would be refused, "" otherwise."""

    headline: str
    says: str
    reason: str
    rule: Rule | None
    steps: Sequence[Step]
    looked: Sequence[Looked]


def what_if(guarded: Guarded, who: Who, groups: Mapping[str, str], *, method: str = "") -> Answer:
    """Return what would happen if `who` logged in to the application now.

    `groups` are names by id. `method` is what they mean to use, "" for any.
    """
    guarded, who = _isolated(guarded, who)
    if guarded.server:  # whoever they are: it may have a code for them
        who = replace(who, held=(*who.held, (guarded.server, RADIUS)))
    rule = resolve(guarded.rules, who.groups)
    looked = tuple(_looked(guarded, who, groups, rule))
    reason = _reason(who, rule, method)
    usable = [
        name for name, kind in who.held if rule and kind in rule.methods and (not method or kind == method)
    ]
    headline, says = _verdict(guarded, who, rule, reason, method)
    steps = tuple(_steps(guarded, who, groups, rule, reason, usable))
    return Answer(headline, says, reason, rule, steps, looked)


def _isolated(guarded: Guarded, who: Who) -> tuple[Guarded, Who]:
    """Return both with names that can stand in any sentence."""
    rules = tuple(replace(rule, name=isolated(rule.name)) for rule in guarded.rules)
    held = tuple((isolated(name), method) for name, method in who.held)
    person = replace(who, name=isolated(who.name), directory=isolated(who.directory), held=held)
    named = replace(guarded, name=isolated(guarded.name), server=isolated(guarded.server))
    return replace(named, rules=rules), person


def _reason(who: Who, rule: Rule | None, method: str) -> str:
    """Return why the login would be refused whatever is typed, in the order in which it would be."""
    if not who.may_use:
        return "unknown-user"
    if not who.enabled:
        return "user-disabled"
    if rule is None:
        return "no-policy"
    if rule.login is LoginMethod.PASSWORD_ONLY:
        return ""
    kinds = {kind for _name, kind in who.held if kind in rule.methods}
    if not kinds:
        return "no-authenticator"
    return "wrong-code" if method and method not in kinds else ""


def _looked(guarded: Guarded, who: Who, groups: Mapping[str, str], decided: Rule | None) -> Iterator[Looked]:
    reached = True
    for place, rule in enumerate(guarded.rules, 1):
        if rule is decided:
            common = listed(sorted(groups.get(id_, id_) for id_ in rule.groups & who.groups), "and")
            yield Looked(place, rule, True, f"{who.name} is in {common}" if common else "It is for everyone")
            reached = False
        elif reached:
            named = listed(sorted(groups.get(id_, id_) for id_ in rule.groups))
            yield Looked(place, rule, False, f"{who.name} is not in {named}")
        else:
            yield Looked(place, rule, False, "Not reached")


def _verdict(guarded: Guarded, who: Who, rule: Rule | None, reason: str, method: str) -> tuple[str, str]:
    refused = f"{who.name} is refused"
    match reason:
        case "unknown-user":
            return (
                refused,
                f"{guarded.name} takes nobody of {who.directory}: to it, they are a stranger.",
            )
        case "user-disabled":
            return refused, "The account is disabled here. Enable it on their page."
        case "no-policy":
            return (
                refused,
                f"No policy of {guarded.name} is for them. Add one, or put them in a group that has.",
            )
    assert rule
    takes = methods_in_words(rule.methods)
    match reason:
        case "no-authenticator":
            return refused, f"“{rule.name}” takes {takes}, and they have none of it. Enrol one."
        case "wrong-code":
            title = TITLES.get(method, method)
            why = "they have none" if method in rule.methods else f"“{rule.name}” does not take it"
            return f"{who.name} is refused with that", f"{title}: {why}. What would do: {takes}."
    if rule.login is LoginMethod.PASSWORD_ONLY:
        return (
            f"{who.name} gets in with the password alone",
            f"“{rule.name}” asks for no second factor.",
        )
    return (
        f"{who.name} is asked for a second factor",
        f"“{rule.name}”: {LOGIN_METHODS[rule.login][0].lower()}, {takes}.",
    )


def _steps(
    guarded: Guarded,
    who: Who,
    groups: Mapping[str, str],
    rule: Rule | None,
    reason: str,
    usable: Sequence[str],
) -> Iterator[Step]:
    inside = listed(sorted(groups.get(id_, id_) for id_ in who.groups), "and")
    member = f"Member of {inside}." if inside else "In no group."
    if reason == "unknown-user":
        yield Step(
            "bad",
            "Person",
            f"{who.name} is of {who.directory}, which {guarded.name} does not ask.",
        )
        return
    if reason == "user-disabled":
        yield Step("bad", "Person", f"{who.name} of {who.directory} is disabled here. {member}")
        return
    yield Step("ok", "Person", f"{who.name} of {who.directory}, enabled. {member}")
    if rule is None:
        yield Step("bad", "No policy holds", f"{guarded.name} has {len(guarded.rules)}, none for them.")
        return
    title, says = LOGIN_METHODS[rule.login]
    place = guarded.rules.index(rule) + 1
    yield Step(
        "ok",
        f"Policy {rule.name} decides",
        f"Place {place} of {guarded.name}: {title.lower()}. {says}",
    )
    note = guarded.kind.login_notes.get(rule.login, "")
    if rule.login is LoginMethod.SECOND_FACTOR_ONLY:
        yield Step("skipped", "Password", note or "Not asked here.")
    else:
        yield Step("wait", "Password", note or f"{who.directory} checks it.")
    if rule.login is LoginMethod.PASSWORD_ONLY:
        yield Step("skipped", "Second factor", "Not asked.")
        yield Step("ok", "Right password: accepted", "A wrong one is refused and counts as a failure.")
    elif reason:
        yield Step(
            "bad", "Second factor", f"Nothing that would do: it takes {methods_in_words(rule.methods)}."
        )
    else:
        yield Step("wait", "Second factor", f"{who.name} can use: {listed(usable)}.")
        yield Step("ok", "Right: accepted", "A wrong code is refused and counts as a failure.")
