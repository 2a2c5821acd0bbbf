"""How many collections of G1 follow from three published numbers of a program: `python -m tests.benchmarks.dacapo`.

The DaCapo suite publishes nominal statistics of its programs (Blackburn et al., "Rethinking Java Performance Analysis",
ASPLOS 2025; the figures are of the suite's files of December 2024): the smallest heap a program runs in, its allocation
rate, its turnover (bytes allocated in an iteration over that heap), and how many collections G1 makes in twice that
heap. Here the last is predicted from the others alone. What a program keeps alive and how long its objects live is not
among them, so one and the same guess is made for all, in units of the smallest heap. The published numbers cover
several iterations; one factor for all programs is fitted, and nothing else.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from advisor.model.profile import WorkloadProfile
from advisor.simulate import simulate

MIB = 1 << 20
GUESS = (0.5, 0.1, 0.3)
"""What is not published: the share of the smallest heap that lives throughout (a copying collector needs about as
much again), the share of the allocation that survives for a while, and how long: while 0.3 of it is allocated."""
OTHER_GUESSES = tuple(
    guess
    for live in (0.4, 0.5, 0.6, 0.7)
    for share, life in ((0.03, 0.3), (0.1, 0.3), (0.03, 1.0))
    if (guess := (live, share, life)) != GUESS
)
CPUS, MEMORY, JDK = 16, "64g", 21


@dataclass(frozen=True, slots=True)
class Program:
    """The published figures of one program."""

    name: str
    heap_mb: float
    rate_mb_s: float
    turnover: float
    collections: int

    @property
    def iteration_s(self) -> float:
        """How long an iteration takes by its own figures."""
        return self.turnover * self.heap_mb / self.rate_mb_s

    def predicted(self, guess: tuple[float, float, float] = GUESS) -> float:
        """Collections of one iteration under G1 in twice the smallest heap."""
        live, share, life = guess
        profile = WorkloadProfile.model_validate(
            {
                "jdk": JDK,
                "machine": {"cpus": CPUS, "memory": MEMORY},
                "duration": self.iteration_s,
                "allocation": {"rate": self.rate_mb_s * MIB},
                "lifetimes": {
                    "retained": live * self.heap_mb * MIB,
                    "components": [{"share": share, "mean": life * self.heap_mb / self.rate_mb_s}],
                },
            }
        )
        heap = round(2 * self.heap_mb)
        outcome = simulate(profile, ["-XX:+UseG1GC", f"-Xms{heap}m", f"-Xmx{heap}m"], replicates=1)
        assert outcome.pauses.count is not None
        return float(outcome.pauses.count)


def programs() -> list[Program]:
    """All programs with the three numbers."""
    with Path(__file__).with_suffix(".tsv").open(encoding="utf-8", newline="") as stream:
        return [
            Program(
                row["program"],
                float(row["minimum_heap_mb"]),
                float(row["allocation_mb_s"]),
                float(row["turnover"]),
                int(row["collections"]),
            )
            for row in csv.DictReader(stream, delimiter="\t")
        ]


def ranks(values: Sequence[float]) -> list[int]:
    """Places of the values in their order."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    return [order.index(index) for index in range(len(values))]


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's, for values without ties."""
    count = len(one)
    squares = sum((a - b) ** 2 for a, b in zip(ranks(one), ranks(other), strict=True))
    return 1 - 6 * squares / (count * (count**2 - 1))


@dataclass(frozen=True, slots=True)
class Fit:
    """Predictions of all programs under one guess."""

    counts: Sequence[float]
    factor: float
    """Iterations that the published numbers cover: the one thing that is fitted."""
    ratios: Sequence[float]
    """Predicted over published."""
    rank: float

    @property
    def error(self) -> float:
        """The median over the programs."""
        return median(abs(ratio - 1) for ratio in self.ratios)


def fit(found: Sequence[Program], guess: tuple[float, float, float]) -> Fit:
    """The predictions under a guess."""
    counts = [program.predicted(guess) for program in found]
    published = [program.collections for program in found]
    factor = math.exp(median(math.log(real / count) for real, count in zip(published, counts, strict=True)))
    ratios = [factor * count / real for real, count in zip(published, counts, strict=True)]
    return Fit(counts, factor, ratios, rank_correlation(counts, published))


def main() -> int:
    """Prints the table and the figures."""
    found = programs()
    best = fit(found, GUESS)
    print("| program | smallest heap | MB/s | turnover | predicted | published | error |")  # noqa: T201
    print("|---|---|---|---|---|---|---|")  # noqa: T201
    for program, count, ratio in zip(found, best.counts, best.ratios, strict=True):
        print(  # noqa: T201
            f"| {program.name} | {program.heap_mb:.0f} MB | {program.rate_mb_s:.0f} | {program.turnover:.0f} |"
            f" {best.factor * count:.0f} | {program.collections} | {ratio - 1:+.0%} |"
        )
    print(f"\nfactor {best.factor:.1f}, median error {best.error:.0%}, rank correlation {best.rank:.2f}")  # noqa: T201
    others = [fit(found, guess) for guess in OTHER_GUESSES]
    errors, orders = sorted(other.error for other in others), sorted(other.rank for other in others)
    print(  # noqa: T201
        f"{len(others)} other guesses: median error {errors[0]:.0%} to {errors[-1]:.0%},"
        f" rank correlation {orders[0]:.2f} to {orders[-1]:.2f}"
    )
    published = [program.collections for program in found]
    turnovers = [program.turnover for program in found]
    factor = math.exp(median(math.log(real / each) for real, each in zip(published, turnovers, strict=True)))
    error = median(abs(factor * each / real - 1) for real, each in zip(published, turnovers, strict=True))
    rank = rank_correlation(turnovers, published)
    print(f"in proportion to the turnover alone: median error {error:.0%}, rank correlation {rank:.2f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
