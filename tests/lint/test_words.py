"""Splitting text into words, against whoever else splits it: the shell, the launcher, Python's own libraries."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.lint.command import java_calls, shell_java_calls
from advisor.lint.located import Located
from advisor.lint.words import ARGFILE, JVM, SHELL, json_strings, words
from advisor.lint.yamltree import documents, located
from tests import jvms


def texts(parts: list[Located]) -> list[str]:
    return [part.text for part in parts]


QUOTED = st.text(alphabet="ab =-\\'\"\t#$`", max_size=30)


@settings(max_examples=300, deadline=None)
@given(QUOTED)
def test_shell_words_are_those_that_shlex_finds(text: str) -> None:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.escapedquotes = '"'
    try:
        expected = [word for word in lexer if word]
    except ValueError:  # shlex refuses unclosed quotes, which lint reads to the end
        return
    if "#" in text or "\\$" in text or "\\`" in text:  # shlex has neither a shell's comments nor these two escapes
        return
    assert texts(words(Located.of(text), SHELL)) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=4))
def test_json_arrays_are_those_that_json_reads(items: list[str]) -> None:
    written = json.dumps(items)
    found = json_strings(Located.of(written))
    assert found is not None
    joined = ["".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text.text) for text in found]
    pairs = [
        json.loads(f'"{"".join(c for c in item)}"') if item.isalnum() and item.isascii() else None for item in items
    ]
    assert len(joined) == len(items)
    for item, plain, text in zip(items, pairs, joined, strict=True):
        if all(ord(c) < 0x10000 for c in item):
            assert text == item
        if plain is not None:
            assert text == plain


@pytest.mark.parametrize("text", ["", "[", "[]x", '["a",]', '["a" "b"]', "[1]", '[["a"]]', '["a\n"]', "{}", "['a']"])
def test_what_is_no_json_array_of_strings_is_none(text: str) -> None:
    assert json_strings(Located.of(text)) is None


def test_every_character_knows_its_place_through_escapes() -> None:
    source = r'x ["-D\u0041=\"q\"", "-Xmx1g"]'
    found = json_strings(Located.of(source, 2))
    assert found is not None
    first, second = found
    assert first.text == '-DA="q"'
    assert source[first.starts[2] : first.ends[2]] == r"\u0041"
    assert source[first.starts[4] : first.ends[4]] == r"\""
    assert source[second.start : second.end] == "-Xmx1g"


ARGFILES = [
    "-Da=1 -Db=2 # -Dc=3\n-Dd=4",
    "\"-Da=x y\" '-Db=\"q\"' -Dc='in side'",
    '"-Da=one \\\n   two" -Db=back\\slash',
    '"-Da=tab\\tand \\"quote\\"" -Db=1#-Dc=2 -Dd=3\n-De="q#r" -Df=1',
    "'-Da=it\\'s' \"-Db=it's\"",
]


@pytest.mark.jvm
@pytest.mark.parametrize("text", ARGFILES)
def test_an_argfile_is_split_as_the_launcher_splits_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "java.args"
    path.write_text(text, encoding="utf-8")
    shown = subprocess.run(
        [str(jvms.install(17)), f"@{path}", "-XshowSettings:properties", "-version"],
        capture_output=True,
        text=True,
        check=True,
    )
    properties = {line.strip().replace("\\t", "\t") for line in shown.stderr.splitlines() if line[:7].endswith(" =")}
    found = texts(words(Located.of(text), ARGFILE))
    assert len(found) >= 2
    assert {word.removeprefix("-D").replace("=", " = ", 1) for word in found} == properties


@pytest.mark.jvm
@pytest.mark.parametrize("text", ["-Da='x y' -Db=1", "-Da=\"it's\"'!' -Db=c:\\d", "-Da=x'y z'w"])
def test_an_environment_variable_is_split_as_the_jvm_splits_it(text: str) -> None:
    shown = subprocess.run(
        [str(jvms.install(21)), "-XshowSettings:properties", "-version"],
        capture_output=True,
        text=True,
        check=True,
        env={"JAVA_TOOL_OPTIONS": text},
    )
    for word in words(Located.of(text), JVM):
        name, _, value = word.text.removeprefix("-D").partition("=")
        assert f"    {name} = {value}" in shown.stderr.splitlines()


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="ab -:#'\"\\\n\té{}", max_size=60),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.integers(10, 80),
)
def test_yaml_scalars_are_those_that_yaml_reads_and_letters_stand_where_they_say(
    value: str, style: str | None, width: int
) -> None:
    source = yaml.safe_dump({"k": {"v": value}}, default_style=style, allow_unicode=True, width=width)
    (root,) = documents(source, "x")
    node = root.get("k", "v")
    assert node is not None
    text = located(node, source)
    assert text.text == value
    for index, character in enumerate(value):
        if character in "abé:#{}":
            assert source[text.starts[index] : text.ends[index]] in (character, f"\\x{ord(character):02X}"), character


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("java -Xmx1g -jar app.jar -Xno", [["-Xmx1g"]]),
        ("exec /opt/jdk/bin/java -cp 'a b:c' -Xss1m com.Main -Xno", [["-Xss1m"]]),
        ("cd /x && FOO='1 2' nohup java -ea -XX:+UseG1GC Main > out 2>&1 &", [["-ea", "-XX:+UseG1GC"]]),
        ("java -Xmx1g A; java -Xmx2g B", [["-Xmx1g"], ["-Xmx2g"]]),
        ("sh -c 'java -Xmx1g -jar x'", [["-Xmx1g"]]),
        ('bash -ec "java -Xmx1g $JAVA_OPTS -jar x"', [["-Xmx1g", "$JAVA_OPTS"]]),
        ("# java -Xmx1g A\necho java -Xmx1g A", []),
        ("java -m mod/com.Main -Xno", [[]]),
        ("javac -J-Xmx1g X.java", []),
    ],
)
def test_the_options_of_each_java_in_a_script(script: str, options: list[list[str]]) -> None:
    assert [texts(call) for call in shell_java_calls(Located.of(script))] == options


def test_a_call_through_a_shell_is_read_and_one_of_another_program_is_not() -> None:
    parts = json_strings(Located.of('["/bin/sh", "-ec", "exec java -Xmx1g -jar x", "java"]'))
    assert parts is not None
    assert [texts(call) for call in java_calls(parts)] == [["-Xmx1g"]]
    assert list(java_calls(words(Located.of("python java.py"), SHELL))) == []
