"""What a policy would mean, as it stands in the form: before it is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from secondgate.applications.kinds import KINDS
from secondgate.applications.models import Application
from secondgate.console.forms.policy import CHALLENGES
from secondgate.console.reply_attributes import example, usual
from secondgate.methods.registry import TITLES
from secondgate.people.models import Group
from secondgate.policies.grants import Grant, known, together
from secondgate.policies.hints import Crowd, hints
from secondgate.policies.models import Policy
from secondgate.policies.reading import noticed, standing
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.policies.sentence import LOGIN_METHODS, Said, in_words

NEW = "new"  # stands for the id of a policy that has none yet


def preview(policy: Policy | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sentence, the hints, who would notice, and what the login methods come to.

    `values` are the form's as they were typed: what makes no sense is passed over.
    """
    application = Application.objects.filter(pk__in=uuids([values.get("application")])).first()
    groups = list(Group.objects.filter(pk__in=uuids(values.get("groups") or ())).order_by("name"))
    login = LoginMethod(values["login"]) if values.get("login") in set(LoginMethod) else None
    methods = tuple(name for name in values.get("methods") or () if name in TITLES)
    kind = KINDS.get(application.kind) if application else None
    context: dict[str, Any] = {
        "application": application,
        "kind": kind,
        "logins": [
            {"value": one.value, "title": title, "says": (kind and kind.login_notes.get(one)) or says,
             "suggested": kind is not None and kind.login == one}
            for one, (title, says) in LOGIN_METHODS.items()
        ],
        "asks_password_only": login is LoginMethod.PASSWORD_ONLY,
    }  # fmt: skip
    if application is None or kind is None or login is None:
        return context
    asks = CHALLENGES.get(values.get("challenge") or "")
    challenge = application.challenge if asks is None else asks
    names = [group.name for group in groups]
    found = noticed(application, groups, login, methods)
    ids = frozenset(group.pk.hex for group in groups)
    name = str(values.get("name"))
    told = _told_by(application, str(values.get("grants") or ""))
    rule = Rule(policy.pk.hex if policy else NEW, name, ids, login, methods, challenge, grants=told)
    said = Said(application.name, kind, names, login, methods, challenge, application.separator)
    return {
        **context,
        "words": in_words(said),
        "noticed": found,
        "who": names,
        "usual": usual(application.kind, str(values.get("grants") or "")),
        "told": example(told, names),
        "hints": _hints(application, rule, Crowd(equipped=found.people == 0 or found.without < found.people)),
    }


def _told_by(application: Application, lines: str) -> tuple[Grant, ...]:
    """Return what an answer would carry, as far as the lines make sense."""
    return together(list(known(application.grants)), list(known(lines.splitlines())))


def _hints(application: Application, rule: Rule, crowd: Crowd) -> list[Any]:
    """Return what would be odd about `rule` in the place that it has, or would come to."""
    now = standing()
    guarded = next(one for one in now.guarded if one.id == application.pk.hex)
    known = [one.id for one in guarded.rules]
    rules = tuple(rule if one.id == rule.id else one for one in guarded.rules)
    guarded = replace(guarded, rules=rules if rule.id in known else (*rules, rule))
    return [hint for hint in hints([guarded], {rule.id: crowd}, now.groups) if hint.about == rule.id]


def uuids(texts: Iterable[Any]) -> list[UUID]:
    """Return those that are ids."""
    found = []
    for text in texts:
        try:
            found.append(text if isinstance(text, UUID) else UUID(str(text)))
        except ValueError:
            continue
    return found
