"""The judge's verdict on a command line is the real JVM's: refused, warned about, or taken without a word."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.commandline import parse_text, parse_words
from advisor.jvm.constraints import accepted, judge
from tests.conftest import JvmRun

LINES = (
    # unknown, misspelt, malformed
    "-XX:+TotallyUnknownFlag", "-XX:MaxHeapSiz=1g", "-XX:+UseG1CG", "-XX:+useg1gc", "-XX:UseG1GC",
    "-XX:UseG1GC=true", "-XX:+UseG1GC=true", "-XX:+MaxHeapSize", "-XX:+MaxHeapSize=1g", "-XX:+HeapDumpPath",
    "-XX:MaxHeapSize", "-XX:HeapDumpPath", "-XX:+UseG1GC,", "-XX:", "-Xfoo", "-XX:NewRatio",
    "-XX:MaxTenuringThreshold=",
    # values
    "-Xmx1.5g", "-Xmx1gb", "-Xmx512mb", "-Xmx=1g", "-Xmx1p", "-Xmx0x40000000", "-Xmx512", "-Xmx1m", "-Xmx1G",
    "-Xss10k", "-Xss1m", "-Xss2g", "-Xss524288", "-XX:ThreadStackSize=1m", "-XX:MaxGCPauseMillis=200ms",
    "-XX:MaxGCPauseMillis=0", "-XX:MaxGCPauseMillis=1.5", "-XX:NewRatio=-1", "-XX:MaxTenuringThreshold=20",
    "-XX:MaxTenuringThreshold=16", "-XX:G1HeapRegionSize=64m", "-XX:G1HeapRegionSize=3m",
    "-XX:CompressedClassSpaceSize=4g", "-XX:ThreadPriorityPolicy=42", "-XX:MaxRAMPercentage=120",
    "-XX:MaxRAMPercentage=50%", "-XX:MaxRAMPercentage=75", "-XX:MaxRAMPercentage=75.5", "-XX:MaxRAMPercentage=.5",
    "-XX:MaxRAMPercentage=1e1", "-XX:SurvivorRatio=0", "-XX:InitiatingHeapOccupancyPercent=150",
    "-XX:NativeMemoryTracking=on", "-XX:NativeMemoryTracking=summary", "-XX:TieredStopAtLevel=5",
    "-XX:GCTimeRatio=9",
    # life cycle
    "-XX:MaxPermSize=256m", "-XX:+UseConcMarkSweepGC", "-XX:CMSInitiatingOccupancyFraction=70", "-XX:+UseParNewGC",
    "-XX:+PrintGCDateStamps", "-XX:+PrintGCDetails", "-XX:+PrintGC", "-XX:-PrintGC", "-XX:+AggressiveOpts",
    "-XX:+UseBiasedLocking", "-XX:+UseParallelOldGC", "-XX:MaxRAMFraction=2", "-XX:G1ConcRefinementGreenZone=10",
    "-XX:+UseSharedSpaces", "-XX:+UseZGC -XX:+ZGenerational", "-XX:+UseCompressedClassPointers", "-XX:+UseAppCDS",
    "-XX:+TraceClassLoading", "-XX:+UseCGroupMemoryLimitForHeap", "-XX:LockingMode=2", "-XX:+FlightRecorder", "-d64",
    "-Xincgc", "-Xbootclasspath/p:x", "-Djava.ext.dirs=x", "-Djava.endorsed.dirs=x", "-Xnoagent", "-Xdebug",
    "-Xverify:none", "-noverify", "--illegal-access=permit", "-Xbootclasspath:x", "-Xfuture",
    "-Djava.security.manager", "-Djava.security.manager=allow", "-XX:+UseG1GC -XX:ParallelGCThreads=0", "-Xprof",
    "-XX:+UseParallelGC -Xms20m -Xmn150m", "-XX:+UseSerialGC -Xms20m -Xmn150m", "-XX:+UseG1GC -Xms20m -Xmn150m",
    "-XX:+UseStringDeduplication -XX:+UseParallelGC", "-XX:+UseStringDeduplication -XX:+UseG1GC",
    # locks
    "-XX:G1NewSizePercent=10", "-XX:G1NewSizePercent=10 -XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC",
    "-XX:+UnlockExperimentalVMOptions -XX:G1NewSizePercent=10", "-XX:+LogVMOutput", "-XX:+ZapUnusedHeapArea",
    "-XX:+UnlockDiagnosticVMOptions -XX:-LogVMOutput", "-XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC",
    # combinations
    "-XX:+UseG1GC -XX:+UseParallelGC", "-XX:+UseG1GC -XX:-UseG1GC -XX:+UseParallelGC", "-Xms2g -Xmx1g",
    "-XX:MinHeapSize=1g -Xms512m -Xmx2g", "-Xmx1g -XX:SoftMaxHeapSize=2g",
    "-XX:NewSize=200m -XX:MaxNewSize=100m -Xmx1g", "-XX:ConcGCThreads=8 -XX:ParallelGCThreads=2",
    "-XX:+UseParallelGC -XX:ParallelGCThreads=0", "-XX:MinHeapFreeRatio=80 -XX:MaxHeapFreeRatio=50",
    "-XX:InitialTenuringThreshold=9 -XX:MaxTenuringThreshold=5", "-XX:ReservedCodeCacheSize=1m",
    "-XX:ReservedCodeCacheSize=3g", "-XX:ReservedCodeCacheSize=64m",
    "-XX:ReservedCodeCacheSize=64m -XX:InitialCodeCacheSize=100m", "-XX:ObjectAlignmentInBytes=12",
    "-XX:GCPauseIntervalMillis=100", "-XX:MaxGCPauseMillis=50 -XX:GCPauseIntervalMillis=100",
    "-XX:CICompilerCount=1", "-XX:+UseCompressedOops -Xmx33g", "-XX:MaxMetaspaceSize=0", "-Xmx1g -Xmx2g",
    "-Xmx1g -XX:MaxHeapSize=1g",
    # lenience
    "-XX:+IgnoreUnrecognizedVMOptions -XX:+NoSuchFlag", "-XX:+NoSuchFlag -XX:+IgnoreUnrecognizedVMOptions -Xfoo",
    "-XX:+IgnoreUnrecognizedVMOptions -XX:MaxTenuringThreshold=20", "-XX:+IgnoreUnrecognizedVMOptions -XX:UseG1GC",
    "-XX:+IgnoreUnrecognizedVMOptions -XX:G1NewSizePercent=10", "-XX:+IgnoreUnrecognizedVMOptions -XX:+UseParNewGC",
    # fine everywhere
    "-Xmx1g -Xms1g -XX:+UseSerialGC", "-XX:+UseParallelGC -XX:GCTimeRatio=19", "-Xlog:gc*:stderr",
    "-server -Da=b -Xint",
)  # fmt: skip
SILENT_LOSSES = ("other-collectors-flag", "conflicting-duplicate")
"""Warnings of ours about what the JVM drops without a word."""


def outcome_here(line: str, jdk: int) -> str:
    """`refused`, `warned` or `silent`, by our judge."""
    verdicts = [v for v in judge(parse_text(line), jdk) if v.check not in SILENT_LOSSES]
    if any(verdict.severity == "error" for verdict in verdicts):
        return "refused"
    return "warned" if any(verdict.severity == "warning" for verdict in verdicts) else "silent"


def outcome_there(done: subprocess.CompletedProcess[str]) -> str:
    """The same, by the real JVM."""
    if done.returncode:
        return "refused"
    return "warned" if "warning" in (done.stdout + done.stderr).lower() else "silent"


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_verdicts_are_those_of_the_real_jvm(jdk: int, run_jvm: JvmRun) -> None:
    wrong = []
    for line in LINES:
        ours, real = outcome_here(line, jdk), outcome_there(run_jvm(jdk, line.split()))
        if ours != real:
            wrong.append((line, ours, real))
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "jdk", "check", "words"),
    [
        ("-XX:MaxGCPauseMills=200", 17, "unknown-flag", "did you mean MaxGCPauseMillis?"),
        ("-XX:+UseG1CG", 17, "unknown-flag", "did you mean UseG1GC?"),
        ("-XX:+PrintGCDateStamps", 17, "removed-flag", "-Xlog"),
        ("-XX:+UseConcMarkSweepGC", 17, "removed-flag", "in JDK 15"),
        ("-XX:+ZGenerational", 17, "unknown-flag", "only with JDK 21"),
        ("-XX:G1HeapRegionSize=64m", 17, "out-of-range", "0 .. 33554432"),
        ("-XX:G1NewSizePercent=5 -XX:+UnlockExperimentalVMOptions", 21, "locked-flag", "too late"),
        ("-XX:+UseG1GC -XX:CMSInitiatingOccupancyFraction=70", 11, "other-collectors-flag", "only cms"),
        ("-Xmx1g -XX:MaxHeapSize=2g", 17, "conflicting-duplicate", "displaces the earlier -Xmx1g"),
    ],
)
def test_messages_say_what_to_do(line: str, jdk: int, check: str, words: str) -> None:
    (verdict,) = [found for found in judge(parse_text(line), jdk) if found.check == check]
    assert words in verdict.message


def test_placeholders_are_never_judged_but_names_are() -> None:
    assert judge(parse_text("-Xmx${HEAP} -Xms{{ .Values.heap }} -XX:MaxGCPauseMillis=%PAUSE%"), 17) == ()
    assert [v.check for v in judge(parse_text("-XX:MaxGCPauseMills=${P}"), 17)] == ["unknown-flag"]


def test_repeats_accumulate_where_the_jvm_lets_them() -> None:
    assert accepted(parse_words(["-XX:OnError=a", "-XX:OnError=b"]), 17)


@given(st.text(max_size=80))
def test_no_text_makes_the_judge_fail(text: str) -> None:
    for jdk in (8, 25):
        for verdict in judge(parse_text(text), jdk):
            assert verdict.message


@given(
    st.lists(st.sampled_from([word for line in LINES for word in line.split()]), max_size=5),
    st.sampled_from([8, 11, 17, 21, 25]),
)
def test_offsets_point_at_the_option(words: list[str], jdk: int) -> None:
    text = "  ".join(words)
    for verdict in judge(parse_text(text), jdk):
        assert text[verdict.option.start : verdict.option.end] == verdict.option.text
