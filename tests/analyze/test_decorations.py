"""Whatever stands before, around and between the messages of a unified log, the figures are the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from advisor.analyze import analyze_logs
from advisor.model.analysis import Analysis
from tests.analyze.logs import serial_log
from tests.conftest import JvmRun

LINES = serial_log()
TIMES = [float(line[1 : line.index("s]")]) for line in LINES]
DECORATORS = (
    "uptime",
    "time",
    "utctime",
    "timemillis",
    "uptimemillis",
    "timenanos",
    "uptimenanos",
    "none",
    "pid",
    "level",
    "tid,tags",
    "time,uptime,level,tags",
    "uptime,hostname,pid,tid,level,tags",
    "utctime,uptimenanos,tags",
    "timenanos,timemillis,pid",
    "time,utctime,uptime,timemillis,uptimemillis,timenanos,uptimenanos,hostname,pid,tid,level,tags",
)
TIMELESS = ("none", "pid", "level", "tid,tags")


def analysed(lines: list[str], path: Path) -> Analysis:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return analyze_logs((str(path),))


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
@pytest.mark.parametrize("collector", ["Parallel", "Shenandoah"])
def test_all_decorators_of_a_real_jvm(jdk: int, collector: str, run_jvm: JvmRun, tmp_path: Path) -> None:
    """One JVM writes one log for each; every log gives the pauses that a count of its lines gives, and its time."""
    files = {decorators: tmp_path / f"{number}.log" for number, decorators in enumerate(DECORATORS)}
    outputs = [f"-Xlog:gc*,safepoint:file={path}:{names}:filecount=0" for names, path in files.items()]
    heap = ("-Xmx16m", "-Xmn1m") if collector == "Parallel" else ("-Xmx6m", "-XX:ShenandoahGCHeuristics=aggressive")
    unlock = ("-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions")
    run_jvm(jdk, (*unlock, f"-XX:+Use{collector}GC", *heap, *outputs, "--describe-module", "java.base"))
    lengths = [float(ms) for ms in re.findall(r"GC\(\d+\) Pause .* (\d+\.\d+)ms", files["none"].read_text())]
    assert lengths
    for decorators, path in files.items():
        found = analyze_logs((str(path),))
        assert found.pauses.count == len(lengths), decorators
        assert found.pauses.total_ms == pytest.approx(sum(lengths), abs=0.01), decorators
        assert found.pauses.max_ms == max(lengths), decorators
        assert found.source.collector == collector.lower(), decorators
        assert found.source.notes == (), decorators
        if decorators not in TIMELESS:
            assert found.duration_s is not None, decorators
            assert 0 < found.duration_s < 60, decorators


def wrapped(line: str, time: float) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stdout", "time": f"2026-11-23T10:00:{time:012.9f}Z"})


COLLECTED: dict[str, Callable[[str, float], str]] = {
    "container runtime": lambda line, t: f"2026-11-23T10:00:{t:012.9f}Z stdout F {line}",
    "Docker's JSON": wrapped,
    "JSON of another": lambda line, _t: json.dumps({"level": "info", "message": line, "pod": "web-1"}),
    "compose": lambda line, _t: f"orders-1  | {line}",
    "compose in colour": lambda line, _t: f"\x1b[36morders-1  |\x1b[0m {line}",
    "syslog": lambda line, _t: f"Nov 23 10:00:00 web-1 orders[4711]: {line}",
    "journal": lambda line, _t: f"<14>1 2026-11-23T10:00:00.000000+01:00 web-1 orders 4711 - - {line}",
    "logback": lambda line, _t: f"10:00:00.123 [gc-reader] INFO  c.e.Gc - {line}",
    "brackets": lambda line, _t: f"[2026-11-23 10:00:00,123] [INFO] [stdout] {line}",
    "tab": lambda line, _t: f"orders\t{line}",
    "blanks at the end": lambda line, _t: f"{line}  ",
    "comma decimals": lambda line, _t: re.sub(r"(\d)\.(\d{3})(m?s)", r"\1,\2\3", line),
    "wide tags": lambda line, _t: line.replace("[gc,heap  ]", "[gc,heap,coops,metaspace,ergo          ]"),
    "levels": lambda line, _t: line.replace("[info]", "[warning]"),
}


@pytest.mark.parametrize("name", COLLECTED)
def test_whoever_collected_the_output(name: str, tmp_path: Path) -> None:
    expected = analysed(LINES, tmp_path / "plain.log")
    found = analysed(
        [COLLECTED[name](line, t) for line, t in zip(LINES, TIMES, strict=True)], tmp_path / "collected.log"
    )
    different = {"source": {"files", "bytes"}, "profile": {"name"}}
    assert found.model_dump(exclude=different) == expected.model_dump(exclude=different)


def test_the_time_of_the_container_where_the_jvm_gives_none(tmp_path: Path) -> None:
    bare = [re.sub(r"^(\[[^\]]*\])+ ", "", line) for line in LINES]
    lines = [f"2026-11-23T10:00:{t:012.9f}Z stdout F {line}" for line, t in zip(bare, TIMES, strict=True)]
    found = analysed(lines, tmp_path / "gc.log")
    whole = analysed(LINES, tmp_path / "plain.log").duration_s
    assert whole is not None
    assert found.duration_s == pytest.approx(whole - TIMES[7], abs=0.1)
    assert found.pauses.count == 40


CHATTER = (
    "10:00:00.123 [main] INFO  c.e.App - Started App in 3.2 seconds (JVM running for 4.1)",
    '{"level":"info","msg":"order done","ms":"3.500ms"}',
    "Pause for thought: 3.000ms",
    "GC is fun, GC(s) too: GC(x) Pause Young 3.0ms",
    "\tat java.base/java.lang.Thread.run(Thread.java:840)",
    "[Full GC of the basement] done in 12.5 secs",
    "[INFO] [gc] nothing",
    "",
)


def chatter(every: int) -> Iterator[str]:
    for number, line in enumerate(LINES):
        yield line
        if number % every == 0:
            yield from CHATTER


@pytest.mark.parametrize("every", [1, 3, 10])
def test_a_program_prints_between_the_lines(every: int, tmp_path: Path) -> None:
    expected = analysed(LINES, tmp_path / "plain.log")
    found = analysed([*CHATTER * 30, *chatter(every)], tmp_path / "mixed.log")
    different = {"source": {"files", "bytes", "lines"}, "profile": {"name"}}
    assert found.model_dump(exclude=different) == expected.model_dump(exclude=different)


def test_the_program_prints_before_a_line_on_the_same_line(tmp_path: Path) -> None:
    expected = analysed(LINES, tmp_path / "plain.log")
    found = analysed(
        [f"order {t:.0f} done{line}" for line, t in zip(LINES, TIMES, strict=True)], tmp_path / "mixed.log"
    )
    assert found.pauses == expected.pauses
    assert found.duration_s == expected.duration_s
