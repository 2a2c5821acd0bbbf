"""A launch: one JVM command line, put together from the places that carry its options.

The unit of every check is a launch and not a file: two components of one manifest may choose different collectors, two
branches of one template may repeat a flag, and neither is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from advisor.jvm.commandline import has_placeholder
from advisor.lint.located import Located
from advisor.model.machine import JDKS, Jdk

_OPTION = re.compile(r"[\"']?[-\u2010-\u2015\u2212]")
"""A hyphen, or what a word processor makes of one; a quote that was meant for somebody else may stand before it."""


class Carrier(StrEnum):
    """What brings an option to the JVM. The JVM reads them in the order of this list; the last setting wins."""

    JAVA_TOOL_OPTIONS = "JAVA_TOOL_OPTIONS"
    JDK_JAVA_OPTIONS = "JDK_JAVA_OPTIONS"
    VARIABLE = "variable"
    """A variable that a start script puts on the command line, such as JAVA_OPTS."""
    COMMAND_LINE = "command line"
    ARGUMENT = "argument"
    """A whole item of a list of arguments (exec form): nothing splits it, and an empty one is still there."""
    OPTIONS_FILE = "options file"
    JAVA_OPTIONS = "_JAVA_OPTIONS"


@dataclass(frozen=True, slots=True)
class JdkRange:
    """Releases from `first` to `last`, both included; no `last` is no end."""

    first: int = 0
    last: int | None = None

    def __contains__(self, jdk: int) -> bool:
        return self.first <= jdk and (self.last is None or jdk <= self.last)


ANY_JDK = JdkRange()


@dataclass(frozen=True, slots=True)
class Word:
    """One option as the JVM gets it, and where it is written: source[start:end], quotes and escapes included.

    `anchor` is the offset of the statement that holds it; a comment above the statement speaks of it too. `branch` is
    the chain of template branches it stands in: words of different branches never meet.
    """

    text: str
    start: int
    end: int
    carrier: Carrier
    known: bool = True
    condition: JdkRange = ANY_JDK
    anchor: int = 0
    branch: tuple[int, ...] = ()

    @property
    def is_option(self) -> bool:
        """Whether it can be an option of the JVM at all, as far as it is known."""
        return bool(_OPTION.match(self.text))


def word(
    text: Located, source: str, carrier: Carrier, *, condition: JdkRange = ANY_JDK, anchor: int | None = None
) -> Word:
    """A word of a launch from located text."""
    shown = text.unmask(source)
    known = not has_placeholder(shown.text)
    place = shown.start if anchor is None else anchor
    return Word(shown.text, shown.start, _end(shown, source), carrier, known, condition, place)


def _end(text: Located, source: str) -> int:
    """The end of a word, less a closing quote that opened before the word: `ENV X="-Xmx1g"`."""
    end = text.end
    last = source[end - 1 : end]
    if last in ("'", '"') and not text.text.endswith(last) and source.count(last, text.start, end) % 2:
        return end - 1
    return end


@dataclass(frozen=True, slots=True)
class Target:
    """The releases a launch may run on, and how that is known. `hotspot` is false for other virtual machines."""

    jdks: tuple[Jdk, ...]
    reason: str
    hotspot: bool = True


ANY_TARGET = Target(JDKS, "the release is not known: reported is what is wrong on every one of 8, 11, 17, 21 and 25")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the container may use; None where the file does not say. `cpus` is a limit, so it may be a fraction."""

    cpus: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """Words in the order in which the JVM reads them; one such as `$JAVA_OPTS` may hold any option."""

    name: str
    words: tuple[Word, ...]
    target: Target | None = None
    limits: Limits = field(default_factory=Limits)

    def on(self, jdk: int) -> tuple[Word, ...]:
        """The options that reach a JVM of this release."""
        return tuple(word for word in self.words if word.is_option and jdk in word.condition)

    def after_open(self) -> frozenset[Word]:
        """The words that something may precede that is not known yet and may hold any option."""
        first = next((i for i, word in enumerate(self.words) if not word.known and not word.is_option), len(self.words))
        return frozenset(self.words[first:])

    def is_open(self) -> bool:
        """Whether something that is not known yet may add any option."""
        return any(not word.known and not word.is_option for word in self.words)


def branches(launch: Launch) -> Iterable[Launch]:
    """One launch per innermost template branch: the words outside all branches with those of one chain of branches."""
    chains = sorted({word.branch for word in launch.words})
    leaves = [c for c in chains if not any(o != c and o[: len(c)] == c for o in chains)]
    for leaf in leaves:
        words = tuple(w for w in launch.words if leaf[: len(w.branch)] == w.branch)
        yield Launch(launch.name, words, launch.target, launch.limits)
