"""The search as a whole: determinism, goals, and how good what it finds is."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from advisor.jvm.commandline import parse_text, parse_words
from advisor.jvm.constraints import accepted
from advisor.jvm.ergonomics import effective
from advisor.jvm.footprint import heap_budget
from advisor.model.errors import InputError, NotModelledError, UsageError
from advisor.model.flags import FlagSet
from advisor.model.goals import Goal, Goals
from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.model.trial import Optimization
from advisor.optimize import optimize
from advisor.optimize.dimensions import point_at
from advisor.optimize.evaluate import Simulated
from advisor.optimize.objective import objective
from advisor.optimize.pareto import dominates
from advisor.optimize.prune import WORTH
from advisor.optimize.ranges import space_for
from advisor.optimize.study import Study, Trial
from advisor.simulate import simulate
from tests.optimize.workloads import Analytic, small
from tests.recommend.profiles import random_profile

BOTH = (Collector.SERIAL, Collector.PARALLEL)
NOTHING = FlagSet()


def quick(profile: WorkloadProfile, **options: Any) -> Optimization:
    """A search that costs next to nothing: closed form, no model."""
    cheap: dict[str, Any] = {"suggester": "sobol", "evaluate": Analytic(profile)}
    return optimize(profile, **cheap | options)


def limits(*texts: str) -> Goals:
    return Goals(limits=tuple(map(Goal.parse, texts)))


@pytest.fixture(scope="module")
def simulated() -> Optimization:
    """A default search over the simulator."""
    return optimize(small(), seed=1)


def test_the_best_is_admitted_and_says_nothing_idle(simulated: Optimization) -> None:
    profile = small()
    flags = parse_words(simulated.best.flags)
    target = effective(profile.jdk, profile.machine, flags)
    assert accepted(flags, profile.jdk, profile.machine)
    assert target.layout.max_heap <= heap_budget(profile, target)
    assert space_for(profile, BOTH).needed(flags) == flags


def test_the_outcome_of_the_best_is_the_one_that_simulate_gives(simulated: Optimization) -> None:
    assert simulated.best.outcome == simulate(small(), simulated.best.flags, seed=1)
    assert simulated.baseline == simulate(small(), NOTHING, seed=1)


def test_every_set_on_the_front_has_the_figures_that_simulate_gives(simulated: Optimization) -> None:
    for candidate in simulated.pareto:
        again = simulate(small(), candidate.flags, seed=1, replicates=1)
        assert candidate.outcome.pauses == again.pauses
        assert candidate.outcome.rss_bytes == again.rss_bytes


@pytest.mark.parametrize(
    "goals",
    [
        Goals(),
        Goals(maximize=("throughput",)),
        Goals(minimize=("max_pause",)),
        Goals(limits=(Goal.parse("max_pause < 60ms"),), priority="footprint"),
    ],
    ids=["balanced", "throughput", "pause", "limit"],
)
def test_the_best_is_as_good_as_the_default_and_as_200_random_points(goals: Goals) -> None:
    """64 trials against 200; 3 % is what pruning may give up on an axis.

    Measured over seeds 1 and 2, better than the best of 200 by: 2 and 8 % (balanced), -2 and 12 % (throughput),
    11 and 17 % (pause), -1 and 0 % (limit).
    """
    profile = small()
    found = optimize(profile, goals=goals, seed=1, collectors=BOTH, robust=False)
    study = Study(objective(goals), Simulated(profile, 1))
    best = study.objective.score(found.best.outcome)
    default = study.run(NOTHING).score
    stream, space = random.Random(5), space_for(profile, BOTH)
    for _ in range(200):
        flags = space.flags(point_at(space.dimensions, [stream.random() for _ in space.dimensions]))
        if space.admits(flags):
            study.run(flags)
    assert best.violation == 0
    assert default.violation > 0 or best.cost <= default.cost + WORTH
    assert best.cost <= study.best().score.cost + WORTH


def test_the_same_seed_gives_the_same_bytes_whatever_the_process(tmp_path: Path) -> None:
    """Hash seeds and thread counts differ; only `seconds` may."""
    source = tmp_path / "service.yaml"
    source.write_text(
        "jdk: 17\nmachine: {cpus: 4, memory: 1g}\nduration: 30s\n"
        "allocation: {rate: 100 MB/s}\nlifetimes: {retained: 100m}\n"
    )
    command = [sys.executable, "-m", "advisor.cli.main", "optimize", str(source), "--trials", "26", "--format", "json"]
    documents = []
    for hash_seed, threads in (("1", "1"), ("2", "4")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        document = json.loads(done.stdout)
        assert document.pop("seconds") > 0
        documents.append(json.dumps(document))
    assert documents[0] == documents[1]


@pytest.mark.parametrize("suggester", ["sobol", "skopt-gp", "skopt-et"])
def test_another_seed_searches_elsewhere(suggester: str) -> None:
    one, other = (quick(small(), suggester=suggester, seed=seed, trials=32) for seed in (1, 2))
    assert [c.flags for c in one.pareto] != [c.flags for c in other.pareto]


def test_the_front_is_sorted_unbeaten_without_doubles_and_holds_the_best() -> None:
    result = quick(small())
    measure = objective(Goals())
    losses = [measure.score(candidate.outcome).losses for candidate in result.pareto]
    assert losses == sorted(losses)
    assert not any(dominates(a, b) for a in losses for b in losses)
    assert len({candidate.flags for candidate in result.pareto}) == len(result.pareto) > 2
    assert result.best.flags in [candidate.flags for candidate in result.pareto]


@pytest.mark.parametrize("heap_mb", [300, 200, 150])
def test_limits_are_kept_where_that_is_possible(heap_mb: int) -> None:
    result = quick(small(), goals=limits(f"rss < {heap_mb}m", "p99_pause < 20ms"))
    assert result.best.meets_goals
    assert all(verdict.met for verdict in result.best.goals)
    assert result.best.outcome.rss_bytes < heap_mb << 20
    assert all(c.outcome.rss_bytes < heap_mb << 20 for c in result.pareto)


def test_where_no_set_keeps_the_limits_the_nearest_is_given() -> None:
    """Pauses of the closed form are above 1 ms; the limit pulls the young generation to its smallest."""
    result = quick(small(), goals=limits("p99_pause < 1ms"), trials=128)
    assert not result.best.meets_goals
    assert result.best.goals[0].met is False
    assert result.best.outcome.pauses.p99_ms == min(c.outcome.pauses.p99_ms for c in result.pareto)
    assert result.best.outcome.pauses.p99_ms < 2


def test_a_tighter_limit_never_finds_a_cheaper_set() -> None:
    """On the very same trials what keeps the tighter limit keeps the wider one too."""
    measure = objective(limits("p99_pause < 1s"))
    costs = [
        measure.score(quick(small(), goals=limits(f"p99_pause < {ms}ms")).best.outcome).cost for ms in (40, 20, 8, 4)
    ]
    assert all(tight >= wide - WORTH for wide, tight in pairwise(costs))


def test_the_flags_in_use_are_never_beaten_by_what_replaces_them() -> None:
    """The flags in use are a candidate themselves, even outside of what the space can say."""
    flags = "-XX:+UseParallelGC -Xmx333m -XX:NewRatio=3 -XX:ParallelGCThreads=4"
    profile = small(flags=flags)
    result = quick(profile, trials=1)
    measure = objective(profile.goals)
    assert result.baseline is not None
    assert measure.score(result.best.outcome).cost <= measure.score(result.baseline).cost + WORTH


def test_flags_in_use_that_break_the_memory_limit_are_no_candidates() -> None:
    result = quick(small(flags="-Xmx4g -XX:+UseParallelGC"), goals=Goals(maximize=("throughput",)))
    assert all(c.outcome.rss_bytes < 1 << 30 for c in (*result.pareto, result.best))


def test_pinned_options_are_in_force_and_not_repeated() -> None:
    profile = small()
    result = quick(profile, pinned=parse_text("-Xmx400m -XX:+UseParallelGC"))
    assert result.best.outcome.rss_bytes == 400 << 20
    assert not any(option.startswith(("-Xmx", "-XX:+Use")) for option in result.best.flags)


def test_a_collector_in_use_without_a_model_leaves_no_baseline_and_a_warning() -> None:
    result = optimize(small(flags="-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC"), suggester="sobol", trials=8)
    assert result.baseline is None
    assert "epsilon" in result.warnings[0]


def test_rare_pauses_far_above_a_limit_are_told() -> None:
    profile = small()

    def rare(flags: FlagSet) -> Outcome:
        result = Analytic(profile)(flags)
        return result.model_copy(update={"pauses": result.pauses.model_copy(update={"max_ms": 900.0})})

    assert any("900ms" in text for text in quick(profile, evaluate=rare, goals=limits("p99_pause < 100ms")).warnings)
    assert not any(
        "900ms" in text for text in quick(profile, evaluate=rare, goals=limits("p99_pause < 500ms")).warnings
    )


def test_only_the_collectors_asked_for_are_searched() -> None:
    result = quick(small(), collectors=(Collector.SERIAL,))
    chosen = {effective(17, small().machine, parse_words(c.flags)).collector for c in result.pareto}
    assert chosen == {Collector.SERIAL}


@pytest.mark.parametrize(
    ("goals", "flags", "expected"),
    [
        (Goals(), "-XX:+UseG1GC", False),
        (Goals(limits=(Goal.parse("p99_pause < 50ms"),)), "", False),
        (Goals(limits=(Goal.parse("max_pause < 5ms"),)), "", True),
        (Goals(), "-XX:+UseZGC", True),
    ],
)
def test_concurrent_collectors_are_searched_where_they_may_be_needed(goals: Goals, flags: str, expected: bool) -> None:
    profile = small(flags=flags)
    chosen = {
        effective(17, profile.machine, parse_words(c.flags)).collector
        for c in quick(profile, goals=goals, trials=64, evaluate=NoPauses(profile)).pareto
    }
    assert bool(chosen & {Collector.ZGC, Collector.SHENANDOAH}) is expected


class NoPauses(Analytic):
    """ZGC and Shenandoah are best in everything: they are chosen wherever they are tried."""

    def __call__(self, flags: FlagSet) -> Outcome:
        found = super().__call__(flags)
        collector = effective(self.profile.jdk, self.profile.machine, flags).collector
        if collector not in (Collector.ZGC, Collector.SHENANDOAH):
            return found
        return found.model_copy(update={"pauses": found.pauses.model_copy(update={"p99_ms": 0.01, "max_ms": 0.01})})


def test_every_trial_is_evaluated_once_and_progress_reaches_the_end() -> None:
    profile = small()
    evaluate = Analytic(profile)
    heard: list[tuple[int, Trial | None]] = []
    result = quick(profile, evaluate=evaluate, progress=lambda *news: heard.append(news), trials=24)
    assert [done for done, _ in heard] == list(range(1, result.evaluations + 1))
    costs = [leading.score.cost for _, leading in heard if leading is not None]
    assert costs == sorted(costs, reverse=True)
    reported = 2 + len(result.pareto) + len(result.best.flags) + 1
    assert result.evaluations <= evaluate.calls <= result.evaluations + reported


def test_programs_that_always_run_out_of_memory_have_an_honest_answer() -> None:
    def hopeless(flags: FlagSet) -> Outcome:
        return Analytic(small())(flags).model_copy(update={"oom": True})

    result = quick(small(), evaluate=hopeless, trials=16)
    assert result.best.outcome.oom
    assert not result.best.meets_goals


@pytest.mark.parametrize("seed", range(40))
def test_any_plausible_profile_has_an_admitted_answer_or_a_clear_refusal(seed: int) -> None:
    profile = random_profile(seed)
    try:
        result = quick(profile, trials=8, seed=seed)
    except InputError as refusal:
        assert "no heap fits" in refusal.message
        return
    for candidate in (result.best, *result.pareto):
        flags = parse_words(candidate.flags)
        target = effective(profile.jdk, profile.machine, flags)
        assert accepted(flags, profile.jdk, profile.machine)
        assert (profile.live or 0) <= target.layout.max_heap <= heap_budget(profile, target)
    assert result.best.meets_goals == all(verdict.met for verdict in result.best.goals)


def test_an_unknown_live_set_still_has_a_best_set() -> None:
    result = optimize(small(lifetimes={}), suggester="sobol", trials=8)
    assert not result.best.outcome.oom


def test_what_is_missing_is_said() -> None:
    with pytest.raises(InputError, match="alloc"):
        optimize(small(allocation=None), trials=4)
    with pytest.raises(UsageError):
        optimize(small(), trials=0)
    with pytest.raises(UsageError, match="simplex"):
        optimize(small(), suggester="simplex")
    with pytest.raises(NotModelledError, match="epsilon"):
        optimize(small(), collectors=(Collector.EPSILON,))
