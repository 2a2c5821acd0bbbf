"""Which pairs of rules the analysis of a pack names, and that it never misses one that really collides."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.errors import InputError
from advisor.model.profile import WorkloadProfile
from advisor.rules import load_rules, propose
from advisor.rules.conflicts import Conflict, conflicts
from advisor.rules.schema import Rule


def sets_heap(identifier: str, when: dict[str, Any], value: Any, **parts: Any) -> Rule:
    """A rule that sets the heap where `when` holds."""
    base: dict[str, Any] = {"title": "A rule of a test", "topic": "heap", "source": "this test"}
    because = "Because a test says so."
    propose = [{"flag": "MaxHeapSize", "value": value}]
    return Rule.model_validate(
        {"id": identifier, "when": when, "because": because, "propose": propose, **base, **parts}
    )


def pair(one: dict[str, Any], two: dict[str, Any], **parts: Any) -> tuple[Rule, Rule]:
    """Two rules that want different heaps; `parts` are of the second."""
    return sets_heap("one", one, "1g"), sets_heap("two", two, "2g", **parts)


ALWAYS = {"fact": "cpus", "at_least": 1}
DISJOINT = [
    ({"fact": "collector", "is": "g1"}, {"fact": "collector", "is": "cms"}),
    ({"fact": "collector", "is": "g1"}, {"fact": "collector", "in": ["cms", "serial"]}),
    ({"fact": "collector", "is": "g1"}, {"fact": "collector", "is_not": "g1"}),
    ({"fact": "collector", "in": ["g1", "cms"]}, {"fact": "collector", "not_in": ["cms", "g1", "zgc"]}),
    ({"fact": "live_bytes", "known": True}, {"fact": "live_bytes", "known": False}),
    ({"fact": "live_bytes", "above": 5}, {"fact": "live_bytes", "known": False}),
    ({"fact": "cpus", "above": 4}, {"fact": "cpus", "at_most": 4}),
    ({"fact": "cpus", "at_least": 5}, {"fact": "cpus", "below": 5}),
    ({"fact": "live_bytes", "above": "heap_max_bytes / 2"}, {"fact": "live_bytes", "at_most": "heap_max_bytes / 2"}),
    ({"in_use": "UseG1GC"}, {"not": {"in_use": "UseG1GC"}}),
    ({"all": [ALWAYS, {"fact": "cpus", "is": 2}]}, {"any": [{"fact": "cpus", "is": 3}, {"fact": "cpus", "above": 7}]}),
]
OVERLAPPING = [
    (ALWAYS, ALWAYS),
    ({"fact": "collector", "is": "g1"}, {"fact": "cpus", "is": 2}),
    ({"fact": "cpus", "at_least": 4}, {"fact": "cpus", "at_most": 4}),
    ({"fact": "live_bytes", "above": "heap_max_bytes / 2"}, {"fact": "live_bytes", "below": "heap_max_bytes"}),
    ({"fact": "collector", "is_not": "g1"}, {"fact": "collector", "is_not": "cms"}),
    ({"fact": "cpus", "is": 2}, {"any": [{"fact": "cpus", "is": 3}, {"fact": "live_bytes", "above": 7}]}),
]


@pytest.mark.parametrize(("one", "two"), DISJOINT)
def test_rules_that_cannot_both_hold_do_not_conflict(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert conflicts(pair(one, two)) == conflicts(pair(two, one)) == ()


@pytest.mark.parametrize(("one", "two"), OVERLAPPING)
def test_rules_that_can_both_hold_conflict(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert conflicts(pair(one, two)) == conflicts(pair(two, one)) == (Conflict("MaxHeapSize", "one", "two"),)


def test_priority_release_and_value_settle_a_conflict() -> None:
    assert conflicts(pair(ALWAYS, ALWAYS, priority=51)) == ()
    assert conflicts((sets_heap("one", ALWAYS, "1g"), sets_heap("two", ALWAYS, "1g"))) == ()
    old = sets_heap("old", ALWAYS, "1g", jdk={"to": 11})
    assert conflicts((old, sets_heap("new", ALWAYS, "2g", jdk={"from": 17}))) == ()
    assert conflicts((old, sets_heap("new", ALWAYS, "2g", jdk={"from": 11}))) != ()


def test_two_collectors_are_one_choice() -> None:
    rules = [
        sets_heap(flag.lower(), ALWAYS, "1g", topic="collector", propose=[{"flag": flag, "value": True}])
        for flag in ("UseG1GC", "UseZGC")
    ]
    assert conflicts(rules) == (Conflict("collector", "useg1gc", "usezgc"),)


def test_facts_that_change_between_topics_prove_nothing() -> None:
    small, large = {"fact": "heap_max_bytes", "below": 5}, {"fact": "heap_max_bytes", "above": 5}
    assert conflicts(pair(small, large)) == ()
    assert conflicts(pair(small, large, topic="heap-limits")) != ()
    serial, g1 = {"fact": "collector", "is": "serial"}, {"fact": "collector", "is": "g1"}
    assert conflicts(pair(serial, g1, topic="heap-limits")) == ()


LEAVES = st.one_of(
    st.tuples(st.sampled_from(["is", "is_not", "above", "below", "at_least", "at_most"]), st.integers(1, 4)).map(
        lambda found: {"fact": "cpus", found[0]: found[1]}
    ),
    st.lists(st.integers(1, 4), min_size=1, max_size=3).map(lambda values: {"fact": "cpus", "in": values}),
    st.lists(st.integers(1, 4), min_size=1, max_size=3).map(lambda values: {"fact": "cpus", "not_in": values}),
    st.booleans().map(lambda known: {"fact": "live_bytes", "known": known}),
    st.just({"in_use": "UseSerialGC"}),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
WORLDS = [
    WorkloadProfile.model_validate({"jdk": 17, "machine": {"cpus": cpus, "memory": "4g"}, **live, **flags})
    for cpus, live, flags in itertools.product(
        range(1, 5), ({}, {"lifetimes": {"retained": "9m"}}), ({}, {"flags": "-XX:+UseSerialGC"})
    )
]


@settings(max_examples=60, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_no_collision_goes_unnamed(one: dict[str, Any], two: dict[str, Any]) -> None:
    rules = pair(one, two)
    for world in WORLDS:
        try:
            propose(world, rules)
        except InputError:
            assert conflicts(rules)
            return


def test_the_shipped_pack_has_no_conflict() -> None:
    assert conflicts(load_rules()) == ()
