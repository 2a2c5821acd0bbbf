"""Environment variables that carry JVM options, and what a command line takes from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from advisor.lint.command import without_pairs
from advisor.lint.launch import ANY_JDK, Carrier, JdkRange, Word, word
from advisor.lint.located import Located
from advisor.lint.words import JVM, words

READ_BY_JVM: Mapping[str, Carrier] = {
    "JAVA_TOOL_OPTIONS": Carrier.JAVA_TOOL_OPTIONS,
    "JDK_JAVA_OPTIONS": Carrier.JDK_JAVA_OPTIONS,
    "_JAVA_OPTIONS": Carrier.JAVA_OPTIONS,
}
"""Variables that every JVM reads by itself (JDK_JAVA_OPTIONS: the `java` launcher of JDK 9 and newer)."""
_JAVA = re.compile(
    r"(?:\w*_)?(?:JAVA|JVM|CATALINA|MAVEN|GRADLE|SBT|KAFKA|HADOOP|SPARK|JETTY)(?:_\w+)?_(?:OPTS|OPTIONS|ARGS|FLAGS)\Z"
)
_MAYBE = re.compile(r"(?:\w+_)?(?:OPTS|OPTIONS|JAVAOPTS)\Z")
_JVM_LOOK = re.compile(r"(?:^|[\s\"'])-(?:XX:|Xm[sxn]|Xss|Xlog|Xloggc|javaagent:|agentlib:)")
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\}|\((\w+)\))\Z")
_ANY_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\}|\((\w+)\))")
MAX_EXPANSION = 1 << 14
"""Characters of an expanded value; a longer one stays unexpanded."""


def carries_options(name: str, value: str) -> bool:
    """Whether a variable holds options for a JVM: by its name, or by a doubtful name and options of only a JVM."""
    if name in READ_BY_JVM or _JAVA.match(name):
        return True
    return bool(_MAYBE.match(name) and _JVM_LOOK.search(value))


def referenced(text: str) -> str | None:
    """The variable that a word is nothing but a reference to: `$X`, `${X}`, `$(X)`."""
    found = _REFERENCE.match(text)
    return (found[1] or found[2] or found[3]) if found else None


def expand(text: Located, value_of: Callable[[str], Located | None]) -> Located:
    """The text with references to known variables replaced by their values, each character keeping its own place."""
    parts, position = [], 0
    for found in _ANY_REFERENCE.finditer(text.text):
        value = value_of(found[1] or found[2] or found[3])
        if value is None:
            continue
        parts += [text[position : found.start()], value]
        position = found.end()
    expanded = Located.join([*parts, text[position:]])
    return expanded if len(expanded) <= MAX_EXPANSION else text


def variable_words(name: str, value: Located, source: str, anchor: int) -> Iterator[Word]:
    """The options in the value of a variable."""
    carrier = READ_BY_JVM.get(name, Carrier.VARIABLE)
    condition = JdkRange(9) if carrier is Carrier.JDK_JAVA_OPTIONS else ANY_JDK
    for piece in without_pairs(words(value.mask(), JVM)):
        yield word(
            piece[2:] if piece.text.startswith("-J-") else piece, source, carrier, condition=condition, anchor=anchor
        )
