"""Pauses of every log with a known answer: `python -m tests.benchmarks.analyze_reference FOLDER [--only TEXT] [--all]`.

FOLDER holds `reference.tsv` (what other parsers, a line count and JFR say of each log), `generated.tsv`, and the logs
below `generated/` and `public/REPOSITORY/`, gzipped or not. Exit code 1 says that a log crashed, took too long, or that
less than 98 % of the logs on which two parsers agree are exact.

The answer that counts:

* unified logs: the outermost pauses as counted in the lines, and the longest. Their total is the sum of the lines where
  none is nested; where some are, a stack of start and end lines gives it exactly, since the reference's union of
  intervals knows time stamps of whole milliseconds only;
* older logs: the consensus of parsers where at least two agree. What a single parser says is shown and not judged.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisor.analyze import analyze_logs
from advisor.model.errors import AdvisorError

TOLERANCE = 0.001
ABSOLUTE_MS = 0.0015
"""References are printed with six decimals of a second."""
SLOW_S = 60.0
BAR = 0.98
EXPLAINED = {
    "SampleSun1_7_0_51_CMS_PrintApplStoppedTime.txt": (
        "for the remark, 1.0507 ms in its line and 1.1523 ms in that of the stop, both take the scavenge inside it"
    ),
    "SampleSun1_7_0_51_CMS_PrintApplStoppedTime_TenuringDist.txt": "for the remark both take the scavenge inside it",
}
"""Logs, by file name, whose reference is wrong, and why; they count as misses nevertheless."""
_TIMED = re.compile(r"\[(\d+\.\d+)s\].*GC\(\d+\) Pause .* (\d+\.\d+)ms")
STAMP_S = 0.001
"""Time stamps are of whole milliseconds."""
_PAUSE = re.compile(r"GC\((\d+)\) (?:[YyOo]: )?Pause [^\n]*?(?: (\d+[.,]\d+)ms)?\r?$")


@dataclass(frozen=True, slots=True)
class Expected:
    """The pauses that a log has: milliseconds; None where the reference is silent."""

    count: int
    total_ms: float | None
    max_ms: float | None
    source: str
    judged: bool
    """At least two parsers agree, or the lines themselves were counted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one log came out."""

    name: str
    group: str
    outcome: str
    """`exact`, `miss`, `refused`, `crash`, `no reference`, `one parser`."""
    detail: str
    seconds: float
    differences: tuple[str, ...] = field(default=())


def main(arguments: Sequence[str]) -> int:
    """Prints a line for each log that is not exact (all with --all), then the table of sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="logs whose set, format or path contains this")
    parser.add_argument("--all", action="store_true", help="also the logs that are exact")
    options = parser.parse_args(arguments)
    verdicts = []
    for verdict in verdicts_of(options.folder, options.only):
        verdicts.append(verdict)
        if options.all or verdict.outcome != "exact":
            _say(f"{verdict.outcome:13s} {verdict.group:18s} {verdict.name}: {verdict.detail}")
    return summary(verdicts)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a script prints


def summary(verdicts: Sequence[Verdict]) -> int:
    """The table of sets; the exit code."""
    _say("")
    for group in sorted({verdict.group for verdict in verdicts}):
        outcomes = Counter(verdict.outcome for verdict in verdicts if verdict.group == group)
        _say(f"{group:18s} {_share(outcomes)}  {dict(sorted(outcomes.items()))}")
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    _say(f"{'all':18s} {_share(outcomes)}  {dict(sorted(outcomes.items()))}")
    slow = [verdict for verdict in verdicts if verdict.seconds > SLOW_S]
    seconds = [verdict.seconds for verdict in verdicts]
    _say(f"{sum(seconds):.1f} s in all, the slowest {max(seconds, default=0.0):.1f} s")
    judged = outcomes["exact"] + outcomes["miss"]
    return int(bool(slow) or outcomes["crash"] > 0 or outcomes["exact"] < BAR * judged)


def _share(outcomes: Mapping[str, int]) -> str:
    judged = outcomes["exact"] + outcomes["miss"]
    return f"exact {outcomes['exact']:3d} of {judged:3d} judged" + (
        f" = {outcomes['exact'] / judged:6.1%}" if judged else ""
    )


