"""Carriers of options: files and environment variables are read, ordered and refused as the real JVM does it."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.jvm.launch import Launch, applied, argument_file, settings_file
from advisor.model.errors import InputError
from advisor.model.machine import Jdk
from tests import jvms
from tests.jvm.agreement import HOST, read

FILES = {
    "a.args": '# heap\n-Xmx256m -Dfoo="a b"\n-XX:+UseSerialGC -Dp=\'c:\\\\dir\' -Dcont="x\\\n   y"',
    "main.args": "-Xmx256m Main rest",
    "options": "-Xmx300m\n-XX:+UseSerialGC",
    "nested": "-Xmx301m -XX:VMOptionsFile=options",
    "comment": "# no comments here\n-Xmx300m",
    "launcher": "-server -Xmx300m",
    "open": '-Da="x y',
    "flags": "# settings\n+UseSerialGC # one\nMaxHeapSize=302m\n-UsePerfData",
    "written-as-options": "-XX:+UseSerialGC",
    "misspelt": "+NoSuchFlag",
    "quoted": "MaxHeapSize=\"303m\" ErrorFile='a b'",
    "locked": "+LogVMOutput",
}
WATCHED = ("MaxHeapSize", "UseSerialGC", "UsePerfData", "NewSize", "UseG1GC")
Case = tuple[str, Mapping[str, str]]
TOOL, LINE, LAST = "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"
CASES: tuple[Case, ...] = (
    ("-Xmx100m", {}),
    ("-Xmx100m", {TOOL: "-Xmx108m"}),
    ("-Xmx100m", {LINE: "-Xmx112m"}),
    ("-Xmx100m", {LAST: "-Xmx116m"}),
    ("", {TOOL: "-Xmx108m", LINE: "-Xmx112m", LAST: "-Xmx116m"}),
    ("", {TOOL: "-Xmx108m", LINE: "-Xmx112m"}),
    ("-XX:+UseParallelGC", {TOOL: "-XX:+UseG1GC"}),
    ("", {TOOL: "-XX:+BadFlag"}),
    ("", {LINE: "-XX:+BadFlag"}),
    ("", {LAST: "-XX:+BadFlag"}),
    ("", {"JAVA_OPTS": "-XX:+BadFlag"}),
    ("", {LINE: '-Dfoo="a b" -Xmx104m'}),
    ("", {LINE: r"-Dfoo=a\ b -Xmx104m"}),
    ("", {TOOL: '-Dfoo="a b" -Xmx104m'}),
    ("", {TOOL: '-Dfoo="a b'}),
    ("", {LINE: '-Dfoo="a b'}),
    ("", {LAST: "-Dfoo='a b"}),
    *((("", {LINE: text})) for text in ("-jar x.jar", "Main", "-version", "--help", "-m x", "-X", "-ea", "-server")),
    *((("", {LINE: text})) for text in ("@a.args", "-cp /tmp", "--add-modules java.base", "-foo", "--foo-bar")),
    *((("", {TOOL: text})) for text in ("@a.args", "-cp /tmp", "-server", "-ea", "-Xmx1gb", "-foo", "word", "-Xdiag")),
    *((("", {TOOL: text})) for text in ("--add-modules java.base", "--add-modules=java.base", "--enable-preview", "")),
    ("", {TOOL: "-XX:Flags=flags"}),
    ("", {TOOL: "-XX:VMOptionsFile=options"}),
    ("", {TOOL: "-XX:+UseSerialGC -XX:NewSize=20m -Xmx100m"}),
    ("-XX:+UseSerialGC", {TOOL: "-XX:+UseSerialGC"}),
    ("-XX:+UseSerialGC", {LAST: "-XX:+UseSerialGC"}),
    ("@a.args", {}),
    ("@a.args -Xmx120m", {}),
    ("-Xmx120m @a.args", {}),
    ("@missing", {}),
    ("-XX:VMOptionsFile=options", {}),
    ("-XX:VMOptionsFile=options -Xmx124m", {}),
    ("-Xmx124m -XX:VMOptionsFile=options", {}),
    ("-XX:VMOptionsFile=options -XX:VMOptionsFile=options", {}),
    ("-XX:VMOptionsFile=options", {TOOL: "-Xmx108m"}),
    ("-XX:VMOptionsFile=options", {TOOL: "-XX:VMOptionsFile=options"}),
    ("-XX:VMOptionsFile=options", {LINE: "-XX:VMOptionsFile=options"}),
    *((f"-XX:VMOptionsFile={name}", {}) for name in ("nested", "comment", "launcher", "open", "missing")),
    ("-XX:Flags=flags", {}),
    ("-XX:Flags=flags -Xmx128m", {}),
    ("-Xmx128m -XX:Flags=flags", {}),
    ("-XX:Flags=quoted -XX:Flags=flags", {}),
    ("-XX:Flags=misspelt -XX:Flags=flags", {}),
    ("-XX:Flags=flags", {LAST: "-XX:Flags=quoted"}),
    *((f"-XX:Flags={name}", {}) for name in ("quoted", "written-as-options", "misspelt", "missing", "locked")),
    ("-XX:Flags=locked -XX:+UnlockDiagnosticVMOptions", {}),
    ("-XX:Flags=misspelt -XX:+IgnoreUnrecognizedVMOptions", {}),
    ("-XX:+NoSuch", {TOOL: "-XX:+IgnoreUnrecognizedVMOptions"}),
    ("-XX:+IgnoreUnrecognizedVMOptions", {TOOL: "-XX:+NoSuch"}),
    ("-XX:+IgnoreUnrecognizedVMOptions", {TOOL: "-server"}),
    ("-XX:G1NewSizePercent=10", {TOOL: "-XX:+UnlockExperimentalVMOptions"}),
    ("-XX:G1NewSizePercent=10", {LAST: "-XX:+UnlockExperimentalVMOptions"}),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of each kind."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def started(jdk: int, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Exit status and output of the real JVM."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_OPTIONS")}
    command = [str(jvms.install(jdk)), *words]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**clean, **environment}, cwd=folder, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_carriers_count_as_in_the_real_jvm(jdk: Jdk, folder: Path) -> None:
    wrong = []
    for line, environment in CASES:
        words = line.split()
        status, text = started(jdk, [*words, "-XX:+PrintFlagsFinal", "-version"], environment, folder)
        real = read(status, text)
        # The contract has no name of its own for what a file of -XX:Flags sets.
        told = {name: (value, by.replace("config file", "command line")) for name, (value, by) in real.flags.items()}
        expected = {name: told[name] for name in WATCHED} if told else None
        ours = answer(jdk, words, environment, folder)
        if ours != expected:
            wrong.append((line, environment, ours, expected, real.said))
    assert wrong == []


def answer(
    jdk: Jdk, words: Sequence[str], environment: Mapping[str, str], folder: Path
) -> dict[str, tuple[str, str]] | None:
    """Watched flags with their origins; None where we say that the JVM does not start."""
    try:
        found = applied(Launch(tuple(words), environment, folder), jdk)
    except InputError:
        return None
    if found.verdicts or any(verdict.severity == "error" for verdict in judge(found.flags, jdk, HOST)):
        return None
    flags = effective(jdk, HOST, found.flags).printed()
    return {name: flags[name] for name in WATCHED if name in flags}


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 25])
def test_argument_files_fall_into_the_words_of_the_launcher(jdk: int, tmp_path: Path) -> None:
    chooser = random.Random(jdk)
    for _ in range(60):
        text = "-Da " + "".join(chooser.choices(" \t\n\r\f#\"'\\abnt=-D", weights=[4, 1, 2, 1, 1, *[2] * 11], k=40))
        (tmp_path / "x.args").write_bytes(text.encode())
        _, printed = started(jdk, ["@x.args"], {"_JAVA_LAUNCHER_DEBUG": "1"}, tmp_path)
        listed = printed.partition("Command line args:\n")[2]
        listed = re.split(r"\n(?:JRE path|Attempt to get)", listed)[0]
        real = re.split(r"(?:\A|\n)argv\[\d+\] = ", listed)[2:]
        assert argument_file(text) == real, text


@pytest.mark.parametrize("text", ["-Xmx1g", "a b", "", "#c", "'"])
def test_release_8_has_no_files_of_arguments(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.args").write_text(text, encoding="utf-8")
    found = applied(Launch(("@x.args",), {"JDK_JAVA_OPTIONS": "-Xmx1g"}, tmp_path), 8)
    assert found.flags.words() == ("@x.args",)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (2 << 20))
    (tmp_path / "folder").mkdir()
    for name in ("large", "folder", "absent", "nul\0name"):
        with pytest.raises(InputError, match=re.escape(name.partition("\0")[0])):
            applied(Launch((f"@{name}",), {}, tmp_path), 17)


def _always(reader: Callable[[str], list[str]], text: str) -> None:
    assert all(isinstance(word, str) for word in reader(text))


@given(st.text(alphabet=" \n\r\t#'\"\\ab", max_size=60))
def test_no_text_makes_the_readers_fail(text: str) -> None:
    _always(argument_file, text)
    _always(settings_file, text)
