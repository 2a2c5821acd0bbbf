"""How much faster a verdict with all flags is here than from the JVM itself, in one run.

    python -m tests.benchmarks.effective_speed [--lines 1000] [--starts 100]

`--lines` different command lines are judged and settled here, none twice; `--starts` of the same lines are put to the
real JVMs. Both take the releases in turn.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
from collections.abc import Callable, Sequence

from tests.jvm.agreement import ours, theirs
from tests.jvm.commandlines import Line, lines

SEED = 4711
TURNS = 10


def seconds() -> tuple[float, float]:
    """The clock, and the processor time of this process and of those it waited for."""
    here, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    used = here.ru_utime + here.ru_stime + children.ru_utime + children.ru_stime
    return time.perf_counter(), used


def timed(ask: Callable[[Line], object], batch: Sequence[Line]) -> tuple[float, float]:
    """Seconds of the clock and of processors for a batch."""
    clock, used = seconds()
    for line in batch:
        ask(line)
    clock_after, used_after = seconds()
    return clock_after - clock, used_after - used


def main() -> None:
    """Measures in turns, so that whatever else the machine does falls on both, and prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=100)
    options = parser.parse_args()
    gc.set_threshold(50_000, 20, 20)  # as the command does
    batch = list(dict.fromkeys(lines(SEED, options.lines // 4 + 1)))[: options.lines]
    # The tables of the four releases, and the index of their names, are made once in a process, not once a line.
    timed(ours, [line for line in lines(SEED + 1, 60) if line not in batch])
    starts = batch[: options.starts]
    here, there = [0.0, 0.0], [0.0, 0.0]
    for turn in range(TURNS):
        mine = timed(ours, batch[turn::TURNS])
        real = timed(theirs, starts[turn::TURNS])
        for index in (0, 1):
            here[index] += mine[index] / len(batch)
            there[index] += real[index] / len(starts)
    for index, name in enumerate(("clock", "processor")):
        mine_ms, real_ms = here[index] * 1e3, there[index] * 1e3
        row = f"{name:>9}: {mine_ms:.3f} ms a line here, {real_ms:.1f} ms by the JVM: {real_ms / mine_ms:.0f} times"
        print(row)  # noqa: T201 - a script prints


if __name__ == "__main__":
    main()
