"""What a container starts: its environment and its command -> launches."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from advisor.lint.launch import Carrier, Launch, Limits, Target, Word, word
from advisor.lint.located import Located
from advisor.lint.variables import READ_BY_JVM, carries_options, referenced, variable_words


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the environment: its value, and the offset of the statement that sets it."""

    value: Located
    anchor: int


@dataclass(frozen=True, slots=True)
class Container:
    """A container as a file describes it. `calls` are the words after `java`, a list per JVM that it starts."""

    name: str
    source: str
    environment: Mapping[str, Variable]
    calls: Sequence[Sequence[Located]] = ()
    anchors: Sequence[int] = ()
    """Where the statements that make up the command begin, in order."""
    arguments: frozenset[tuple[int, int]] = frozenset()
    """Where the items stand of a command that is written as a list."""
    target: Target | None = None
    limits: Limits = field(default_factory=Limits)

    def launches(self) -> Iterator[Launch]:
        """One launch per JVM: each call of `java`, and each start script that takes a variable for its own.

        What the JVM reads by itself is part of every one of them.
        """
        used: set[str] = set()
        found = [(self.name, self._call_words(call, used)) for call in self.calls]
        for name, variable in self.environment.items():
            if name not in READ_BY_JVM and name not in used and carries_options(name, variable.value.text):
                found.append((f"{self.name} {name}", list(self._variable(name))))
        for name, words in found or [(self.name, [])]:
            launch = Launch(name, (*self._first(), *words, *self._variable("_JAVA_OPTIONS")), self.target, self.limits)
            if launch.words:
                yield launch

    def _first(self) -> Iterator[Word]:
        yield from self._variable("JAVA_TOOL_OPTIONS")
        yield from self._variable("JDK_JAVA_OPTIONS")

    def _variable(self, name: str) -> Iterator[Word]:
        variable = self.environment.get(name)
        if variable:
            yield from variable_words(name, variable.value, self.source, variable.anchor)

    def _anchor(self, offset: int) -> int:
        index = bisect.bisect_right(self.anchors, offset)
        return self.anchors[index - 1] if index else offset

    def _call_words(self, call: Sequence[Located], used: set[str]) -> list[Word]:
        words: list[Word] = []
        for text in call:
            name = referenced(text.unmask(self.source).text)
            variable = self.environment.get(name) if name else None
            if name and variable:
                used.add(name)
                words += variable_words(name, variable.value, self.source, variable.anchor)
            else:
                listed = (text.start, text.end) in self.arguments
                carrier = Carrier.ARGUMENT if listed else Carrier.COMMAND_LINE
                words.append(word(text, self.source, carrier, anchor=self._anchor(text.start)))
        return words
