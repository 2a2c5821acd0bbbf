"""Files made to hurt: time and memory stay bounded, and the answer is findings or one clear message."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from advisor.lint import lint_paths
from advisor.model.errors import InputError

N = 15_000
POD = "apiVersion: v1\nkind: Pod\n# JAVA\n"
FILES = [
    ("Dockerfile", "FROM a\nENV JAVA_OPTS=" + "x" * N),
    ("Dockerfile", 'FROM a\nENV JAVA_OPTS="' + '\\"' * N),
    ("Dockerfile", "FROM a\nCMD [" + '"a",' * N),
    ("Dockerfile", "FROM a\nCMD " + "${" * N),
    ("Dockerfile", "FROM a\nCMD " + "{{" * N),
    ("Dockerfile", "FROM a\nENV JAVA_OPTS=x\n" + "ENV JAVA_OPTS=$JAVA_OPTS$JAVA_OPTS\n" * 500),
    ("Dockerfile", "FROM a AS b\n" * N),
    ("Dockerfile", "FROM a\n" + "\\\n" * N),
    ("k.yaml", POD + "a: " + "[" * N),
    ("k.yaml", POD + "{{ if a }}" * N),
    ("k.yaml", POD + "a: &a [x]\nb: [" + "*a, " * N + "]"),
    ("k.yaml", POD + "a: &a {containers: [*a, *a]}\n"),
    ("k.yaml", POD + 'containers: [{env: [{name: JAVA_OPTS, value: "' + "\\u0041 " * N + '"}]}]'),
    ("jvm.options", "-XX:+UseG1GC\n" * 2 * N),
    ("jvm.options", "8-" * N),
    ("jvm.options", "-XX:G1NewSizePercent=1\n" * 1500),
    ("x.args", '"\\' * N),
    ("x.txt", " " * N + "#\n" * N),
]


@pytest.mark.parametrize(("name", "text"), FILES, ids=range(len(FILES)))
def test_a_hostile_file_is_answered_in_little_memory(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    tracemalloc.start()
    try:
        lint_paths([str(path)])
    except InputError as error:
        assert name in str(error)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 150 << 20
