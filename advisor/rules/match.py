"""Whether a rule's conditions hold, and which one does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.rules.explain import failed
from advisor.rules.formula import UndefinedError, UnknownFactError, evaluate, parse
from advisor.rules.schema import Condition


@dataclass(frozen=True, slots=True)
class Situation:
    """What conditions are held against."""

    facts: Mapping[str, Any]
    in_use: frozenset[str]
    proposed: frozenset[str]


def mismatch(condition: Condition, situation: Situation) -> str | None:
    """None where the condition holds; else the first part that does not, in words."""
    if condition.all is not None:
        found = (mismatch(part, situation) for part in condition.all)
        return next((reason for reason in found if reason is not None), None)
    if condition.any is not None:
        reasons = [mismatch(part, situation) for part in condition.any]
        return None if None in reasons else "; ".join(reason for reason in reasons if reason)
    if condition.not_ is not None:
        return None if mismatch(condition.not_, situation) is not None else failed(condition, situation.facts)
    return None if _holds(condition, situation) else failed(condition, situation.facts)


def _holds(condition: Condition, situation: Situation) -> bool:
    if condition.in_use is not None:
        return condition.in_use in situation.in_use
    if condition.proposed is not None:
        return condition.proposed in situation.proposed
    fact = situation.facts[condition.fact or ""]
    (name, wanted), *_ = condition.operators()
    if name == "known":
        return (fact is not None) is wanted
    return fact is not None and _compares(fact, name, wanted, situation.facts)


def _compares(fact: Any, name: str, wanted: Any, facts: Mapping[str, Any]) -> bool:
    """A comparison with a known fact; false where the other side is unknown or of another kind."""
    match name:
        case "is":
            return _same(fact, wanted)
        case "is_not":
            return not _same(fact, wanted)
        case "in":
            return any(_same(fact, one) for one in wanted)
        case "not_in":
            return not any(_same(fact, one) for one in wanted)
    try:
        limit = evaluate(parse(wanted), facts) if isinstance(wanted, str) else wanted
    except (UnknownFactError, UndefinedError):
        return False
    if isinstance(fact, str) or isinstance(limit, str):
        return False
    match name:
        case "above":
            return bool(fact > limit)
        case "below":
            return bool(fact < limit)
        case "at_least":
            return bool(fact >= limit)
        case _:
            return bool(fact <= limit)


def _same(fact: Any, wanted: Any) -> bool:
    """Equality that does not take true for 1."""
    return fact == wanted and isinstance(fact, bool) is isinstance(wanted, bool)
