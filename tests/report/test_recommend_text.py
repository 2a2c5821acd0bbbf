"""What a person reads: the flags first, within 80 columns, safe for a terminal, and no number the JSON lacks."""

from __future__ import annotations

import re

from advisor.model.outcome import Outcome, Pauses
from advisor.model.recommendation import GoalVerdict, MemoryBudget, Reason, Recommendation
from advisor.report.recommend_text import recommend_text
from advisor.report.wrap import plain, table

OUTCOME = Outcome(
    duration_s=60,
    pauses=Pauses.of([("young", 8.0)] * 99 + [("full", 120.0)]),
    throughput=0.985,
    gc_cpu_s=1.2,
    wall_s=61,
    heap_peak_bytes=900 << 20,
    rss_bytes=1100 << 20,
    cycles={"full": 1},
    failures={"full_gc": 1},
    intervals={"pauses.max_ms": (100.0, 140.0), "throughput": (0.97, 0.99), "pauses.count": (95.0, 105.0)},
)


def recommendation(**changes: object) -> Recommendation:
    """A recommendation with one flag."""
    base: dict[str, object] = {
        "jdk": 17,
        "collector": "parallel",
        "flags": ("-Xmx1g",),
        "command_line": "java -Xmx1g",
        "reasons": (
            Reason(flag="-Xmx1g", value="1g", rule="heap-from-live-set", because="Room. " * 30, source="source"),
        ),
        "memory": MemoryBudget(limit_bytes=2 << 30, parts={"heap": 1 << 30, "gc": 40 << 20}, headroom_bytes=984 << 20),
    }
    return Recommendation.model_validate({**base, **changes})


def test_the_flags_come_first_and_lines_fit_the_terminal() -> None:
    text = recommend_text(recommendation(baseline=OUTCOME, predicted=OUTCOME))
    assert text.splitlines()[:3] == ["For JDK 17 (parallel):", "", "    -Xmx1g"]
    assert max(map(len, text.splitlines())) <= 80


def test_every_pause_figure_is_one_of_the_outcome() -> None:
    text = recommend_text(recommendation(predicted=OUTCOME))
    known = {8.0, 120.0, 912.0, 100.0, 140.0}
    assert {float(number) for number in re.findall(r"([\d.]+) ms", text)} <= known


def test_a_refusal_says_why_and_promises_nothing() -> None:
    text = recommend_text(recommendation(flags=(), reasons=(), refused="the live set needs 3 GB of 2 GB"))
    assert text.startswith("No flags can be recommended: the live set needs 3 GB of 2 GB.")
    assert "Memory" not in text


def test_no_flags_is_an_answer_too() -> None:
    assert recommend_text(recommendation(flags=(), reasons=())).startswith("Set nothing:")


def test_a_goal_is_met_or_not_or_not_predicted() -> None:
    goals = [
        GoalVerdict(name="p99_pause", limit="< 50ms", predicted="40ms", met=True),
        GoalVerdict(name="rss", limit="< 1 GB", predicted="1.1 GB", met=False),
        GoalVerdict(name="wall", limit="< 10s", predicted=None, met=None),
    ]
    text = recommend_text(recommendation(goals=tuple(goals)))
    assert "p99_pause < 50ms: met (predicted 40ms)" in text
    assert "rss < 1 GB: NOT MET (predicted 1.1 GB)" in text
    assert "wall < 10s: not predicted" in text


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in recommend_text(recommendation(warnings=("evil \x1b[2J log",)))
    assert plain("a\x1b\x07b\u202ec") == "a\ufffd\ufffdb\ufffdc"


def test_columns_line_up() -> None:
    lines = table([["name", "size"], ["heap", "1 GB"], ["stacks", "40 MB"]], right=(1,))
    assert lines == ["  name     size", "  heap     1 GB", "  stacks  40 MB"]
