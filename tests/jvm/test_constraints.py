"""The judge's verdict on a command line is the real JVM's: refused, warned about, or taken without a word."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.commandline import parse_text, parse_words
from advisor.jvm.constraints import accepted, judge
from advisor.model.machine import Machine
from advisor.model.quantities import Bytes
from tests.conftest import JvmRun
from tests.jvm.agreement import HOST, SILENT_LOSSES

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
    # heap bounds, judged at the end of the line; forms, judged word by word
    "-Xmx1m -Xmx64m", "-Xmx0 -Xmx64m", "-Xss64k -Xss1m", "-Xss64k", "-Xss139263", "-XX:MaxHeapSize=0", "-Xms512k",
    "-Xmn0", "-XX:MaxRAM=2m", "-XX:MinRAMPercentage=0", "-XX:MinHeapSize=512m -Xmx128m", "-Xmx128t",
    "-Xms1g -XX:InitialHeapSize=64m", "-XX:SoftMaxHeapSize=900g", "-XX:NewRatio=2 -Xmn64m", "-XX:MaxNewSize=1m",
    "-XX:+UseSerialGC -XX:MaxNewSize=64m -XX:NewSize=100m", "-XX:+UseSerialGC -XX:NewRatio=0",
    "-XX:+UseSerialGC -Xmn128k", "-XX:+UseSerialGC -Xmx1g -Xmn1g", "-XX:SurvivorRatio=1000000",
    # TLABs and PLABs
    "-XX:TLABSize=1k", "-XX:TLABSize=64m", "-XX:MinTLABSize=16m", "-XX:MinTLABSize=100", "-XX:YoungPLABSize=16m",
    "-XX:+UseParallelGC -XX:YoungPLABSize=255", "-XX:+UseSerialGC -XX:YoungPLABSize=0",
    "-XX:+UseParallelGC -XX:MinTLABSize=9k",
    # metaspace, pointers, stacks
    "-XX:MaxMetaspaceSize=512k", "-XX:MaxMetaspaceSize=8m", "-XX:CompressedClassSpaceSize=100m",
    "-XX:-UseCompressedOops -XX:+UseCompressedClassPointers", "-XX:+UseZGC -XX:+UseCompressedOops",
    "-XX:CompilerThreadStackSize=64", "-XX:VMThreadStackSize=63", "-XX:LargePageSizeInBytes=3m",
    # code cache and compilers
    "-XX:InitialCodeCacheSize=64m", "-XX:NonNMethodCodeHeapSize=4k", "-XX:ProfiledCodeHeapSize=240m",
    "-XX:ReservedCodeCacheSize=300m -XX:ProfiledCodeHeapSize=299m", "-XX:-TieredCompilation -XX:CICompilerCount=0",
    "-Xint -XX:+TieredCompilation", "-Xint -XX:CICompilerCount=0", "-XX:TieredStopAtLevel=0 -XX:+SegmentedCodeCache",
    "-XX:CompileThreshold=2147483647", "-XX:OnStackReplacePercentage=10", "-XX:+UseCountedLoopSafepoints",
    "-XX:LoopStripMiningIter=5", "-XX:MaxNodeLimit=1000", "-XX:TypeProfileLevel=1222", "-XX:MaxVectorSize=3",
    # collectors
    "-XX:-UseG1GC", "-XX:ActiveProcessorCount=1 -XX:-UseSerialGC", "-XX:+UseParallelGC -XX:ConcGCThreads=64",
    "-XX:+UseShenandoahGC -XX:ParallelGCThreads=1 -XX:ConcGCThreads=2", "-XX:+UseParallelGC -XX:MarkStackSize=1g",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC -XX:ShenandoahGCHeuristics=best",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC -XX:ShenandoahRegionSize=1g",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC -Xmx64m", "-XX:MaxTenuringThreshold=0 -XX:-AlwaysTenure",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC -Xmx64m -Xms64m -XX:+AlwaysPreTouch",
    "-XX:+UnlockExperimentalVMOptions -XX:G1NewSizePercent=70", "-XX:+UseParallelGC -XX:InitialTenuringThreshold=16",
    "-XX:+UnlockExperimentalVMOptions -XX:G1MaxNewSizePercent=3", "-XX:+UnlockExperimentalVMOptions -XX:+UseZGC -Xmx8m",
    # numbers
    "-XX:MaxRAMPercentage=0x10", "-XX:MaxRAMPercentage=7.5e1", "-XX:MaxRAMPercentage=5.", "-Xmx99999999999999999999",
    # words
    "-foo", "--foo-bar", "-Xoptimize", "-Xconcurrentio", "-Xcheck:foo", "-Xverify:foo", "-Xmaxf1.5", "-Xmaxf0.8",
    "--add-modules=java.base -ea:foo -esa -verbose:gc -showversion", "-version -XX:+NoSuchFlag", "-XX:#+Verbose",
    "-XX:+TraceJVMTIObjectTagging", "-XX:JVMCIThreads=2", "-XX:VerifySubSet=x", "-XX:GCCardSizeInBytes=300",
    # lenience
    "-XX:+IgnoreUnrecognizedVMOptions -XX:+NoSuchFlag", "-XX:+NoSuchFlag -XX:+IgnoreUnrecognizedVMOptions -Xfoo",
    "-XX:+IgnoreUnrecognizedVMOptions -XX:MaxTenuringThreshold=20", "-XX:+IgnoreUnrecognizedVMOptions -XX:UseG1GC",
    "-XX:+IgnoreUnrecognizedVMOptions -XX:G1NewSizePercent=10", "-XX:+IgnoreUnrecognizedVMOptions -XX:+UseParNewGC",
    # fine everywhere
    "-Xmx1g -Xms1g -XX:+UseSerialGC", "-XX:+UseParallelGC -XX:GCTimeRatio=19", "-Xlog:gc*:stderr",
    "-server -Da=b -Xint",
)  # fmt: skip


def outcome_here(line: str, jdk: int) -> str:
    """`refused`, `warned` or `silent`, by our judge."""
    verdicts = [v for v in judge(parse_text(line), jdk, HOST) if v.check not in SILENT_LOSSES]
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
    with ThreadPoolExecutor(2) as pool:
        real = list(pool.map(lambda line: outcome_there(run_jvm(jdk, line.split())), LINES))
    ours = [outcome_here(line, jdk) for line in LINES]
    wrong = [found for found in zip(LINES, ours, real, strict=True) if found[1] != found[2]]
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
        ("-XX:+UseConcMarkSwepGC", 17, "unknown-flag", "did you mean UseConcMarkSweepGC, which is gone"),
        ("-Xmx512", 17, "heap-bounds", "was a unit forgotten?"),
        ("-XX:+UseG1GC -Xmx256m -Xmn512m", 17, "heap-bounds", "cut without a word"),
        ("-XX:G1NewSizePercent=5 -XX:+UnlockExperimentalVMOptions", 21, "locked-flag", "too late"),
        ("-XX:+UseG1GC -XX:CMSInitiatingOccupancyFraction=70", 11, "other-collectors-flag", "only cms"),
        ("-Xmx1g -XX:MaxHeapSize=2g", 17, "conflicting-duplicate", "displaces the earlier -Xmx1g"),
    ],
)
def test_messages_say_what_to_do(line: str, jdk: int, check: str, words: str) -> None:
    (verdict,) = [found for found in judge(parse_text(line), jdk) if found.check == check]
    assert words in verdict.message


def test_what_only_a_known_machine_decides_is_left_open() -> None:
    small = Machine(cpus=2, memory=Bytes(2 << 30))
    for line in ("-XX:SoftMaxHeapSize=3g", "-XX:TLABSize=8m", "-XX:+UseG1GC -XX:ConcGCThreads=7"):
        assert accepted(parse_text(line), 17), line
        assert not accepted(parse_text(line), 17, small), line


@given(st.lists(st.sampled_from([word for line in LINES for word in line.split()]), max_size=6))
def test_a_verdict_does_not_depend_on_what_was_judged_before(words: list[str]) -> None:
    first = judge(parse_words(words), 17, HOST)
    judge(parse_words(list(reversed(words))), 17, HOST)
    assert judge(parse_words(words), 17, HOST) == first


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