def verdicts_of(folder: Path, only: str = "") -> Iterator[Verdict]:
    """One verdict for each log of the folder, those without an answer too."""
    seen = set()
    with (folder / "reference.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        path = log_of(folder, row)
        group = f"{row['set']} {row['format']}"
        if path is not None and path not in seen and only in f"{group} {path}":
            seen.add(path)
            yield judge(path, group, expected(row, path), folder)
    for path in sorted((*(folder / "generated").glob("*"), *(folder / "public").rglob("*"))):
        if path.is_file() and path not in seen and only in str(path):
            yield judge(path, "without a row", None, folder)


def log_of(folder: Path, row: Mapping[str, str]) -> Path | None:
    """The file of a row, or None where the folder lacks it."""
    base = folder / "generated" if row["set"] == "generated" else folder / "public" / row["repo"]
    path = base / row["path"]
    return next((found for found in (path.with_name(f"{path.name}.gz"), path) if found.is_file()), None)


def expected(row: Mapping[str, str], path: Path) -> Expected | None:
    """The answer that counts for a log, or None where nothing says anything."""
    if row["format"] == "unified":
        return _counted(row, path)
    agreeing = int(row["agree_n"].partition("/")[0] or 0)
    if agreeing >= 2 and row["consensus_pauses"]:
        return Expected(
            int(row["consensus_pauses"]),
            _milliseconds(row["consensus_sum_s"]),
            _milliseconds(row["consensus_max_s"]),
            row["agree_n"],
            judged=True,
        )
    name = next((name for name in ("gcv", "gct", "jifa") if row.get(f"{name}{_count_of(name)}")), None)
    if name is None:
        return None
    prefix = f"{name}{_count_of(name)}".removesuffix("pauses")
    counts = (row[f"{prefix}pauses"], row[f"{prefix}sum_s"], row[f"{prefix}max_s"])
    return Expected(int(counts[0]), _milliseconds(counts[1]), _milliseconds(counts[2]), name, judged=False)


def _count_of(name: str) -> str:
    return "_gc_pauses" if name == "gcv" else "_pauses"


def _counted(row: Mapping[str, str], path: Path) -> Expected | None:
    if not row["line_pauses"]:
        return None
    count = int(row["line_outer"] or row["line_pauses"])
    nested = count != int(row["line_pauses"])
    total_ms = outermost_ms(path) if nested else _milliseconds(row["line_sum_s"])
    if not row["line_outer"] and _overlap_s(row) > 0.001 * count:
        count, total_ms = outermost_by_time(path)
        nested = True
    longest = _milliseconds(row["line_max_s"])
    return Expected(count, total_ms, longest, "lines, nested" if nested else "lines", judged=True)


def outermost_ms(path: Path) -> float:
    """The total of the outermost pauses, from a stack of the lines that begin and end a pause."""
    opener = gzip.open if path.suffix == ".gz" else open
    stack: list[int] = []
    total = 0.0
    with opener(path, "rt", encoding="utf-8", errors="replace") as lines:
        for found in filter(None, map(_PAUSE.search, lines)):
            number = int(found[1])
            if found[2] is None:
                stack.append(number)
                continue
            if number in stack:
                del stack[stack.index(number) :]
            if not stack:
                total += float(found[2].replace(",", "."))
    return total


def _overlap_s(row: Mapping[str, str]) -> float:
    """By how much the lengths of the lines exceed the union of their intervals."""
    if row["line_union_s"] in ("", "None"):
        return 0.0
    return float(row["line_sum_s"]) - float(row["line_union_s"])


def outermost_by_time(path: Path) -> tuple[int, float]:
    """Number and total of the pauses that lie inside no other, by time stamps: for logs without lines of beginnings."""
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        found = [(float(end), float(ms)) for line in lines for end, ms in _TIMED.findall(line)]
    # The line of a pause comes after those of the pauses inside it.
    outer = [ms for at, (end, ms) in enumerate(found) if not any(_inside(end, ms, *other) for other in found[at + 1 :])]
    return len(outer), sum(outer)


def _inside(end_s: float, ms: float, other_end_s: float, other_ms: float) -> bool:
    starts = end_s - ms / 1000, other_end_s - other_ms / 1000
    return ms < other_ms and end_s <= other_end_s + STAMP_S and starts[0] >= starts[1] - STAMP_S


def _milliseconds(text: str) -> float | None:
    return None if text in ("", "None") else float(text) * 1000


def judge(path: Path, group: str, answer: Expected | None, folder: Path) -> Verdict:
    """Analyses one log and compares."""
    name = str(path.relative_to(folder))
    start = time.perf_counter()
    try:
        pauses = analyze_logs((str(path),)).pauses
    except AdvisorError as error:
        outcome = "miss" if answer is not None and answer.judged and answer.count else "refused"
        return Verdict(name, group, outcome, f"{type(error).__name__}: {error.message}", time.perf_counter() - start)
    except Exception as error:  # noqa: BLE001 - that there are none is what is measured
        return Verdict(name, group, "crash", f"{type(error).__name__}: {error}", time.perf_counter() - start)
    seconds = time.perf_counter() - start
    found = (pauses.count or 0, pauses.total_ms or 0.0, pauses.max_ms or 0.0)
    if answer is None:
        return Verdict(name, group, "no reference", f"{found[0]} pauses, {found[1]:.3f} ms", seconds)
    wrong = tuple(_differences(found, answer))
    outcome = ("miss" if wrong else "exact") if answer.judged else "one parser"
    reason = EXPLAINED.get(path.name.removesuffix(".gz"), "") if wrong else ""
    detail = "; ".join((*wrong, *([reason] if reason else ()))) or f"{found[0]} pauses, {found[1]:.3f} ms"
    return Verdict(name, group, outcome, f"{detail} ({answer.source})", seconds, wrong)


def _differences(found: tuple[int, float, float], answer: Expected) -> Iterator[str]:
    if found[0] != answer.count:
        yield f"count {found[0]}, expected {answer.count}"
    for what, value, wanted in (("total", found[1], answer.total_ms), ("longest", found[2], answer.max_ms)):
        if wanted is not None and abs(value - wanted) > max(TOLERANCE * wanted, ABSOLUTE_MS):
            yield f"{what} {value:.3f} ms, expected {wanted:.3f} ms"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
