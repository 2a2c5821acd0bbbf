"""Migrated flags: every rule's examples, real JVMs that start with them, and laws over random command lines."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import parse_text, parse_words
from advisor.jvm.constraints import accepted, judge
from advisor.jvm.ergonomics import effective
from advisor.migrate import migrate
from advisor.migrate.schema import Example, MigrationRule, load
from advisor.model.errors import UsageError
from advisor.model.machine import JDKS, Collector, Machine
from advisor.model.quantities import Bytes
from tests.conftest import JvmRun

RULES = load()
EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]
OLD_LINES = (
    "-server -Xms2g -Xmx2g -XX:MaxPermSize=256m -XX:+UseConcMarkSweepGC -XX:+UseParNewGC -XX:+CMSParallelRemarkEnabled"
    " -XX:SurvivorRatio=8 -XX:MaxTenuringThreshold=1 -XX:CMSInitiatingOccupancyFraction=75"
    " -XX:+UseCMSInitiatingOccupancyOnly -XX:+UseTLAB -XX:+AlwaysPreTouch",
    "-Xmx512m -verbose:gc -XX:+PrintGCDetails -XX:+PrintGCDateStamps -XX:+PrintGCTimeStamps -XX:+PrintHeapAtGC"
    " -XX:+PrintTenuringDistribution -XX:+PrintGCApplicationStoppedTime -XX:+PrintPromotionFailure -Xloggc:gc.log"
    " -XX:+UseGCLogFileRotation -XX:NumberOfGCLogFiles=10 -XX:GCLogFileSize=10M",
    "-XX:+UnlockExperimentalVMOptions -XX:+UseCGroupMemoryLimitForHeap -XX:MaxRAMFraction=2 -XX:+UseParallelOldGC",
    "-XX:+UseG1GC -XX:MaxGCPauseMillis=100 -XX:+UnlockExperimentalVMOptions -XX:G1NewSizePercent=20"
    " -XX:+UnlockDiagnosticVMOptions -XX:+G1SummarizeRSetStats -XX:G1SummarizeRSetStatsPeriod=1 -Xmx256m",
    "-Xincgc -d64 -XX:+AggressiveOpts -XX:+UseFastAccessorMethods -XX:-UseBiasedLocking -Xss512k -Xmx200m",
    "-XX:+UnlockCommercialFeatures -XX:+FlightRecorder -XX:+UseCompressedOops -Xmx300m",
)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=[f"{r.id}-{e.to}" for r, e in EXAMPLES])
def test_every_example_of_a_rule_holds(rule: MigrationRule, example: Example) -> None:
    found = migrate(parse_text(example.flags), example.from_, example.to)
    assert " ".join(found.flags) == example.expect
    assert found.accepted
    assert any(change.rule == rule.id for change in found.changes)


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_the_real_jvm_starts_with_the_result_and_says_nothing(
    run_jvm: JvmRun, jdk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [*OLD_LINES, *(example.flags for _, example in EXAMPLES if example.from_ <= jdk)]
    for line in lines:
        here = line.replace("gc.log", str(tmp_path / "gc.log")).replace("/var/log", "")
        result = migrate(parse_text(here), 8, jdk)
        if not result.accepted:
            assert result.messages
            continue
        done = run_jvm(jdk, result.flags)
        said = done.stdout + done.stderr
        assert done.returncode == 0, (result.flags, said)
        assert "warning" not in said.lower(), (result.flags, said)
        assert "deprecated" not in said.lower(), (result.flags, said)


@pytest.mark.parametrize("line", OLD_LINES)
@pytest.mark.parametrize("jdk", [17, 21, 25])
def test_lines_of_jdk_8_as_people_wrote_them_are_taken_without_a_word(line: str, jdk: int) -> None:
    result = migrate(parse_text(line), 8, jdk)
    assert result.accepted, result.messages
    assert accepted(parse_words(result.flags), jdk)
    assert all(change.because for change in result.changes)


@pytest.mark.parametrize("seed", range(150))
def test_no_random_line_gets_worse_and_nothing_goes_unsaid(seed: int) -> None:
    """Flags of a release drawn at random: what is gone is in a change, and what remains was not made worse."""
    stream = random.Random(seed)
    old, new = sorted(stream.choices(JDKS, k=2))
    known = catalog(old)
    switches = [n for n in known.names() if known.is_usable(n) and (row := known.row(n)) and row.type == "bool"]
    words = [f"-XX:+{name}" for name in stream.sample(sorted(switches), 8)]
    flags = parse_words(tuple(words))
    result = migrate(flags, old, new)
    told = {change.from_ for change in result.changes}
    assert {word for word in words if word not in result.flags} <= told

    def refusals(words: tuple[str, ...]) -> int:
        return sum(1 for verdict in judge(parse_words(words), new) if verdict.severity == "error")

    assert refusals(result.flags) <= refusals(tuple(words))


def test_the_goal_of_the_pauses_and_the_heap_survive_the_end_of_cms() -> None:
    line = "-XX:+UseConcMarkSweepGC -Xmx1g -XX:MaxGCPauseMillis=150 -XX:CMSInitiatingOccupancyFraction=60"
    result = migrate(parse_text(line), 8, 21)
    after = effective(21, Machine(cpus=4, memory=Bytes(4 << 30)), parse_words(result.flags))
    assert after.collector == Collector.G1
    assert after.value("MaxGCPauseMillis") == 150
    assert after.layout.max_heap == 1 << 30


def test_flags_that_are_fine_stay_as_they_are() -> None:
    line = "-Xmx2g -XX:+UseG1GC -XX:MaxGCPauseMillis=100 -Dapp=x"
    result = migrate(parse_text(line), 11, 21)
    assert (" ".join(result.flags), result.changes) == (line, ())


def test_an_older_release_is_refused() -> None:
    with pytest.raises(UsageError, match="no upgrade"):
        migrate(parse_text("-Xmx1g"), 17, 8)


def test_the_command_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--from", "8", "--to", "21", "--format", "json", "--", "-XX:+UseConcMarkSweepGC", "-XX:+PrintGC"]
    assert run(["migrate", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "migrate/1"
    assert document["flags"] == ["-XX:+UseG1GC", "-Xlog:gc:stdout:uptime,level,tags"]
    assert {"from", "to", "because"} <= document["changes"][0].keys()


def test_flags_come_from_an_argument_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "jvm.options"
    source.write_text("# heap\n-Xmx1g\n-XX:+UseParallelOldGC\n")
    assert run(["migrate", "--from", "8", "--to", "17", "--file", str(source)]) == 0
    text = capsys.readouterr().out
    assert "-XX:+UseParallelGC" in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_cannot_be_mended_is_exit_code_1_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "--from", "8", "--to", "17", "--", "-XX:MaxTenuringThreshold=99"]) == 1
    assert "MaxTenuringThreshold" in capsys.readouterr().out


def test_no_flags_are_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "--from", "8", "--to", "17"]) == 2
    assert "no flags" in capsys.readouterr().err
