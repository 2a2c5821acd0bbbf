"""What a recommendation says beside its flags: predictions, goals, what each flag is worth, what goes and stays."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from advisor.model.goals import Goal
from advisor.model.profile import WorkloadProfile, load_profile
from advisor.model.recommendation import GoalVerdict, Recommendation
from advisor.recommend import recommend
from advisor.recommend.predict import unmet
from tests.conftest import ROOT


def profile(**parts: Any) -> WorkloadProfile:
    """A batch job under Parallel that the simulator can run."""
    base: dict[str, Any] = {
        "jdk": 17,
        "machine": {"cpus": 4, "memory": "4g"},
        "duration": "120s",
        "allocation": {"rate": "200 MB/s"},
        "lifetimes": {"retained": "400m", "components": [{"share": "4%", "mean": "1s"}]},
        "goals": {"priority": "throughput"},
    }
    return WorkloadProfile.model_validate({**base, **parts})


def test_both_outcomes_are_predicted_where_there_are_models() -> None:
    result = recommend(profile(flags="-XX:+UseSerialGC -Xmx700m"))
    assert result.baseline is not None
    assert result.predicted is not None
    assert result.predicted.pauses.count is not None
    assert result.baseline.pauses.count is not None
    assert result.predicted.pauses.count < result.baseline.pauses.count


LATENCY: dict[str, Any] = {
    "jdk": 21,
    "machine": {"cpus": 8, "memory": "16g"},
    "goals": {"priority": "latency", "limits": ["max_pause < 2ms"]},
}


def test_a_short_pause_goal_gets_a_concurrent_collector_and_its_prediction() -> None:
    result = recommend(profile(**LATENCY))
    assert result.collector == "zgc-generational"
    assert result.predicted is not None
    assert result.predicted.pauses.max_ms < 2


def test_no_model_is_said_and_nothing_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("advisor.recommend.predict"), "supports", lambda collector: collector == "serial")
    result = recommend(profile(**LATENCY))
    assert result.predicted is None
    assert any("no prediction for zgc-generational" in warning for warning in result.warnings)


def test_goals_are_held_against_the_prediction() -> None:
    goals = {"priority": "throughput", "limits": ["throughput > 1%", "rss < 1m", "heap < 4g"]}
    result = recommend(profile(goals=goals))
    assert {goal.name: goal.met for goal in result.goals} == {"throughput": True, "rss": False, "heap": True}
    assert [goal.name for goal in unmet(result.goals)] == ["rss"]
    assert GoalVerdict.of(Goal.parse("wall < 1s"), None).met is None


def test_each_flag_is_worth_what_its_absence_costs() -> None:
    result = recommend(profile(), effects=True)
    heap = next(reason for reason in result.reasons if reason.flag.startswith("-Xmx"))
    assert {"total_ms", "p99_ms", "throughput", "rss_bytes"} <= set(heap.effect)
    assert all(reason.effect == {} for reason in recommend(profile()).reasons)


def test_flags_that_earn_nothing_go_and_say_so() -> None:
    """With lifetimes of a second nearly all that is copied is copied whatever the size of young."""
    lifetimes = {"retained": "200m", "components": [{"share": "4%", "mean": "1s"}]}
    result = recommend(profile(lifetimes=lifetimes), effects=True)
    young = [reason for reason in result.reasons if reason.flag.startswith("-Xmn")]
    silent = [s for s in result.silent if s.because.startswith("simulated, -Xmn")]
    assert len(young) + len(silent) == 1
    assert all(reason.effect["total_ms"] > 0 for reason in young)
    proposed = recommend(profile(lifetimes=lifetimes), simulated=False)
    assert any(reason.flag.startswith("-Xmn") for reason in proposed.reasons)


def test_options_in_use_stay_go_or_are_replaced() -> None:
    result = recommend(profile(flags="-Xmx700m -XX:NewRatio=3 -Dapp=orders -Xss512k -XX:+UseBiasedLocking -ea"))
    assert result.kept == ("-Dapp=orders", "-Xss512k", "-ea")
    assert result.command_line.startswith("java -Dapp=orders -Xss512k -ea ")
    assert "replaced by -Xmx" in result.dropped["-Xmx700m"]
    assert "no rule" in result.dropped["-XX:NewRatio=3"]
    assert "deprecated" in result.dropped["-XX:+UseBiasedLocking"]


def test_what_is_not_known_is_said() -> None:
    result = recommend(WorkloadProfile.model_validate({"jdk": 17, "machine": {"cpus": 2, "memory": "2g"}}))
    assert any("the live set is unknown" in warning for warning in result.warnings)
    assert any("the allocation rate is unknown" in warning for warning in result.warnings)


def test_assumptions_become_warnings() -> None:
    assert recommend(profile(), assumptions=("The log does not say X.",)).warnings[0] == "The log does not say X."


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_sample_profiles_get_flags(path: Any) -> None:
    result: Recommendation = recommend(load_profile(path))
    assert result.refused is None
    assert result.flags
