"""Effective flags equal what the real JVM prints, over machines, collectors and flags."""

from __future__ import annotations

import itertools
import os
import re
import subprocess

import pytest

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import Effective, effective, shown
from advisor.model.machine import Collector, Jdk, Machine
from advisor.model.quantities import GIB, MIB, Bytes
from tests import jvms

HOST = Bytes(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
COMPARED = (
    "UseSerialGC", "UseParallelGC", "UseConcMarkSweepGC", "UseG1GC", "UseZGC", "UseShenandoahGC", "MaxHeapSize",
    "InitialHeapSize", "MinHeapSize", "NewSize", "MaxNewSize", "OldSize", "NewRatio", "SurvivorRatio",
    "G1HeapRegionSize", "InitialSurvivorRatio", "MinSurvivorRatio", "MaxTenuringThreshold", "ParallelGCThreads",
    "ConcGCThreads", "G1ConcRefinementThreads", "UseCompressedOops", "ReservedCodeCacheSize", "MaxGCPauseMillis",
    "GCTimeRatio", "MinHeapFreeRatio", "MaxHeapFreeRatio", "MinHeapDeltaBytes", "UseAdaptiveSizePolicy",
    "ParallelRefProcEnabled", "UseDynamicNumberOfGCThreads", "MarkSweepDeadRatio", "ScavengeBeforeFullGC",
    "SoftMaxHeapSize", "ExplicitGCInvokesConcurrent", "InitiatingHeapOccupancyPercent", "G1NewSizePercent",
    "G1MaxNewSizePercent", "G1ReservePercent", "G1MixedGCLiveThresholdPercent", "G1HeapWastePercent",
    "MaxRAMPercentage", "TargetSurvivorRatio", "CMSInitiatingOccupancyFraction", "ShenandoahGCMode",
    "ThreadStackSize", "InitialTenuringThreshold", "ZGenerational",
)  # fmt: skip
COLLECTORS = ("", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC")
SHAPES = (
    "",
    "-Xmx1g",
    "-Xms700m -Xmx700m",
    "-Xmx900m -Xmn300m",
    "-Xmx2500m -XX:NewRatio=1 -XX:SurvivorRatio=6",
    "-XX:MaxRAMPercentage=70 -XX:InitialRAMPercentage=20",
    "-Xmx6g -XX:NewSize=40m -XX:-UseAdaptiveSizePolicy",
    "-Xmx500m -XX:TieredStopAtLevel=1 -XX:MaxNewSize=200m",
)
MACHINES = ((1, 600), (2, 256), (3, 1700), (9, 4096), (16, 16384))
SPECIAL = {
    11: (
        "-XX:+UseConcMarkSweepGC -Xmx4g",
        "-XX:+UseConcMarkSweepGC -Xmx1g -XX:SurvivorRatio=4 -Xmn200m",
        "-XX:+UseShenandoahGC -XX:ShenandoahMaxRegionSize=300m -XX:MaxRAM=200g",
    ),
    17: ("-XX:+UseZGC -Xmx3g", "-XX:+UseShenandoahGC -Xmx2g", "-XX:+UseG1GC -Xmx3g -XX:G1HeapRegionSize=3m"),
    21: ("-XX:+UseZGC -XX:+ZGenerational -Xmx3g", "-XX:+UseG1GC -Xmx8g -XX:G1HeapRegionSize=64m", "-Xmx33g"),
    25: ("-XX:+UseZGC -Xmx3g", "-XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational -Xmx2g", "-XX:+UseG1GC -Xmx31g"),
}
LINE = re.compile(r"\s*\w+\s+(\w+)\s+:?=\s?(.*?)\s+\{[^{}]*\}(?:\s+\{[^{}]*\})?\s*$")


def printed(jdk: int, words: list[str]) -> dict[str, str]:
    """What PrintFlagsFinal of the real JVM says."""
    unlock = ["-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions"]
    command = [str(jvms.install(jdk)), *unlock, *words, "-XX:+PrintFlagsFinal", "-version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return {found[1]: found[2] for found in map(LINE.match, done.stdout.splitlines()) if found}


def differences(result: Effective, real: dict[str, str]) -> list[tuple[str, str, str]]:
    """(flag, ours, the JVM's) of every compared flag that differs."""
    found = []
    for name in COMPARED:
        ours = result.value(name)
        if name in real and ours is not None and shown(ours) != real[name]:
            found.append((name, shown(ours), real[name]))
    return found


def cases(jdk: int) -> list[list[str]]:
    """Option words to compare: every shape and collector on a machine that changes from one to the next."""
    machines = itertools.cycle(MACHINES)
    grid = [f"{collector} {shape}".split() for shape in SHAPES for collector in COLLECTORS]
    grid += [text.split() for text in SPECIAL[jdk]]
    return [
        [f"-XX:ActiveProcessorCount={cpus}", f"-XX:MaxRAM={memory}m", *words]
        for words, (cpus, memory) in zip(grid, machines, strict=False)
    ]


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_flags_are_those_of_the_real_jvm(jdk: Jdk) -> None:
    wrong = []
    for words in cases(jdk):
        result = effective(jdk, Machine(cpus=2, memory=HOST), parse_words(words))
        wrong += [(" ".join(words), *row) for row in differences(result, printed(jdk, words))]
    assert wrong == []


@pytest.mark.parametrize(
    ("jdk", "cpus", "memory", "collector"),
    [
        (8, 2, "4g", "parallel"), (8, 1, "4g", "serial"), (11, 2, "4g", "g1"), (17, 2, "1791m", "serial"),
        (17, 2, "1792m", "g1"), (25, 1, "64g", "serial"),
    ],
)  # fmt: skip
def test_small_machines_get_serial(jdk: int, cpus: int, memory: str, collector: str) -> None:
    assert effective(jdk, Machine(cpus=cpus, memory=Bytes.parse(memory)), parse_words(())).collector == collector


@pytest.mark.parametrize(("memory", "heap"), [("256m", 126), ("512m", 128), ("1g", 256), ("4g", 1024), ("64g", 16384)])
def test_default_heaps_of_containers(memory: str, heap: int) -> None:
    """The sizes that JVMs of four releases gave themselves in containers of that memory."""
    result = effective(17, Machine(cpus=1, memory=Bytes.parse(memory)), parse_words(()))
    assert result.layout.max_heap == heap * MIB


def test_compressed_oops_end_below_32_gigabytes() -> None:
    machine = Machine(cpus=8, memory=Bytes(200 * GIB))
    assert effective(17, machine, parse_words(["-Xmx31g"])).compressed_oops
    assert not effective(17, machine, parse_words(["-Xmx32g"])).compressed_oops
    assert effective(17, machine, parse_words(["-Xmx40g", "-XX:ObjectAlignmentInBytes=16"])).compressed_oops


def test_generational_modes_by_release() -> None:
    machine = Machine(cpus=4, memory=Bytes(8 * GIB))
    modes = {jdk: effective(jdk, machine, parse_words(["-XX:+UseZGC"])).collector for jdk in (17, 21, 25)}
    assert modes == {17: Collector.ZGC, 21: Collector.ZGC, 25: Collector.ZGC_GENERATIONAL}
