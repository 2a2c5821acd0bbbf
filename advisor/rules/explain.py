"""Facts in words: texts of rules with their facts filled in, and why a rule stayed silent."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from advisor.model.quantities import Bytes, Duration, Rate, Ratio
from advisor.rules.formula import UndefinedError, UnknownFactError, evaluate, parse
from advisor.rules.schema import LIMITS, Condition

_WORDS = {
    "is": "is", "is_not": "is not", "in": "is one of", "not_in": "is none of", "above": "is above", "below": "is below",
    "at_least": "is at least", "at_most": "is at most",
}  # fmt: skip


def filled(text: str, facts: Mapping[str, Any], value: object = None) -> str:
    """A rule's text with its facts; an unknown fact reads `unknown`."""
    parts: list[str] = []
    for literal, name, kind, _ in string.Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            found = value if name == "value" else facts[name]
            parts.append(shown(found, kind or kind_of(name)))
    return "".join(parts)


def kind_of(name: str) -> str:
    """The kind of a fact, from the unit in its name."""
    if name.endswith("_bytes_s"):
        return "rate"
    for ending, kind in (("_bytes", "bytes"), ("_ms", "ms"), ("_s", "time"), ("_share", "percent")):
        if name.endswith(ending):
            return kind
    return "percent" if name in ("throughput", "goal_throughput") else ""


def shown(value: Any, kind: str) -> str:
    """One value for reading."""
    if value is None:
        return "unknown"
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    match kind:
        case "bytes":
            return ("-" if value < 0 else "") + Bytes(round(abs(value))).human()
        case "rate":
            return Rate(max(value, 0)).human()
        case "time":
            return f"{float(value):.3g} s" if value >= 0.1 else str(Duration(max(0.0, float(f"{value:.3g}"))))
        case "ms":
            return f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"
        case "percent":
            return str(Ratio(min(max(round(value, 4), 0.0), 1.0)))
        case _:
            return f"{value:.4g}" if isinstance(value, float) else f"{value}"


def described(condition: Condition) -> str:
    """A condition in words, without values."""
    if condition.fact:
        (name, value), *_ = condition.operators()
        fact = condition.fact.removeprefix("flag_").replace("_", " ") if condition.fact.islower() else condition.fact
        if name == "known":
            return f"{fact} is {'known' if value else 'unknown'}"
        wanted = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        wanted = shown(wanted, kind_of(condition.fact))
        return f"{fact} {_WORDS[name]} {wanted}"
    if condition.in_use:
        return f"{condition.in_use} is in use"
    if condition.proposed:
        return f"{condition.proposed} is proposed"
    if condition.not_:
        return f"not: {described(condition.not_)}"
    joint, parts = (" and ", condition.all) if condition.all else (" or ", condition.any or ())
    return joint.join(described(part) for part in parts)


def _limit(condition: Condition, facts: Mapping[str, Any]) -> str:
    """What the formula of a condition comes to, or which fact it lacks."""
    (name, wanted), *_ = condition.operators()
    if name not in LIMITS or not isinstance(wanted, str):
        return ""
    try:
        return f", which is {shown(evaluate(parse(wanted), facts), kind_of(condition.fact or ''))}"
    except UnknownFactError as error:
        return f", where {error} is unknown"
    except UndefinedError as error:
        return f", which has no value ({error})"


def failed(condition: Condition, facts: Mapping[str, Any]) -> str:
    """Why a condition does not hold: what was asked, and what was found."""
    if condition.fact:
        found = shown(facts[condition.fact], kind_of(condition.fact))
        return f"asks that {described(condition)}{_limit(condition, facts)}; it is {found}"
    return f"asks that {described(condition)}"
