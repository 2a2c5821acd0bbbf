"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.fidelity.measured import write
from tests.benchmarks.fidelity.predictions import Pair, all_pairs
from tests.benchmarks.fidelity.records import Run, load
from tests.benchmarks.fidelity.tables import report, rows


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fidelity", description=__doc__)
    parser.add_argument("folder", type=Path, help="runs.jsonl and TAG.log.gz of real runs")
    parser.add_argument("--programs", type=_words, help="only these, separated by commas")
    parser.add_argument("--from", dest="sources", type=_words, help="calibrate on these flag sets or collectors only")
    parser.add_argument("--to", dest="targets", type=_words, help="predict these flag sets or collectors only")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", action="store_true", help="also print every pair, predicted over real")
    parser.add_argument("--data", type=Path, help="also write the errors by kind here, for predictions to show")
    return parser


def _named(run: Run, names: frozenset[str] | None) -> bool:
    return names is None or bool(names & {run.flag_set, run.collector})


def main(arguments: Sequence[str]) -> int:
    """Prints the tables."""
    options = _parser().parse_args(arguments)
    runs = load(options.folder, tuple(options.programs or ()))

    def wanted(source: Run, real: Run) -> bool:
        return _named(source, options.sources) and _named(real, options.targets)

    pairs: list[Pair] = list(all_pairs(runs, options.seed, options.jobs, wanted))
    if options.data:
        write(
            pairs, options.data, "python -m tests.benchmarks.fidelity FOLDER --data advisor/simulate/data/fidelity.json"
        )
    for line in (*(rows(pairs) if options.rows else ()), *report(pairs)):
        print(line)  # noqa: T201 - a script prints
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
