"""The catalog is what the source tables and the real JVMs say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from advisor.jvm import regenerate
from advisor.jvm.catalog import catalog, nearest
from advisor.model.machine import JDKS, Collector
from tests import jvms

UNLOCK = ["-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions"]


@pytest.mark.jvm
@pytest.mark.shared
def test_the_data_is_fresh(shared: Path) -> None:
    javas = {jdk: str(jvms.install(jdk)) for jdk in jvms.VERSIONS}
    for name, text in regenerate.generate(shared / "flags", javas).items():
        assert (regenerate.DATA / name).read_text(encoding="utf-8") == text, name


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", list(jvms.VERSIONS))
def test_every_flag_of_the_real_jvm_is_known_with_its_type(jdk: int) -> None:
    command = [str(jvms.install(jdk)), *UNLOCK, "-XX:+PrintFlagsFinal", "-version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.findall(r"^\s*(\w+)\s+(\w+)\s+:?=.*\{.*\}\s*$", printed, re.MULTILINE)
    assert len(found) > 700
    for kind, name in found:
        info = catalog(jdk).flag(name)
        assert info is not None, name
        assert info.type == kind, name


@pytest.mark.parametrize("jdk", JDKS)
def test_every_row_says_where_it_comes_from(jdk: int) -> None:
    for name in catalog(jdk).names():
        info = catalog(jdk).row(name)
        assert info is not None
        assert re.match(r"jvm \d|source 8u|table", info.provenance), name


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("UseConcMarkSweepGC", ["known", "deprecated", "removed", "removed", "removed"]),
        ("UseBiasedLocking", ["known", "known", "deprecated", "removed", "removed"]),
        ("ZGenerational", ["future", "future", "future", "known", "obsolete"]),
        ("MaxPermSize", ["obsolete", "obsolete", "removed", "removed", "removed"]),
        ("UseG1GC", ["known"] * 5),
        ("UseFastAccessorMethods", ["known", "removed", "removed", "removed", "removed"]),
        ("UseCompactObjectHeaders", ["future", "future", "future", "future", "known"]),
        ("NoSuchFlag", ["unknown"] * 5),
    ],
)
def test_life_cycles(name: str, statuses: list[str]) -> None:
    assert [catalog(jdk).status(name) for jdk in JDKS] == statuses


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("UseG1CG", "UseG1GC"),
        ("useg1gc", "UseG1GC"),
        ("MaxGCPauseMills", "MaxGCPauseMillis"),
        ("MaxHeapSiz", "MaxHeapSize"),
        ("UseParalelGC", "UseParallelGC"),
        ("HeapDumpOnOutOfMemoryErorr", "HeapDumpOnOutOfMemoryError"),
        ("Xyzzy", None),
    ],
)
def test_the_nearest_name(typo: str, meant: str | None) -> None:
    assert catalog(17).nearest(typo) == meant


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("UseConcMarkSwepGC", "UseConcMarkSweepGC"), ("MaxPermSizes", "MaxPermSize"), ("UseG1CG", "UseG1GC")],
)
def test_the_nearest_name_may_be_one_that_is_gone(typo: str, meant: str) -> None:
    assert nearest(typo, 17) == meant
    assert catalog(17).nearest(typo) in (meant, None)


def test_flags_know_their_collector_and_their_lock() -> None:
    region, least = catalog(17).flag("G1HeapRegionSize"), catalog(17).flag("G1NewSizePercent")
    assert region is not None
    assert least is not None
    assert region.collector == (Collector.G1,)
    assert region.unlocked_by is None
    assert least.unlocked_by == "UnlockExperimentalVMOptions"
