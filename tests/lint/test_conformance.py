"""What holds for every format and every check that is in its tuple."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import advisor.lint.checks
import advisor.lint.formats
from advisor.lint import LintOptions, lint_paths
from advisor.lint.checks import CHECKS
from advisor.lint.formats import FORMATS, Format
from advisor.lint.inspect import inspect
from advisor.lint.launch import Launch
from advisor.model.errors import InputError
from tests.lint.support import format_of, samples


def modules(package: object) -> set[str]:
    """The modules of a package, by their files."""
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]
    return {f"{package.__name__}.{path.stem}" for path in folder.glob("*.py") if path.stem != "__init__"}  # type: ignore[attr-defined]


def test_every_format_is_in_the_tuple() -> None:
    assert {type(form).__module__ for form in FORMATS} == modules(advisor.lint.formats)


def test_every_check_is_in_the_tuple_once() -> None:
    assert {type(check).__module__ for check in CHECKS} == modules(advisor.lint.checks)
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", check.id) for check in CHECKS)


def bare(text: str) -> str:
    """A text without quotes, backslashes and white space, escapes decoded: all that carriers change."""
    decoded = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"[\s'\"\\]", "", decoded)


def test_every_word_of_every_sample_stands_where_it_says() -> None:
    words = [(sample, word) for sample in samples() for launch in sample.launches for word in launch.words]
    assert len(words) > 80
    for sample, word in words:
        written = sample.text[word.start : word.end]
        assert bare(written) == bare(word.text), sample.path
        if not re.search(r"[\s'\"\\]", written):
            assert written == word.text
        assert word.anchor <= word.start


def all_words(launches: list[Launch]) -> list[str]:
    """The words of launches, each place once."""
    return list({(word.start, word.end): word.text for launch in launches for word in launch.words}.values())


OPTIONS = st.sampled_from(
    [
        "-Xmx1g",
        "-XX:+UseG1GC",
        "-XX:MaxGCPauseMillis=50",
        "-Dname=a b",
        "-Dtext=it's",
        '-Dquote="x"',
        "-Xlog:gc*:file=a.log",
        "-XX:OnError=gdb - %p",
        "-Dback=c:\\dir",
        "-Dünïcode=ß",
        "-Dhash=#1",
        "-Dcolon=a: b",
    ]
)


ODD_OPTIONS = st.text(alphabet="abX=:-+ .,'\"\\#é\u4e2d%", max_size=12).map(lambda text: f"-D{text}".rstrip())


def shell_dockerfile(words: list[str]) -> tuple[str, str]:
    return "Dockerfile", f"FROM openjdk:17\nCMD exec java {shlex.join(words)} -jar x.jar\n"


def exec_dockerfile(words: list[str]) -> tuple[str, str]:
    return "Dockerfile", f"FROM openjdk:17\nENTRYPOINT {json.dumps(['java', *words, '-jar', 'x.jar'])}\n"


def pod(words: list[str], style: str | None, *, flow: bool) -> tuple[str, str]:
    call = {"name": "x", "command": ["java", *words, "-jar", "x.jar"]}
    document = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [call]}}
    return "pod.yaml", yaml.safe_dump(
        document, default_style=style, default_flow_style=flow, allow_unicode=True, width=40
    )


def script_pod(words: list[str], style: str | None) -> tuple[str, str]:
    script = f"cd /srv\nexec java {shlex.join(words)} -jar x.jar\n"
    call = {"name": "x", "command": ["sh", "-c", script]}
    document = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [call]}}
    return "pod.yaml", yaml.safe_dump(document, default_style=style, allow_unicode=True, width=60)


def lines_file(words: list[str]) -> tuple[str, str]:
    return "config/jvm.options", "# options\n" + "".join(f"{word}\r\n" for word in words)


def argfile(words: list[str]) -> tuple[str, str]:
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return "java.args", "\n".join(quoted)


WRITERS: dict[str, Callable[[list[str]], tuple[str, str]]] = {
    "shell form": shell_dockerfile,
    "exec form": exec_dockerfile,
    "block YAML": lambda words: pod(words, None, flow=False),
    "flow YAML": lambda words: pod(words, None, flow=True),
    "single quotes": lambda words: pod(words, "'", flow=False),
    "double quotes": lambda words: pod(words, '"', flow=False),
    "literal script": lambda words: script_pod(words, "|"),
    "folded script": lambda words: script_pod(words, ">"),
    "quoted script": lambda words: script_pod(words, '"'),
    "plain script": lambda words: script_pod(words, None),
    "lines": lines_file,
    "argfile": argfile,
}
"""Ways to write options down, by libraries and rules that are not the ones under test."""


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
@settings(max_examples=30, deadline=None)
@given(words=st.lists(OPTIONS | ODD_OPTIONS, min_size=1, max_size=5))
def test_options_come_back_as_they_were_written_and_from_where(
    writer: Callable[[list[str]], tuple[str, str]], words: list[str]
) -> None:
    name, text = writer(words)
    form = format_of(name, text)
    assert form is not None
    (launch,) = form.launches(text, name)
    assert [word.text for word in launch.words] == words
    for word in launch.words:
        assert bare(text[word.start : word.end]) == bare(word.text)


WORDS = r"""ENV JAVA_OPTS= JAVA_TOOL_OPTIONS CMD ["java"," ENTRYPOINT \ {{ }} ${ } $JAVA_OPTS $( ) ' " # 8-13: -Xmx
-XX:+UseG1GC 2gb java -jar @ -cp &a *a ? - : [ ] { } , é %p <x> >- |2+ \u12"""
FRAGMENTS = st.sampled_from(
    [
        *WORDS.split(),
        *(
            " ",
            "\n",
            "\r\n",
            "\t",
            "\\\n",
            "\ue000",
            "\ufeff",
            "\x00",
            "\u2028",
            "\x85",
            ": ",
            "- ",
            "FROM openjdk:17\n",
            "<<EOF\n",
            "EOF\n",
        ),
        *("apiVersion: v1\n", "kind: Pod\n", "containers:\n", "- name: x\n  env:\n", "  - value: ", "resources:\n"),
        *("limits: {cpu: 1, memory: 1Gi}\n", "{{ if .x }}", "{{- else }}", "{{- end }}"),
    ]
)
TEXTS = st.one_of(st.lists(FRAGMENTS, max_size=40).map("".join), st.text(max_size=200))
NAMES = ("Dockerfile", "k.yaml", "jvm.options", "jvm11-server.options", "x.args", "<stdin>")


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: str(form.name))
@settings(max_examples=150, deadline=None)
@given(text=TEXTS, name=st.sampled_from(NAMES))
def test_no_text_breaks_a_format_or_a_check(form: Format, text: str, name: str) -> None:
    try:
        launches = list(form.launches(text, name))
    except InputError:
        return
    for launch in launches:
        for word in launch.words:
            assert 0 <= word.start <= word.end <= len(text)
        for told in inspect(launch, LintOptions(pedantic=True)):
            assert told.problem.word in launch.words


def test_files_that_are_no_text_or_broken_are_told_and_do_not_stop_a_walk(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM x\n\xff\xfe\x00")
    (tmp_path / "bad.yaml").write_text("apiVersion: v1\nkind: Pod\njava: [\n", encoding="utf-8")
    (tmp_path / "deep.yaml").write_text("apiVersion: v1\nkind: Pod\njava: " + "[" * 100_000, encoding="utf-8")
    (tmp_path / "jvm.options").write_text("-Xmx1g\n", encoding="utf-8")
    report = lint_paths([str(tmp_path)])
    assert report.files == 3  # both YAML files are of a known kind, but what they hold cannot be known
    assert [note.split(": ")[0] for note in report.notes] == ["not checked"] * 3
    for name in ("Dockerfile", "bad.yaml", "deep.yaml"):
        with pytest.raises(InputError):
            lint_paths([str(tmp_path / name)])
