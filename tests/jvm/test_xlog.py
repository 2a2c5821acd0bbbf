"""-Xlog options are refused, warned about and taken as the real JVM does it."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from advisor.jvm.commandline import parse_option
from advisor.jvm.xlog import check_xlog, log_tags
from tests import jvms

WHAT = (
    "gc", "gc*", "safepoint", "gc+heap=debug", "gc+age=trace", "all=off", "GC", "gc=INFO", "nope", "gc+nope", "gc+gc",
    "gc=loud", "gc=", "gc,", "gc,,safepoint", "off", "gc**", "gc+*", "*", "+gc", "gc=warn", "gc=off",
    "gc*,safepoint=debug", "gc+heap+age+ref+phases+start", "", "async", "disable", "gc#2", "all",
    "gc=info=debug", "disabled", "gc* ",
)  # fmt: skip
OUTPUT = ("", "stdout", "stderr", "file=x.log", "x.log", 'file="x y.log"', "file=", '"x.log"', "file=%p.log", "STDERR")
DECORATIONS = ("", "none", "t,u,l", "time,none", "tg,", "nope", "Uptime", "utctime,pid,tags", "um,un,tn,tm,hn,ti,utc")
OPTIONS = (
    "", "filecount=5", "filecount=5,filesize=10M", "filesize=10MB", "filecount=1001", "filecount=-1", "filecount=0",
    "nope=1", "filecount", "foldmultilines=true", "foldmultilines=maybe", "FILESIZE=1k", "filesize=", "filesize=0",
    "filesize=99999999999999999999", "filesize=20g", "filesize=1t",
)  # fmt: skip
ALONE = (
    "-Xlog", "-Xlog:", "-Xlog::", "-Xlog:async", "-Xlog:async:drop", "-Xlog:async:foo", "-Xlog=gc", "-Xlogg", "-Xloggc",
    "-Xlog:gc::::", "-Xlog:gc:x.log:::", "-Xlog:gc:::", "-Xlog:asyncc", "-Xlog:help",
)  # fmt: skip
UNTOLD = "No tag set matches"
"""Not judged: which combinations of tags anything is logged under."""


def lines(seed: int, count: int) -> list[str]:
    """Options put together at random, sound parts more often than not."""
    chooser = random.Random(seed)

    def pick(parts: tuple[str, ...]) -> str:
        return chooser.choice(parts[:4] if chooser.random() < 0.6 else parts)

    made = []
    for _ in range(count):
        parts = [pick(WHAT), pick(OUTPUT), pick(DECORATIONS), pick(OPTIONS)]
        made.append("-Xlog:" + ":".join(parts[: chooser.choice((1, 2, 3, 4, 4))]))
    return [*ALONE, *made]


def here(text: str, jdk: int) -> str:
    """`refused`, `warned` or `silent`, by us."""
    severities = {verdict.severity for verdict in check_xlog(parse_option(text), jdk)}
    return "refused" if "error" in severities else "warned" if severities else "silent"


def there(text: str, jdk: int, folder: Path) -> str:
    """The same, by the real JVM."""
    command = [str(jvms.install(jdk)), text, "-version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60, check=False)
    said = done.stdout + done.stderr
    if done.returncode:
        return "refused"
    aloud = re.search(r"\[warning\]|Ignoring excess|Output options for existing", said)
    return "warned" if aloud and UNTOLD not in said else "silent"


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_verdicts_are_those_of_the_real_jvm(jdk: int, tmp_path: Path) -> None:
    found = [(text, here(text, jdk), there(text, jdk, tmp_path)) for text in lines(jdk, 60)]
    assert [row for row in found if row[1] != row[2]] == []
    assert {row[2] for row in found} >= {"refused", "silent"}


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
def test_the_tags_are_those_that_the_jvm_lists(jdk: int) -> None:
    command = [str(jvms.install(jdk)), "-Xlog:help", "-version"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    listed = text.partition("Available log tags:")[2].strip().splitlines()[0]
    assert log_tags(jdk) == {word.strip() for word in listed.split(",") if word.strip()}


def test_release_8_knows_no_such_option() -> None:
    (verdict,) = check_xlog(parse_option("-Xlog:gc"), 8)
    assert verdict.severity == "error"


def test_placeholders_are_not_judged() -> None:
    assert not list(check_xlog(parse_option("-Xlog:gc*:file=${LOG_DIR}/gc.log:${DECORATORS}"), 17))
