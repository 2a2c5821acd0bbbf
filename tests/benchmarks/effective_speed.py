"""How much faster a verdict with all flags is here than from the JVM itself, in one run.

    python -m tests.benchmarks.effective_speed [--lines 1000] [--starts 100]

`--lines` different command lines are judged and settled here, none twice; `--starts` of the same lines are put to the
real JVMs. Both take the releases in turn. Times are of the clock, one process.
"""

from __future__ import annotations

import argparse
import time

from tests.jvm.agreement import ours, theirs
from tests.jvm.commandlines import lines

SEED = 4711


def main() -> None:
    """Measures and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=100)
    options = parser.parse_args()
    # The flag tables of the four releases are read once in a process, not once a line.
    wanted = list(dict.fromkeys(lines(SEED, options.lines // 4 + 1)))
    for line in wanted[:4]:
        ours(line)
    batch = wanted[4 : options.lines + 4]
    began = time.perf_counter()
    for line in batch:
        ours(line)
    here = (time.perf_counter() - began) / len(batch)
    began = time.perf_counter()
    for line in batch[: options.starts]:
        theirs(line)
    there = (time.perf_counter() - began) / options.starts
    print(f"{len(batch)} lines here: {here * 1e3:.3f} ms each")  # noqa: T201 - a script prints
    print(f"{options.starts} starts of the JVM: {there * 1e3:.1f} ms each; {there / here:.0f} times as long")  # noqa: T201


if __name__ == "__main__":
    main()
