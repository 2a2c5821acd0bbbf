"""What real JVMs were seen to make of odd command lines, kept outside of the repository: our judgement agrees."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import judge
from advisor.model.machine import Machine
from advisor.model.quantities import Bytes
from tests.jvm.agreement import SILENT_LOSSES

THERE = Machine(cpus=2, memory=Bytes(25_283_264_512), container=False)
"""Where the JVMs ran."""
CASES = """
unknown flag => -XX:+TotallyUnknownFlagXyz
typo 1 char => -XX:+UseG1CG
typo MaxHeapSiz=1g => -XX:MaxHeapSiz=1g
case typo => -XX:+useg1gc
no suggestion far => -XX:MaxPermSizes=1g
obsolete/expired MaxPermSize=256m => -XX:MaxPermSize=256m
CMS +UseConcMarkSweepGC => -XX:+UseConcMarkSweepGC
CMSInitiatingOccupancyFraction => -XX:CMSInitiatingOccupancyFraction=75
NumberOfGCLogFiles => -XX:NumberOfGCLogFiles=10
Xloggc => -Xloggc:/tmp/gc.log
ThreadPriorityPolicy=42 => -XX:ThreadPriorityPolicy=42
MaxRAMFraction (deprecated) => -XX:MaxRAMFraction=2
ZGenerational => -XX:+UseZGC -XX:+ZGenerational
-ZGenerational => -XX:+UseZGC -XX:-ZGenerational
ShenandoahGC => -XX:+UnlockExperimentalVMOptions -XX:+UseShenandoahGC
G1ConcRefinementGreenZone => -XX:G1ConcRefinementGreenZone=10
UseCompressedClassPointers off => -XX:-UseCompressedClassPointers
CreateMinidumpOnCrash alias => -XX:+CreateMinidumpOnCrash
DefaultMaxRAMFraction alias => -XX:DefaultMaxRAMFraction=4
MaxTenuringThreshold=20 range => -XX:MaxTenuringThreshold=20
InitiatingHeapOccupancyPercent=150 => -XX:InitiatingHeapOccupancyPercent=150
G1HeapRegionSize=3m (not pow2) => -XX:G1HeapRegionSize=3m -XX:+PrintFlagsFinal
G1HeapRegionSize=64m => -XX:G1HeapRegionSize=64m
ObjectAlignmentInBytes=12 => -XX:ObjectAlignmentInBytes=12
ParallelGCThreads=0 parallel => -XX:+UseParallelGC -XX:ParallelGCThreads=0
ConcGCThreads > ParallelGCThreads => -XX:ConcGCThreads=4 -XX:ParallelGCThreads=2
MaxRAMPercentage=120 => -XX:MaxRAMPercentage=120
MaxRAMPercentage=50% => -XX:MaxRAMPercentage=50%
MaxRAMPercentage=75 (int) => -XX:MaxRAMPercentage=75
MaxRAMPercentage=75.0 => -XX:MaxRAMPercentage=75.0
MaxMetaspaceSize=0 => -XX:MaxMetaspaceSize=0
MetaspaceSize > MaxMetaspaceSize => -XX:MetaspaceSize=512m -XX:MaxMetaspaceSize=256m
CompressedClassSpaceSize=4g => -XX:CompressedClassSpaceSize=4g
MaxDirectMemorySize=-1 => -XX:MaxDirectMemorySize=-1
negative to unsigned NewRatio=-1 => -XX:NewRatio=-1
missing +/- UseG1GC => -XX:UseG1GC
bool with =true => -XX:UseG1GC=true
+ with value => -XX:+UseG1GC=true
+ on numeric => -XX:+MaxHeapSize=1g
numeric w/o value => -XX:MaxHeapSize
numeric empty value => -XX:MaxHeapSize=
decimal size 1.5g Xmx => -Xmx1.5g
size suffix Xmx1gb => -Xmx1gb
size suffix Xmx1GB => -Xmx1GB
size suffix Xmx512mb => -Xmx512mb
size Xmx512 (bytes) => -Xmx512
size Xmx1t => -Xmx1t
size Xmx1p => -Xmx1p
size Xmx=1g => -Xmx=1g
size 'Xmx 1g' => -Xmx 1g
-XX:Xmx1g => -XX:Xmx1g
Xmx hex 0x40000000 => -Xmx0x40000000
MaxHeapSize=1g lower => -XX:MaxHeapSize=1g
MaxHeapSize=1K too small => -XX:MaxHeapSize=1K
Xmx1m too small => -Xmx1m
Xms>Xmx => -Xms2g -Xmx1g
MaxNewSize > heap => -Xmx256m -XX:MaxNewSize=512m
NewSize > heap => -Xmx256m -XX:NewSize=512m
Xmn > heap => -Xmx256m -Xmn512m
NewSize > MaxNewSize => -XX:NewSize=200m -XX:MaxNewSize=100m
Xmn with G1 => -Xmx1g -Xmn256m -XX:+UseG1GC
Xss too small => -Xss10k
Xss2 (bytes?) => -Xss2
Xss1g => -Xss1g
Xss2g => -Xss2g
ThreadStackSize=1m (KB unit) => -XX:ThreadStackSize=1m
two collectors => -XX:+UseG1GC -XX:+UseParallelGC
two collectors, second off => -XX:+UseG1GC -XX:-UseParallelGC
three collectors => -XX:+UseG1GC -XX:+UseParallelGC -XX:+UseSerialGC
all collectors off => -XX:-UseG1GC -XX:-UseParallelGC -XX:-UseSerialGC
duplicate Xmx last wins => -Xmx1g -Xmx512m -XX:+PrintCommandLineFlags
Xmx then MaxHeapSize => -Xmx1g -XX:MaxHeapSize=512m -XX:+PrintCommandLineFlags
dup bool => -XX:+UseStringDeduplication -XX:-UseStringDeduplication -XX:+PrintCommandLineFlags
experimental without unlock => -XX:G1NewSizePercent=10
experimental, unlock AFTER => -XX:G1NewSizePercent=10 -XX:+UnlockExperimentalVMOptions
experimental, unlock before => -XX:+UnlockExperimentalVMOptions -XX:G1NewSizePercent=10
diagnostic without unlock => -XX:+PrintNMTStatistics
diagnostic LogVMOutput w/o unlock => -XX:+LogVMOutput
diagnostic, unlock AFTER => -XX:+LogVMOutput -XX:+UnlockDiagnosticVMOptions
develop flag => -XX:+PrintFlagsWithComments
develop flag ZapUnusedHeapArea => -XX:+ZapUnusedHeapArea
UseZGC on 11 (experimental) => -XX:+UseZGC
IgnoreUnrecognized + unknown => -XX:+IgnoreUnrecognizedVMOptions -XX:+TotallyUnknownFlagXyz
IgnoreUnrecognized last + unknown => -XX:+TotallyUnknownFlagXyz -XX:+IgnoreUnrecognizedVMOptions
IgnoreUnrecognized + bad value => -XX:+IgnoreUnrecognizedVMOptions -XX:MaxTenuringThreshold=20
IgnoreUnrecognized + malformed => -XX:+IgnoreUnrecognizedVMOptions -XX:MaxTenuringThreshold=abc
IgnoreUnrecognized + missing +/- => -XX:+IgnoreUnrecognizedVMOptions -XX:UseG1GC
IgnoreUnrecognized + locked exp => -XX:+IgnoreUnrecognizedVMOptions -XX:G1NewSizePercent=10
IgnoreUnrecognized + develop => -XX:+IgnoreUnrecognizedVMOptions -XX:+ZapUnusedHeapArea
IgnoreUnrecognized + CMS => -XX:+IgnoreUnrecognizedVMOptions -XX:+UseConcMarkSweepGC
IgnoreUnrecognized + unknown -X => -XX:+IgnoreUnrecognizedVMOptions -Xfoo
unknown -X => -Xfoo
unknown -- option => --foo-bar
unknown - option => -foo
comment-out flag -XX:# => -XX:#+Verbose
-XX: alone => -XX:
trailing comma => -XX:+UseG1GC,
unicode dash => –XX:+UseG1GC
quoted flag literal quotes => "-XX:+UseG1GC"
-Xrunjdwp => -Xrunjdwp:transport=dt_socket,server=y,suspend=n
-Xbootclasspath/p => -Xbootclasspath/p:/tmp/x
-Djava.endorsed.dirs => -Djava.endorsed.dirs=/tmp/x
-Djava.ext.dirs => -Djava.ext.dirs=/tmp/x
-javaagent missing => -javaagent:/nonexistent.jar
-agentlib missing => -agentlib:nonexistent
HeapDumpPath missing dir => -XX:HeapDumpPath=/nonexistent/x
OnOutOfMemoryError => -XX:OnOutOfMemoryError=/nonexistent/x
-Xlog bad tag => -Xlog:gcc
-Xlog missing dir => -Xlog:gc:file=/nonexistent/gc.log
-Xlog gc* => -Xlog:gc*:file=/tmp/gc.log
UseLargePages no hugepages => -XX:+UseLargePages
Xmx32g CompressedOops => -Xmx32g -XX:+UseCompressedOops
heap larger than RAM => -Xms64g -Xmx64g
ReservedCodeCacheSize=1m => -XX:ReservedCodeCacheSize=1m
ReservedCodeCacheSize=3g => -XX:ReservedCodeCacheSize=3g
InitialCodeCache>Reserved => -XX:InitialCodeCacheSize=128m -XX:ReservedCodeCacheSize=64m
MinHeapFreeRatio>Max => -XX:MinHeapFreeRatio=80 -XX:MaxHeapFreeRatio=50
SurvivorRatio=0 => -XX:SurvivorRatio=0
ActiveProcessorCount=0 => -XX:ActiveProcessorCount=0
StringDedup on Parallel => -XX:+UseParallelGC -XX:+UseStringDeduplication
G1 flag with Parallel => -XX:+UseParallelGC -XX:G1HeapRegionSize=4m
MaxGCPauseMillis with Serial => -XX:+UseSerialGC -XX:MaxGCPauseMillis=100
MaxGCPauseMillis=0 => -XX:MaxGCPauseMillis=0
GCPauseIntervalMillis<Pause => -XX:MaxGCPauseMillis=200 -XX:GCPauseIntervalMillis=100
TieredStopAtLevel=5 => -XX:TieredStopAtLevel=5
CICompilerCount=1 => -XX:CICompilerCount=1
SharedArchiveFile missing => -XX:SharedArchiveFile=/nonexistent
Xshare:on + missing archive => -Xshare:on -XX:SharedArchiveFile=/nonexistent
StartFlightRecording => -XX:StartFlightRecording
NativeMemoryTracking bad => -XX:NativeMemoryTracking=on
ccstr no value => -XX:HeapDumpPath
ccstr + prefix => -XX:+HeapDumpPath=/tmp
Flags= missing file => -XX:Flags=/nonexistent
[final value] ThreadStackSize=1m => -XX:ThreadStackSize=1m
[final value] Xss1m => -Xss1m
[final value] Xss512 bytes no suffix 524288 => -Xss524288
[final value] dup Xmx => -Xmx1g -Xmx512m
[final value] Xmx vs MaxHeapSize order => -Xmx1g -XX:MaxHeapSize=256m
[final value] dup bool => -XX:+UseStringDeduplication -XX:-UseStringDeduplication
[final value] dup dedupe G1HeapRegionSize => -XX:G1HeapRegionSize=2m -XX:G1HeapRegionSize=4m
[final value] G1HeapRegionSize=3m => -XX:G1HeapRegionSize=3m
[final value] G1HeapRegionSize=4 (bytes) => -XX:G1HeapRegionSize=4
[final value] MaxNewSize>heap => -Xmx256m -XX:MaxNewSize=512m
[final value] Xmn>heap => -Xmx256m -Xmn512m
[final value] Xmn with Xmx => -Xmx512m -Xmn128m
[final value] ccstrlist accumulate => -XX:OnError=a
[final value] JAVA_TOOL only =>
[final value] MetaspaceSize>Max => -XX:MetaspaceSize=512m -XX:MaxMetaspaceSize=256m
[final value] default GC here =>
[final value] ActiveProcessorCount=1 -> GC => -XX:ActiveProcessorCount=1
[final value] Xmx1g ActiveProcessorCount=1 => -Xmx1g -XX:ActiveProcessorCount=1
[final value] MaxRAM=1g -> GC => -XX:MaxRAM=1g
[final value] MaxRAM=1800m cpu2 -> GC => -XX:MaxRAM=1800m -XX:ActiveProcessorCount=2
[final value] MaxRAMPercentage with Xmx => -Xmx512m -XX:MaxRAMPercentage=75
[final value] MaxRAMFraction=2 + MaxRAMPercentage=75 => -XX:MaxRAMFraction=2 -XX:MaxRAMPercentage=75
[final value] MinRAMPercentage misuse => -XX:MinRAMPercentage=75
[final value] InitialRAMPercentage=90 > Max 25 => -XX:InitialRAMPercentage=90
[final value] Xmx33g oops => -Xmx33g
[final value] Xmx31g oops => -Xmx31g
[final value] Xmx32g oops => -Xmx32g
[final value] Xmx40g align16 oops => -Xmx40g -XX:ObjectAlignmentInBytes=16
[final value] ZGC + compressed oops => -XX:+UnlockExperimentalVMOptions -XX:+UseZGC -XX:+UseCompressedOops
[final value] ParallelGCThreads=4 on 2cpu => -XX:ParallelGCThreads=4
[final value] G1 MaxGCPauseMillis + Xmn => -XX:MaxGCPauseMillis=50 -Xmn256m -Xmx1g
[final value] UseStringDeduplication Serial => -XX:+UseSerialGC -XX:+UseStringDeduplication
[final value] TieredCompilation off + TieredStopAtLevel=1 => -XX:-TieredCompilation -XX:TieredStopAtLevel=1
[final value] -TieredCompilation code cache => -XX:-TieredCompilation
[final value] default code cache =>
[final value] -Xint => -Xint
[final value] AggressiveHeap => -XX:+AggressiveHeap
[final value] MaxDirectMemorySize default =>
[final value] SoftMaxHeapSize>Xmx => -Xmx1g -XX:SoftMaxHeapSize=2g
[final value] MinHeapSize>Xms => -Xms512m -XX:MinHeapSize=1g -Xmx2g
[final value] InitialHeapSize=0 => -XX:InitialHeapSize=0
[final value] Xms0 => -Xms0
[final value] Xmx0 => -Xmx0
"""
"""case => options, where the case's name is not the switch itself."""
SWITCHES = frozenset(
    {
        "UseCMSInitiatingOccupancyOnly", "UseParNewGC", "UseParallelOldGC", "AggressiveOpts", "UseBiasedLocking",
        "PrintGCDateStamps", "PrintGCTimeStamps", "PrintGCDetails", "PrintGC", "UseGCLogFileRotation",
        "PrintTenuringDistribution", "PrintGCApplicationStoppedTime", "PrintHeapAtGC", "PrintAdaptiveSizePolicy",
        "TraceClassLoading", "UseCGroupMemoryLimitForHeap", "UseSharedSpaces", "RequireSharedSpaces", "FlightRecorder",
        "UnlockCommercialFeatures", "RegisterFinalizersAtInit", "UseHugeTLBFS", "TLABStats", "UseAppCDS", "UseNUMA",
        "UseTransparentHugePages", "[final value] UseNUMA", "[final value] UseLargePages",
        "[final value] AlwaysPreTouch",
    }
)  # fmt: skip
"""Cases named by the switch that is on."""
EXPLAINED: Mapping[str, str] = {
    "RequireSharedSpaces": "these runtimes come without an archive of classes",
    "Xshare:on + missing archive": "whether the file is there",
    "-javaagent missing": "whether the file is there",
    "-agentlib missing": "whether the library is there",
    "-Xrunjdwp": "whether the library is there: some of these runtimes have none",
    "-Xlog missing dir": "whether the folder is there",
    "Flags= missing file": "whether the file is there",
    "UseLargePages no hugepages": "whether the system has large pages set aside",
    "UseHugeTLBFS": "whether the system has large pages set aside",
}
"""Cases that something beside the options decides."""


