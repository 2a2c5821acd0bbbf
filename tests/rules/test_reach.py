"""Every rule can speak when the whole pack is asked, not only alone in its own examples."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.profile import WorkloadProfile
from advisor.rules import load_rules, propose
from advisor.rules.examples import example_profile
from advisor.rules.load import read_rule
from tests.conftest import ROOT
from tests.recommend.profiles import random_profile

ENOUGH = 1500


def profiles() -> Iterator[WorkloadProfile]:
    """What the rules' own examples describe, Shenandoah at work, then chance."""
    for path in sorted((ROOT / "rules" / "recommend").glob("*.yaml")):
        rule = read_rule(path)
        yield from (example_profile(rule, example) for example in rule.examples if example.expect != "none")
    shenandoah = {"collector": "shenandoah", "duration": "600s", "young_count": 0}
    yield WorkloadProfile.model_validate(
        {"jdk": 25, "machine": {"cpus": 8, "memory": "16g"}, "observed": shenandoah, "goals": {"priority": "latency"}}
    )
    yield from (random_profile(seed) for seed in range(ENOUGH))


def test_every_rule_speaks_for_some_profile() -> None:
    rules = load_rules()
    silent = {rule.id for rule in rules}
    for profile in profiles():
        silent &= {silence.rule for silence in propose(profile, rules).silent}
        if not silent:
            return
    assert silent == set()
