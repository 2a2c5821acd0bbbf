"""One option per line: `jvm.options` of Elasticsearch, OpenSearch, Logstash and Cassandra, `jvm.config`, `.vmoptions`.

A line may begin with the releases it is for: `8:`, `8-:`, `8-13:`. Cassandra's start script keeps the lines that begin
with a hyphen and lets the shell split them, and so does Maven's `.mvn/jvm.config`; the others pass each line as one
argument, blanks included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.lint.command import without_pairs
from advisor.lint.launch import ANY_JDK, Carrier, JdkRange, Launch, Target, Word, word
from advisor.lint.located import Located
from advisor.lint.target import releases
from advisor.lint.words import JVM, words

_NAMED = re.compile(
    r"(?:^|/)(?:jvm[._]options|jvm\.options\.d/[^/]+\.options|jvm\.config|[^/]*\.vmoptions|\.jvmopts|jvm\d*(?:-\w+)?\.options)\Z"
)
_MAVEN = re.compile(r"(?:^|/)\.mvn/jvm\.config\Z")
_CASSANDRA = re.compile(r"(?:^|/)jvm(\d*)-(?:server|clients?)\.options\Z")
_PREFIX = re.compile(r"(\d{1,4})(-)?(\d{1,4})?:(?=\s*-)")


class JvmOptions:
    """A file with one option on a line."""

    name = "jvm.options"
    paths = _NAMED

    def matches(self, path: str, head: str) -> bool:
        """By the name of the file."""
        return bool(_NAMED.search(path))

    def launches(self, text: str, path: str) -> Iterator[Launch]:
        """All lines are one launch; the conditions on releases are kept with the words."""
        yield from options_file(Located.of(text), path, text)


def options_file(text: Located, name: str, source: str) -> Iterator[Launch]:
    """The launch of an options file of that name, wherever its text stands."""
    cassandra = _CASSANDRA.search(name)
    split = bool(cassandra or _MAVEN.search(name))
    found = tuple(option for line in text.lines() for option in _line(line.stripped(), source, split=split))
    if found:
        yield Launch(name, found, _named_release(cassandra))


def _named_release(cassandra: re.Match[str] | None) -> Target | None:
    if cassandra and cassandra[1]:
        return releases(int(cassandra[1]), f"the file name says JDK {cassandra[1]}")
    return None


def _line(line: Located, source: str, *, split: bool) -> Iterator[Word]:
    if not line or line.text.startswith("#") or (split and not line.text.startswith("-")):
        return
    option, condition = _conditional(line)
    pieces = list(without_pairs(words(option.mask(), JVM))) if split else [option]
    for piece in pieces:
        yield word(piece, source, Carrier.OPTIONS_FILE, condition=condition)


def _conditional(line: Located) -> tuple[Located, JdkRange]:
    prefix = _PREFIX.match(line.text)
    if not prefix:
        return line, ANY_JDK
    first = int(prefix[1])
    last = int(prefix[3]) if prefix[3] else None if prefix[2] else first
    return line[prefix.end() :].stripped(), JdkRange(first, last)
