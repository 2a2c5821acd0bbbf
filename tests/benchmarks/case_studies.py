"""Published tuning stories, simulated: `python -m tests.benchmarks.case_studies`.

Four stories tell enough of the program, the flags before and after, and what came of it. What they leave out (how long
objects live, how fast the machine copies) is assumed and said here; so directions and rough sizes are compared, not
figures. Sources: Plumbr handbook, "GC tuning in practice"; Meituan technology blog, three cases (the first); two
reports on besthub.dev (a service of 2 processors and 4 GB with CMS; one of 8 with 70 young collections a minute).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.model.outcome import Outcome
from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Story:
    """A program, and flags with what was published of them."""

    name: str
    program: Mapping[str, Any]
    sets: Sequence[tuple[str, str, str]]
    """(name, flags, published)."""
    duration: str


def _producers() -> Mapping[str, Any]:
    """Two producers, published as a program: 200 MB/s kept for 5 s and 50 MB/s kept for two minutes."""
    short, long = 100 * 209_715 * 10, 100 * 52_428 * 10
    total = short + long
    return {
        "jdk": 8,
        "machine": {"cpus": 4, "memory": "16g"},
        "allocation": {"rate": total},
        "lifetimes": {"components": [{"share": short / total, "mean": "5s"}, {"share": long / total, "mean": "120s"}]},
    }


def _service(rate: str, *, cpus: int, memory: str, **lifetimes: Any) -> Mapping[str, Any]:
    components = [{"share": "3%", "mean": "300ms"}, {"share": "0.7%", "mean": "30s"}]
    return {
        "jdk": 8,
        "machine": {"cpus": cpus, "memory": memory},
        "allocation": {"rate": rate, "burstiness": 0.3},
        "lifetimes": {"components": components, **lifetimes},
    }


CMS = "-XX:+UseConcMarkSweepGC -XX:+UseCMSInitiatingOccupancyOnly"
AT_70 = "-XX:CMSInitiatingOccupancyFraction=70"
STORIES = (
    Story(
        "Plumbr: two producers, 250 MB/s, 7.3 GB alive",
        _producers(),
        (
            ("12 GB, CMS", "-Xmx12g -XX:+UseConcMarkSweepGC", "89.8 % useful, longest 560 ms"),
            ("12 GB, Parallel", "-Xmx12g -XX:+UseParallelGC", "91.5 % useful, longest 1104 ms"),
            ("8 GB, CMS", "-Xmx8g -XX:+UseConcMarkSweepGC", "66.3 % useful, longest 1610 ms"),
        ),
        "30min",
    ),
    Story(
        "Meituan 1: eden three times as large",
        _service("660 MB/s", cpus=8, memory="8g", retained="600m"),
        (
            ("before", f"-Xms4g -Xmx4g -Xmn500m {CMS} {AT_70}", "100 young a minute"),
            ("after", f"-Xms5g -Xmx5g -Xmn1500m {CMS} {AT_70}", "60 % fewer, under 5 ms longer"),
        ),
        "20min",
    ),
    Story(
        "2 processors, 4 GB: a larger young generation beside a leak",
        _service("60 MB/s", cpus=2, memory="4g", retained="500m", growth=20_000),
        (
            ("before", f"-Xms1800m -Xmx1800m -Xmn350m -XX:SurvivorRatio=4 {CMS} {AT_70}", "-"),
            (
                "after",
                f"-Xms1800m -Xmx1800m -Xmn800m -XX:SurvivorRatio=8 {CMS} {AT_70}",
                "young less than half as often; more collections of old",
            ),
        ),
        "8h",
    ),
    Story(
        "8 processors, 6 GB: 70 young collections a minute",
        _service("1.1 GB/s", cpus=8, memory="8g", retained="1g"),
        (
            (
                "as reported",
                f"-Xms6g -Xmx6g -XX:NewRatio=4 -XX:SurvivorRatio=8 {CMS} -XX:CMSInitiatingOccupancyFraction=72",
                "70 young a minute of 125 ms, a cycle every 3 minutes",
            ),
        ),
        "30min",
    ),
)


def row(outcome: Outcome) -> str:
    """What was simulated, in the terms of the stories."""
    minutes = outcome.wall_s / 60
    kinds = outcome.pauses.by_kind
    young = kinds.get("young")
    mean = young.total_ms / young.count if young and young.count else 0.0
    cycles, full = outcome.cycles["concurrent"] or 0, outcome.cycles["full"] or 0
    return (
        f"{outcome.throughput:.1%} useful, longest {outcome.pauses.max_ms:.0f} ms; "
        f"{(young.count if young else 0) / minutes:.0f} young a minute of {mean:.0f} ms; "
        f"{60 * cycles / minutes:.1f} cycles and {60 * full / minutes:.1f} full collections an hour"
    )


def main() -> int:
    """Prints the table."""
    print("| story | flags | published | simulated |\n|---|---|---|---|")  # noqa: T201
    for story in STORIES:
        profile = WorkloadProfile.model_validate({**story.program, "duration": story.duration})
        for name, flags, published in story.sets:
            outcome = simulate(profile, flags.split(), replicates=3)
            print(f"| {story.name} | {name} | {published} | {row(outcome)} |")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
