"""Parallel's tenuring threshold drifts to 1 while no full collection happens, as real logs show."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from advisor.simulate.kernel import Streams
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.run import Run, Span
from tests.simulate.programs import MIB, build, fixed

DRIFT = [7, 7, 7, 7, 6, 5, 4, 3, 2, 1, 1, 1]


def _printed(path: Path) -> list[int]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        return [int(found[1]) for line in lines if (found := re.search(r"new threshold (\d+)", line))]


def _simulated(words: tuple[str, ...], count: int) -> list[int]:
    program = Workload(200.0 * MIB, (Component(0.05, 0.3),))
    model = build(words, program)
    seen: list[int] = []

    def note(_time: float, name: str) -> None:
        if name == "run":
            seen.append(model.threshold)  # type: ignore[attr-defined]

    Run(program, model, Span(count * 0.6, 10_000), Streams(0), trace=note).execute()
    return seen[1 : count + 1]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["generated/jdk21-parallel-steady", "generated/jdk11-parallel-gclocker"])
def test_the_real_jvm_and_the_model_drift_alike(shared: Path, name: str) -> None:
    printed = _printed(shared / "gclogs" / f"{name}.log.gz")[: len(DRIFT)]
    assert printed == DRIFT
    assert _simulated(fixed(collector="parallel"), len(DRIFT)) == printed


def test_with_fixed_sizes_the_threshold_stays_at_its_maximum() -> None:
    words = fixed("-XX:-UseAdaptiveSizePolicy -XX:MaxTenuringThreshold=9", collector="parallel")
    assert _simulated(words, 12) == [9] * 12


@pytest.mark.parametrize(("goal", "share"), [(99, 0.01), (19, 0.05)])
def test_adaptive_sizing_settles_where_collections_cost_what_the_goal_allows(goal: int, share: float) -> None:
    """From a small initial heap eden grows while the cost is above the goal and shrinks while it is below."""
    program = Workload(400.0 * MIB, (Component(0.05, 0.3),))
    words = f"-XX:+UseParallelGC -Xms64m -Xmx4g -XX:GCTimeRatio={goal}".split()
    model = build(words, program)
    tally = Run(program, model, Span(60.0, 10_000), Streams(0)).execute()
    later = [pause.seconds for pause in tally.pauses][len(tally.pauses) // 2 :]
    eden = model.young.eden  # type: ignore[attr-defined]
    cost = later[-1] / (later[-1] + eden / program.rate)
    assert 0.4 * share < cost < 1.3 * share
