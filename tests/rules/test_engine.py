"""Topics in order, priorities, prohibitions, unknown facts, explanations, and packs that are wrong or hostile."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.errors import InputError
from advisor.model.profile import WorkloadProfile
from advisor.rules import load_rules, propose
from advisor.rules.load import known_facts
from advisor.rules.schema import TOPICS, Rule
from tests.conftest import ROOT
from tests.recommend.profiles import random_profile


def rule(identifier: str, **parts: Any) -> Rule:
    """A rule that always fires unless `when` says otherwise."""
    base: dict[str, Any] = {
        "id": identifier,
        "title": "A rule of a test",
        "topic": "heap",
        "when": {"fact": "cpus", "at_least": 1},
        "because": "Because of {cpus} processors.",
        "source": "this test",
    }
    return Rule.model_validate({**base, **parts})


def profile(**parts: Any) -> WorkloadProfile:
    """JDK 17 on 4 CPUs and 4 GB, nothing else known."""
    return WorkloadProfile.model_validate({"jdk": 17, "machine": {"cpus": 4, "memory": "4g"}, **parts})


def values(*rules: Rule, **parts: Any) -> dict[str, Any]:
    """Flag -> value of what the rules propose."""
    return {p.flag: p.value for p in propose(profile(**parts), rules).proposals}


def test_a_later_topic_sees_what_an_earlier_one_decided() -> None:
    first = rule("heap-first", propose=[{"flag": "MaxHeapSize", "value": "2g"}])
    then = rule(
        "young-then",
        topic="young",
        when={"all": [{"proposed": "MaxHeapSize"}, {"fact": "heap_max_bytes", "is": 2 << 30}]},
        propose=[{"flag": "MaxNewSize", "value": "heap_max_bytes / 4"}],
    )
    assert values(then, first) == {"MaxHeapSize": 2 << 30, "MaxNewSize": 512 << 20}


def test_the_higher_priority_wins_and_the_lower_is_reported() -> None:
    weak = rule("weak", priority=10, propose=[{"flag": "MaxHeapSize", "value": "1g"}])
    strong = rule("strong", priority=60, propose=[{"flag": "MaxHeapSize", "value": "2g"}])
    for order in ((weak, strong), (strong, weak)):
        result = propose(profile(), order)
        assert [(p.flag, p.value, p.rule) for p in result.proposals] == [("MaxHeapSize", 2 << 30, "strong")]
        assert [(o.rule, o.by) for o in result.overruled] == [("weak", "strong")]


def test_equals_that_differ_are_an_error_of_the_pack() -> None:
    one = rule("one", propose=[{"flag": "MaxHeapSize", "value": "1g"}])
    two = rule("two", propose=[{"flag": "MaxHeapSize", "value": "2g"}])
    with pytest.raises(InputError, match=r"one .* and two .* contradict"):
        propose(profile(), (one, two))


def test_only_one_collector_is_ever_chosen() -> None:
    serial = rule("serial", topic="collector", priority=60, propose=[{"flag": "UseSerialGC", "value": True}])
    parallel = rule("parallel", topic="collector", propose=[{"flag": "UseParallelGC", "value": True}])
    assert values(serial, parallel) == {"UseSerialGC": True}
    assert values(parallel, serial) == {"UseSerialGC": True}


def test_a_prohibition_holds_against_weaker_rules_only() -> None:
    ban = rule("ban", topic="collector", priority=50, propose=[{"forbid": "MaxNewSize"}])
    weak = rule("weak", topic="young", priority=50, propose=[{"flag": "MaxNewSize", "value": "1g"}])
    strong = rule("strong", topic="young", priority=51, propose=[{"flag": "MaxNewSize", "value": "2g"}])
    assert values(ban, weak) == {}
    assert values(ban, weak, strong) == {"MaxNewSize": 2 << 30}


def test_a_contradiction_below_a_stronger_rule_is_none() -> None:
    one = rule("one", propose=[{"flag": "MaxHeapSize", "value": "1g"}])
    two = rule("two", propose=[{"flag": "MaxHeapSize", "value": "2g"}])
    top = rule("top", priority=51, propose=[{"flag": "MaxHeapSize", "value": "3g"}])
    for order in itertools.permutations((one, two, top)):
        assert values(*order) == {"MaxHeapSize": 3 << 30}


def test_a_collector_that_is_forbidden_makes_way_for_the_next() -> None:
    serial = rule("serial", topic="collector", priority=60, propose=[{"flag": "UseSerialGC", "value": True}])
    parallel = rule("parallel", topic="collector", propose=[{"flag": "UseParallelGC", "value": True}])
    ban = rule("ban", topic="collector", priority=70, propose=[{"forbid": "UseSerialGC"}])
    for order in itertools.permutations((serial, parallel, ban)):
        assert values(*order) == {"UseParallelGC": True}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(seed: int, chance: random.Random) -> None:
    rules = list(load_rules())
    wanted = propose(random_profile(seed), rules)
    chance.shuffle(rules)
    found = propose(random_profile(seed), rules)
    assert {(p.flag, p.value, p.low, p.high) for p in found.proposals} == {
        (p.flag, p.value, p.low, p.high) for p in wanted.proposals
    }
    assert set(found.silent) == set(wanted.silent)
    assert set(found.advice) == set(wanted.advice)
    assert set(found.overruled) == set(wanted.overruled)
    assert found.forbidden.keys() == wanted.forbidden.keys()


@pytest.mark.parametrize(
    ("flag", "formula"),
    [
        ("UseSerialGC", "cpus + 1"),
        ("MaxHeapSize", "cpus > 1"),
        ("MaxHeapSize", "'big'"),
        ("MaxHeapSize", "1 / (cpus - 4)"),
    ],
)
def test_a_value_that_no_flag_can_take_is_never_proposed(flag: str, formula: str) -> None:
    wrong = rule("wrong", propose=[{"flag": flag, "value": formula}])
    result = propose(profile(), (wrong,))
    assert result.proposals == ()
    assert "no value here" in result.silent[0].because


def test_comparisons_with_unknown_facts_are_false_both_ways() -> None:
    for operator, value in (("above", 0), ("below", 9), ("is", 1), ("is_not", 1), ("in", [1]), ("not_in", [1])):
        silent = rule("silent", when={"fact": "live_bytes", operator: value}, propose=[{"warn": "Something to say."}])
        assert propose(profile(), (silent,)).warnings == ()
    asks = rule("asks", when={"fact": "live_bytes", "known": False}, propose=[{"warn": "Something to say."}])
    assert propose(profile(), (asks,)).warnings == (("Something to say.", "asks"),)


def test_a_formula_that_needs_an_unknown_fact_stays_silent_and_says_which() -> None:
    needs = rule("needs", propose=[{"flag": "MaxHeapSize", "value": "live_bytes * 2"}])
    (silence,) = propose(profile(), (needs,)).silent
    assert "live_bytes" in silence.because


def test_silence_is_explained_by_what_was_asked_and_found() -> None:
    asks = rule("asks", when={"fact": "cpus", "at_least": 8}, propose=[{"warn": "Something to say."}])
    (silence,) = propose(profile(), (asks,)).silent
    assert silence.because == "asks that cpus is at least 8; it is 4"


def test_silence_tells_what_a_limit_comes_to() -> None:
    half = {"fact": "live_bytes", "above": "heap_max_bytes / 2"}
    asks = rule("asks", when=half, propose=[{"warn": "Something to say."}])
    (silence,) = propose(profile(lifetimes={"retained": "100m"}), (asks,)).silent
    assert silence.because == "asks that live bytes is above heap_max_bytes / 2, which is 512 MB; it is 100 MB"
    half = {"fact": "cpus", "above": "direct_bytes / 2"}
    asks = rule("asks", when=half, propose=[{"warn": "Something to say."}])
    (silence,) = propose(profile(), (asks,)).silent
    assert silence.because == "asks that cpus is above direct_bytes / 2, where direct_bytes is unknown; it is 4"


def test_true_is_not_one() -> None:
    asks = rule("asks", when={"fact": "container", "is": 1}, propose=[{"warn": "Something to say."}])
    assert propose(profile(), (asks,)).warnings == ()


def test_locked_flags_come_after_their_unlock_option() -> None:
    locked = rule("locked", propose=[{"flag": "G1NewSizePercent", "value": 3}])
    words = propose(profile(), (locked,)).flag_set(17).words()
    assert words == ("-XX:+UnlockExperimentalVMOptions", "-XX:G1NewSizePercent=3")


def test_a_refusal_stops_everything() -> None:
    refuses = rule("refuses", propose=[{"refuse": "there are {cpus} processors and none to spare"}])
    assert propose(profile(), (refuses,)).refused == "there are 4 processors and none to spare"


def test_the_documented_facts_are_the_facts() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_0-9]+)`", text[text.index("## Facts") :]))
    words = {
        "flag_",
        "serial",
        "parallel",
        "cms",
        "g1",
        "zgc",
        "shenandoah",
        "balanced",
        "latency",
        "throughput",
        "footprint",
    }
    assert set(known_facts()) <= documented
    assert documented - set(known_facts()) <= words


def test_the_topics_of_the_documentation_are_the_topics() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    paragraph = text[text.index("* **topic**") : text.index("* **priority**")]
    named = dict.fromkeys(word for word in re.findall(r"`([a-z0-9-]+)`", paragraph) if word in TOPICS)
    assert list(named) == list(TOPICS)


def test_the_pack_covers_what_it_should() -> None:
    rules = load_rules()
    assert len(rules) >= 60
    assert {rule.topic for rule in rules} >= set(TOPICS) - {"refuse"}
    assert len({rule.id for rule in rules}) == len(rules)


def test_no_two_rules_of_the_pack_contradict_each_other() -> None:
    for seed in range(3000, 3400):
        propose(random_profile(seed), load_rules())


BROKEN = {
    "unknown fact": ("fact: collector,", "fact: colector,", "did you mean 'collector'"),
    "unknown flag": ("flag: CMSInitiatingOccupancyFraction", "flag: CMSInitiatingOccupancyFractio", "no release"),
    "unknown key": ("topic: cms", "topik: cms", "did you mean 'topic'"),
    "unknown topic": ("topic: cms", "topic: cmss", "Input should be"),
    "call": ("clamp(floor(", "clamp(exec(", "not allowed in a formula"),
    "attribute": ("promotion_bytes_s *", "promotion_bytes_s.real *", "not allowed in a formula"),
    "text field": ("{promotion_bytes_s}", "{promotion_byte_s}", "unknown fact"),
    "text attribute": ("{promotion_bytes_s}", "{promotion_bytes_s.__class__}", "unknown fact"),
    "bool for a number": ("    value: true", "    value: 7", "takes true or false, not 7"),
    "number for a bool": ("    value: clamp(floor(100", "    value: true #", "takes a number, not True"),
    "no release": ("{from: 8, to: 11}", "{from: 12, to: 16}", "no release that is advised on"),
    "two operators": ("is: cms}", "is: cms, is_not: g1}", "exactly one operator"),
    "another id": ("id: cms-", "id: cmz-", "is not the file's name"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_rule_is_one_message_with_file_and_line(tmp_path: Path, name: str) -> None:
    old, new, words = BROKEN[name]
    text = (ROOT / "rules" / "recommend" / "cms-initiating-occupancy.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "cms-initiating-occupancy.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(tmp_path)
    assert re.match(rf"{re.escape(str(path))}:\d+: ", str(caught.value))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 50_000, "a: &x [1]\nb: [*x, *x]", "!!python/name:os.system", "{" * 9]
)
def test_hostile_packs_are_one_message(tmp_path: Path, text: str) -> None:
    (tmp_path / "hostile.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"hostile\.yaml"):
        load_rules(tmp_path)


def test_an_empty_folder_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rules"):
        load_rules(tmp_path)


@settings(max_examples=50)
@given(st.integers(0, 100_000))
def test_any_profile_is_answered(seed: int) -> None:
    result = propose(random_profile(seed))
    assert result.refused or len(result.silent) + len(result.proposals) > 0
