"""Real runs for a person: what each arm took, and what can be said of the differences."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from advisor.model.measurement import Arm, Measurement
from advisor.model.quantities import Bytes
from advisor.report.wrap import bullets, paragraph, section, table

_NAMES = {
    "wall_s": "wall time",
    "cpu_s": "processor time",
    "rss_bytes": "resident memory",
    "pauses.total_ms": "total pause",
    "pauses.p99_ms": "p99 pause",
    "pauses.max_ms": "longest pause",
}


def measure_text(result: Measurement) -> str:
    """The whole report, 80 columns wide."""
    sections = [
        paragraph(f"{' '.join(result.command)} on JDK {result.jdk}: {result.stopped}, seed {result.seed}."),
        section(
            "Arms",
            [paragraph(f"{arm.name}: {' '.join(arm.flags) or '(no flags)'}", indent="  ") for arm in result.arms],
        ),
        section("Medians", table(list(_medians(result)), right=range(1, 7))),
        *(
            [section("Against the baseline", table(list(_compared(result)), right=(2, 3, 4)))]
            if result.comparisons
            else []
        ),
        *([section("Notes", bullets(result.warnings))] if result.warnings else []),
    ]
    return "\n\n".join(sections) + "\n"


def _flags(arm: Arm) -> str:
    return paragraph(f"{arm.name}: {' '.join(arm.flags) or '(no flags)'}", indent="  ", hang="    ")


def _against(result: Measurement) -> list[str]:
    if not result.comparisons:
        return []
    return [section("Against the baseline", table(list(_compared(result)), right=(2, 3, 4)))]


def _medians(result: Measurement) -> Iterator[list[str]]:
    yield ["", "runs", "wall", "processors", "memory", "pauses", "p99"]
    yield from (_median(arm) for arm in result.arms)


def _median(arm: Arm) -> list[str]:
    good = [run for run in arm.runs if run.exit_code == 0]
    if not good:
        return [arm.name, f"0 of {len(arm.runs)}", *["-"] * 5]
    return [
        arm.name,
        str(len(good)) if len(good) == len(arm.runs) else f"{len(good)} of {len(arm.runs)}",
        f"{median(run.wall_s for run in good):.2f} s",
        f"{median(run.cpu_s for run in good):.2f} s",
        Bytes(round(median(run.rss_bytes for run in good))).human(),
        f"{median(run.pauses.total_ms for run in good):.1f} ms",
        f"{median(run.pauses.p99_ms for run in good):.1f} ms",
    ]


def _compared(result: Measurement) -> Iterator[list[str]]:
    yield ["", "", "ratio", "95 % interval", "noise", "verdict"]
    for comparison in result.comparisons:
        if comparison.ratio is None and comparison.verdict == "undecided":
            continue
        interval = (
            "-" if comparison.interval is None else f"{comparison.interval[0]:.3f} .. {comparison.interval[1]:.3f}"
        )
        noise = result.noise.get(comparison.metric)
        yield [
            comparison.candidate,
            _NAMES.get(comparison.metric, comparison.metric),
            "-" if comparison.ratio is None else f"{comparison.ratio:.3f}",
            interval,
            "-" if noise is None else f"{noise:.3f}",
            comparison.verdict,
        ]
