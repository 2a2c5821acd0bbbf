"""Real programs whose pauses, allocation and live set were measured from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from advisor.analyze import analyze_logs
from advisor.analyze.events import Pause
from advisor.analyze.formats.unified import Unified
from advisor.analyze.sources import Source
from advisor.model.analysis import Analysis
from advisor.model.quantities import Bytes

pytestmark = pytest.mark.shared
COPYING = ("serial", "parallel", "cms", "g1")
MIB = 1 << 20


def runs(shared: Path, programs: tuple[str, ...] = ()) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Runs of copying collectors, with the log of each."""
    for line in (shared / "truth" / "runs.jsonl").read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        if run["flag_set"].startswith(COPYING) and (not programs or run["program"] in programs):
            yield run, shared / "truth" / f"{run['tag']}.log.gz"


def outermost(path: Path) -> list[tuple[float, float]]:
    """(end s, ms) of the pauses, less those that the reference swallows.

    The reference knows only time stamps of whole milliseconds: a pause that begins less than half a millisecond after
    the start of the one before swallows it.
    """
    kept: list[tuple[float, float]] = []
    for event in Unified().events(Source(str(path)).batches()):
        if isinstance(event, Pause) and event.end_s is not None:
            start = event.end_s - event.ms / 1000
            while kept and kept[-1][0] - kept[-1][1] / 1000 >= start - 0.0005 and kept[-1][0] <= event.end_s + 0.0005:
                kept.pop()
            kept.append((event.end_s, event.ms))
    return kept


def test_pauses_are_exact(shared: Path) -> None:
    checked = 0
    for run, path in runs(shared):
        found = outermost(path)
        expected = run["pauses"]
        assert len(found) == expected["count"], run["tag"]
        assert sum(ms for _, ms in found) == pytest.approx(expected["total_ms"], abs=0.002), run["tag"]
        assert max(ms for _, ms in found) == expected["max_ms"], run["tag"]
        checked += 1
    assert checked >= 100


def alloc_load(shared: Path) -> Iterator[tuple[Mapping[str, Any], Analysis]]:
    for run, path in runs(shared, ("alloc-young", "alloc-old", "alloc-large")):
        yield run, analyze_logs((str(path),))


def test_allocation_rate(shared: Path) -> None:
    """Arrays without headers over the time of the program; G1 rounds large objects up to whole regions."""
    for run, analysis in alloc_load(shared):
        told = re.search(r"wall_s=([\d.]+) allocated_mb=([\d.]+)", run["metric"])
        assert told
        assert analysis.allocation.rate_bytes_s is not None
        ratio = analysis.allocation.rate_bytes_s / MIB / (float(told[2]) / float(told[1]))
        assert 0.98 < ratio < (1.06 if run["tag"].startswith("alloc-large--g1") else 1.03), (run["tag"], ratio)


LIVE_MB = {"alloc-young": 60, "alloc-old": 190, "alloc-large": 80}
"""What the program keeps; besides it two rings of 4000 arrays of 1.8 kB, and what the JDK needs."""


def test_live_set(shared: Path) -> None:
    """Never below what is kept. Full collections of Serial and Parallel also leave some garbage in place; mixed ones of

    G1 leave what is not worth a copy.
    """
    seen = 0
    for run, analysis in alloc_load(shared):
        live = analysis.heap.live_bytes
        if live is None or analysis.source.collector == "g1":
            continue
        kept = LIVE_MB[run["program"]]
        # cms-50 sweeps from the start, while the live set is still being built.
        low = 0.85 if run["flag_set"] == "cms-50" else 1.0
        assert low * kept < live / MIB < 1.25 * kept + 20, (run["tag"], Bytes(live).human())
        seen += 1
    assert seen >= 15


def test_lifetimes_explain_what_the_program_keeps_for_a_while(shared: Path) -> None:
    """A tenth of the bytes lives for 4000 of its kind: at 400 MB/s a thread, 0.18 s. The population is share x mean.

    Parallel prints no age tables: all that die at one age look like an exponential with a long tail there.
    """
    fitted = 0
    for run, path in runs(shared, ("alloc-young",)):
        if run["flag_set"].startswith("parallel"):
            continue
        components = analyze_logs((str(path),)).profile["lifetimes"].get("components", ())
        if components:
            short = components[0]
            population = float(short["share"].rstrip("%")) / 100 * float(short["mean"].removesuffix("ms"))
            assert 0.1 * 180 * 0.8 < population < 0.1 * 180 * 1.4, (run["tag"], components)
            fitted += 1
    assert fitted >= 6
