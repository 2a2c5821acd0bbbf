"""Which rules could contradict each other: analysis of a pack without any profile.

Two rules may conflict when they set one flag to different values at one priority, for a release in common, and nothing
in their conditions shows that both cannot hold at once. The analysis errs on the side of naming a pair.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from advisor.jvm.combinations import SELECTORS
from advisor.model.machine import JDKS
from advisor.rules.facts import FLAG_PREFIX
from advisor.rules.load import decision_facts
from advisor.rules.schema import TOPICS, Condition, Rule

COLLECTOR = "collector"
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "above": operator.gt,
    "below": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules that may want different values of one flag with equal strength."""

    flag: str
    first: str
    second: str


def conflicts(rules: Sequence[Rule]) -> tuple[Conflict, ...]:
    """The pairs of rules that may contradict each other, by flag and id."""
    found = {
        Conflict(flag, *sorted((one.id, two.id)))
        for one, two in combinations(rules, 2)
        for flag in _contested(one, two)
        if _both_apply(one, two)
    }
    return tuple(sorted(found, key=lambda pair: (pair.flag, pair.first, pair.second)))


def _contested(one: Rule, two: Rule) -> Iterator[str]:
    """The flags that two rules of one priority set to values not written alike."""
    if one.priority != two.priority:
        return
    for first in one.propose:
        for second in two.propose:
            if first.flag and second.flag and first.flag == second.flag and first.value != second.value:
                yield first.flag
            elif first.flag != second.flag and first.flag in SELECTORS and second.flag in SELECTORS:
                yield "collector"


def _both_apply(one: Rule, two: Rule) -> bool:
    shared = any(one.jdk.holds(jdk) and two.jdk.holds(jdk) for jdk in JDKS)
    return shared and not _disjoint(one.when, two.when, _comparable(one, two))


def _comparable(one: Rule, two: Rule) -> Callable[[Condition], bool]:
    """Whether a condition means the same to both rules: between topics, facts about the decision may change."""
    if one.topic == two.topic:
        return lambda _: True
    chosen = min(TOPICS.index(one.topic), TOPICS.index(two.topic)) > TOPICS.index(COLLECTOR)
    changing = decision_facts() - ({COLLECTOR} if chosen else set())

    def settled(condition: Condition) -> bool:
        fact = condition.fact or ""
        return condition.proposed is None and fact not in changing and not fact.startswith(FLAG_PREFIX)

    return settled


def _disjoint(one: Condition, two: Condition, comparable: Callable[[Condition], bool]) -> bool:
    """Whether it is certain that not both hold."""
    if one.all is not None:
        return any(_disjoint(part, two, comparable) for part in one.all)
    if one.any is not None:
        return all(_disjoint(part, two, comparable) for part in one.any)
    if two.all is not None or two.any is not None:
        return _disjoint(two, one, comparable)
    if one.not_ is not None or two.not_ is not None:
        return any(a.not_ == b and b.not_ is None and comparable(b) for a, b in ((one, two), (two, one)))
    return one.fact is not None and one.fact == two.fact and comparable(one) and _exclude(one, two)


def _exclude(one: Condition, two: Condition) -> bool:
    """Whether two comparisons of one fact exclude each other."""
    (first, wanted), (second, other) = one.operators()[0], two.operators()[0]
    if "known" in (first, second):
        # Every comparison needs the fact to be known.
        return (first != "known" or wanted) is not (second != "known" or other)
    values = _values(first, wanted) or _values(second, other)
    if values is not None:
        return not any(_admits(first, wanted, value) and _admits(second, other, value) for value in values)
    return _bounds_exclude(first, wanted, second, other) or _bounds_exclude(second, other, first, wanted)


def _values(name: str, wanted: Any) -> tuple[Any, ...] | None:
    """The only values that a comparison admits; None where there is no such list."""
    return {"is": (wanted,), "in": wanted}.get(name)


def _admits(name: str, wanted: Any, value: Any) -> bool:
    """Whether a comparison holds for a value; taken to, where it depends on other facts."""
    if name in _ORDER:
        plain = not isinstance(wanted, str) and not isinstance(value, str)
        return _ORDER[name](value, wanted) if plain else True
    listed = value in (wanted if isinstance(wanted, tuple) else (wanted,))
    return listed if name in ("is", "in") else not listed


def _bounds_exclude(low_name: str, low: Any, high_name: str, high: Any) -> bool:
    """Whether a lower bound lies beyond an upper bound."""
    if low_name not in ("above", "at_least") or high_name not in ("below", "at_most"):
        return False
    if isinstance(low, str) or isinstance(high, str):
        # Formulas written alike are equal whatever they come to.
        return low == high and not (low_name == "at_least" and high_name == "at_most")
    return bool(low > high or (low == high and not (low_name == "at_least" and high_name == "at_most")))
