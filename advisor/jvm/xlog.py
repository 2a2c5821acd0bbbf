"""What a JVM has against a -Xlog option: its selections, output, decorators and output options.

Sources: HotSpot logConfiguration.cpp, logSelection.cpp, logDecorators.cpp, logFileOutput.cpp; run on JDK 11, 17, 21 and
25. Not judged: whether a file can be opened, and whether the JVM logs anything under a combination of tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from advisor.jvm.commandline import has_placeholder
from advisor.jvm.verdict import Verdict
from advisor.model.flags import Option

LEVELS = ("off", "trace", "debug", "info", "warning", "error")
DECORATORS = {
    "time": "t", "utctime": "utc", "uptime": "u", "timemillis": "tm", "uptimemillis": "um", "timenanos": "tn",
    "uptimenanos": "un", "hostname": "hn", "pid": "p", "tid": "ti", "level": "l", "tags": "tg",
}  # fmt: skip
MOST_TAGS = 5
MOST_FILES = 1000
FIRST_RELEASE = 9
_ASYNC, _ASYNC_MODES, _FOLDING, _SAYS_EXCESS = 17, 25, 21, 17
"""The first of the four releases run that has asynchronous logs, their modes, folded lines, a word about too much."""
_PART = re.compile(r'(?:"[^"]*"|[^:"])*')
_FILE_SIZE = re.compile(r"\d+[kKmMgGtT]?\Z")


def check_xlog(option: Option, jdk: int) -> Iterator[Verdict]:
    """Everything that is wrong with one option that begins with -Xlog, -Xloggc aside; nothing of placeholders."""
    text = option.text
    if jdk < FIRST_RELEASE:
        yield _error(option, f"JDK {jdk} has no -Xlog; use -XX:+PrintGCDetails and -Xloggc:FILE")
        return
    if has_placeholder(text) or text in ("-Xlog", "-Xlog:", "-Xlog:help", "-Xlog:disable"):
        return
    if not text.startswith("-Xlog:"):
        yield _error(option, "expected -Xlog:TAGS=LEVEL:OUTPUT:DECORATORS:OPTIONS")
        return
    if _is_async(text, jdk):
        return
    what, output, decorators, options, excess = _parts(text.removeprefix("-Xlog:"))
    for message in (
        *_selections(what, jdk),
        *_output(output),
        *_decorators(decorators),
        *_options(output, options, jdk),
    ):
        yield _error(option, message)
        return
    if options and output in ("", "stdout", "stderr") and jdk < _FOLDING:
        yield _warning(option, "output options are ignored for stdout and stderr")
    if excess is not None and jdk >= _SAYS_EXCESS:
        yield _warning(option, f"what stands after the output options is ignored: {excess!r}")


def _error(option: Option, message: str) -> Verdict:
    return Verdict("bad-value", "error", None, option, message)


def _warning(option: Option, message: str) -> Verdict:
    return Verdict("bad-value", "warning", None, option, message)


def _is_async(text: str, jdk: int) -> bool:
    modes = ("-Xlog:async:drop", "-Xlog:async:stall")
    return (text == "-Xlog:async" and jdk >= _ASYNC) or (text in modes and jdk >= _ASYNC_MODES)


def _parts(text: str) -> tuple[str, str, str, str, str | None]:
    """Selections, output, decorators, options, and what is too much; quotes keep a colon inside."""
    found: list[str] = []
    position = 0
    while len(found) < 4:
        match = _PART.match(text, position)
        end = match.end() if match else position
        if end < len(text) and text[end] == '"':  # a quote that is not closed runs to the end
            end = len(text)
        found.append(text[position:end])
        position = end + 1
        if end >= len(text):
            break
    excess = text[position:] if position <= len(text) and len(found) == 4 else None
    what, output, decorators, options = (*found, "", "", "", "")[:4]
    return what, output, decorators, options, excess


def _selections(text: str, jdk: int) -> Iterator[str]:
    if text in ("", "all"):
        return
    for selection in text.split(","):
        tags, equals, level = selection.partition("=")
        if equals and level.lower() not in LEVELS:
            yield f"{level!r} is no level: {', '.join(LEVELS)}"
        names = tags.removesuffix("*").lower().split("+")
        unknown = next((name for name in names if name not in log_tags(jdk)), None)
        if unknown is not None and names != ["all"]:
            yield f"{unknown!r} is no tag that JDK {jdk} knows (java -Xlog:help lists them)"
        elif len(names) > MOST_TAGS:
            yield f"more than {MOST_TAGS} tags in {selection!r}"
        elif len(set(names)) < len(names):
            yield f"a tag stands twice in {selection!r}"


def _output(text: str) -> Iterator[str]:
    if text.startswith("file=") and not text.removeprefix("file=").strip('"'):
        yield "no file after file="


def _decorators(text: str) -> Iterator[str]:
    if text in ("", "none"):
        return
    known = {*DECORATORS, *DECORATORS.values()}
    for name in text.split(","):
        if name.lower() not in known:
            yield f"{name!r} is no decorator: {', '.join(DECORATORS)}"


def _options(output: str, text: str, jdk: int) -> Iterator[str]:
    to_file = output not in ("", "stdout", "stderr")
    if not text or (not to_file and jdk < _FOLDING):
        return
    for pair in text.split(","):
        name, equals, value = pair.partition("=")
        if name == "foldmultilines" and equals and jdk >= _FOLDING:
            if value not in ("true", "false"):
                yield "foldmultilines is true or false"
        elif name == "filecount" and equals and to_file:
            if not value.isdecimal() or int(value) > MOST_FILES:
                yield f"filecount is 0 to {MOST_FILES}"
        elif name == "filesize" and equals and to_file:
            if not _FILE_SIZE.match(value) or int(value.rstrip("kKmMgGtT")) >= 1 << 64:
                yield "filesize is digits and at most one of k, m, g, t"
        else:
            allowed = "filecount=N, filesize=SIZE" if to_file else "foldmultilines=true"
            yield f"{pair!r} is no option of this output: {allowed}"


@lru_cache
def log_tags(jdk: int) -> frozenset[str]:
    """The tags of a release."""
    text = resources.files("advisor.jvm").joinpath("data", "log_tags.tsv").read_text(encoding="utf-8")
    heading, *rows = (line.split("\t") for line in text.splitlines())
    column = heading.index(f"jdk{jdk}")
    return frozenset(row[0] for row in rows if row[column] == "1")
