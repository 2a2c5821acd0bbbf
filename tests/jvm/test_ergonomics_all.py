"""Every flag that is claimed, defaults too, equals what the real JVM prints; what is not modelled is left out."""

from __future__ import annotations

import pytest

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.jvm.unmodelled import is_unmodelled
from advisor.model.machine import Jdk, Machine
from advisor.model.quantities import GIB, Bytes
from tests.jvm.test_ergonomics import HOST, printed

EVERYWHERE = (
    "-XX:ActiveProcessorCount=9 -XX:MaxRAM=1700m",
    "-XX:ActiveProcessorCount=1 -XX:MaxRAM=256m -Xint",
    "-XX:+UseG1GC -XX:MaxRAM=140000m -XX:MaxMetaspaceSize=300m",
    "-XX:+UseParallelGC -Xmx900m -XX:MaxTenuringThreshold=2",
    "-XX:+UseSerialGC -Xmx300m -XX:+AlwaysTenure",
    "-XX:+UseG1GC -Xmx400m -XX:NewSize=300m",
    "-XX:+UseG1GC -XX:MaxRAM=60000m -XX:MaxNewSize=300m",
    "-XX:+UseG1GC -Xmx300m -XX:MaxNewSize=400m",
    "-XX:+UseG1GC -Xmx2g -XX:MaxRAM=32g -XX:MaxNewSize=10m",
    "-XX:+UseSerialGC -Xmx300m -XX:MaxNewSize=400m",
)
OF_RELEASE = {
    11: ("-XX:+UseZGC -XX:MaxRAM=700m -XX:ActiveProcessorCount=16", "-XX:+UseConcMarkSweepGC -XX:MaxRAM=700m"),
    17: ("-XX:+UseZGC -Xms1g -Xmx1g", "-XX:+UseEpsilonGC -XX:MaxRAM=700m", "-XX:+UseShenandoahGC -Xmx1g"),
    21: ("-XX:+UseZGC -XX:MaxRAM=1g", "-XX:+UseZGC -XX:+ZGenerational -XX:MaxRAM=1g -XX:ActiveProcessorCount=32"),
    25: ("-XX:+UseZGC -XX:MaxRAM=512m", "-XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational -XX:MaxRAM=256m"),
}
NAMED_BY_THE_TEST = frozenset({"PrintFlagsFinal", "UnlockExperimentalVMOptions", "UnlockDiagnosticVMOptions"})


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_every_claimed_flag_is_the_real_one(jdk: Jdk) -> None:
    wrong, compared = [], 0
    for text in (*EVERYWHERE, *OF_RELEASE[jdk]):
        real = printed(jdk, text.split())
        result = effective(jdk, Machine(cpus=2, memory=HOST), parse_words(text.split()))
        claimed = {name: flag.value for name, flag in result.printed().items() if name not in NAMED_BY_THE_TEST}
        assert claimed.keys() <= real.keys()
        compared += len(claimed)
        wrong += [(text, name, value, real[name]) for name, value in claimed.items() if value != real[name]]
    assert wrong == []
    assert compared > 500 * len((*EVERYWHERE, *OF_RELEASE[jdk]))


@pytest.mark.jvm
@pytest.mark.parametrize(
    ("jdk", "option", "most_mb"),
    [
        (11, "-XX:+UseG1GC", 32736), (17, "-XX:+UseG1GC", 32736), (21, "-XX:+UseG1GC", 32256),
        (25, "-XX:+UseG1GC", 32736), (21, "-XX:+UseParallelGC", 32766), (25, "-XX:+UseSerialGC", 32766),
    ],
)  # fmt: skip
def test_compressed_oops_end_where_the_jvm_ends_them(jdk: Jdk, option: str, most_mb: int) -> None:
    machine = Machine(cpus=2, memory=Bytes(64 * GIB))
    for heap_mb, kept in ((most_mb, True), (most_mb + 2, False)):
        words = [option, f"-Xmx{heap_mb}m"]
        assert effective(jdk, machine, parse_words(words)).compressed_oops is kept
        assert printed(jdk, words)["UseCompressedOops"] == str(kept).lower()


def test_flags_of_the_processor_are_left_out() -> None:
    result = effective(17, Machine(cpus=2, memory=Bytes(2 * GIB)), parse_words([]))
    names = set(result.printed())
    assert not names & {"UseAES", "UseSSE", "UseAVX", "UseFMA", "AllocatePrefetchDistance"}
    assert names >= {
        "CICompilerCount",
        "ProfiledCodeHeapSize",
        "UseStringDeduplication",
        "MaxHeapSize",
        "ParallelRefProcEnabled",
        "UseAdaptiveSizePolicy",
    }
    assert result.value("UseAES") is None
    assert not is_unmodelled("MaxGCPauseMillis")