def lines() -> dict[str, list[str]]:
    """The options of every case."""
    written = (line.partition(" =>") for line in CASES.strip().splitlines())
    return {case: rest.split() for case, _, rest in written} | {
        case: [f"-XX:+{case.removeprefix('[final value] ')}"] for case in SWITCHES
    }


def outcome(words: list[str], jdk: int) -> str:
    """`refused`, `warned` or `silent`, by our judge."""
    found = {
        verdict.severity for verdict in judge(parse_words(words), jdk, THERE) if verdict.check not in SILENT_LOSSES
    }
    return "refused" if "error" in found else "warned" if "warning" in found else "silent"


@pytest.mark.shared
def test_every_case_that_was_seen_ends_as_it_was_seen(shared: Path) -> None:
    with (shared / "flags" / "jvm_behaviour.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) > 800
    options, wrong = lines(), []
    for row in rows:
        ours = outcome(options.get(row["case"], [row["case"]]), int(row["jdk"]))
        if not _agrees(row, ours):
            wrong.append((row["case"], row["jdk"], ours))
    assert [found for found in wrong if found[0] not in EXPLAINED] == []
    assert {case for case, _, _ in wrong} == EXPLAINED.keys()


def _agrees(row: Mapping[str, str], ours: str) -> bool:
    if row["exit"] == "1" or ours == "refused":
        return (row["exit"] == "1") == (ours == "refused")
    if row["case"].startswith("[final value]"):
        return True  # of those, only the lines of some flags were kept
    return ("warning" in (row["stdout"] + row["stderr"]).lower()) == (ours == "warned")
