"""Damaged logs by the thousand: `python -m tests.benchmarks.analyze_mutations FOLDER [--count N] [--seed N]`.

FOLDER holds logs, gzipped or not, at any depth. Each mutation deletes, repeats, swaps, cuts, garbles, inserts or mixes
lines or bytes of one of them; the analysis has to be an error of ours or keep the laws of `tests.analyze.mutations`.
Exit code 1 says that one did not; its log is left beside the others in the system's folder for such files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.analyze.mutations import check, excerpts, marked, mutated

SLOW_S = 5.0
SHOWN = 20
"""Failures after which there is no need for more."""


def main(arguments: Sequence[str]) -> int:
    """Prints each failure, then what became of the rest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    paths = sorted(path for path in options.folder.rglob("*") if path.is_file() and path.suffix != ".tsv")
    logs = excerpts(paths, options.seed)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    folder = Path(tempfile.mkdtemp(prefix="mutations-"))
    for number, (what, text) in enumerate(mutated(logs, options.count, options.seed)):
        path = folder / f"{number}.log"
        path.write_bytes(text)
        start = time.perf_counter()
        outcome = outcome_of(path)
        slowest = max(slowest, time.perf_counter() - start)
        outcomes[outcome.partition(":")[0]] += 1
        if outcome.startswith("failed"):
            _say(f"{outcome} after {what}: {path}")
        else:
            path.unlink()
        if outcomes["failed"] >= SHOWN:
            break
    counts = dict(sorted(outcomes.items()))
    _say(f"{outcomes.total()} mutations of {len(logs)} excerpts: {counts}; slowest {slowest:.2f} s")
    return int(outcomes["failed"] > 0 or slowest > SLOW_S)


def outcome_of(path: Path) -> str:
    """`error`, `marked`, `analysed`, or `failed: why`."""
    try:
        analysis = check(path)
    except Exception as error:  # noqa: BLE001 - that there are none is what is measured
        return f"failed: {type(error).__name__}: {str(error)[:200]}"
    if analysis is None:
        return "error"
    return "marked" if marked(analysis) else "analysed"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a script prints


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
