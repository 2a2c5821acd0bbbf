"""A case: one launch on one release, as the checks see it; and a problem, as they tell it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.jvm.commandline import FlagValue, flag_values, parse_option
from advisor.jvm.constraints import Verdict, judge
from advisor.lint.launch import Carrier, Launch, Word
from advisor.model.finding import FindingConfidence, Severity
from advisor.model.flags import FlagSet
from advisor.model.machine import Machine
from advisor.model.quantities import Bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """What a check has to say of a word. `replacement` is the text to put in its place, if that is safe."""

    check: str
    severity: Severity
    confidence: FindingConfidence
    word: Word
    flag: str | None
    message: str
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict of the JVM, and the word that it is about."""

    verdict: Verdict
    word: Word


@dataclass(frozen=True)
class Case:
    """A launch on a release. What the JVM would say of it is worked out once, when the first check asks."""

    launch: Launch
    jdk: int

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The options that this release gets."""
        return self.launch.on(self.jdk)

    @cached_property
    def machine(self) -> Machine | None:
        """The container, where the file states both of its limits."""
        limits = self.launch.limits
        if not limits.cpus or not limits.memory_bytes:
            return None
        return Machine(cpus=max(1, math.ceil(limits.cpus)), memory=Bytes(limits.memory_bytes))

    @cached_property
    def doubtful(self) -> frozenset[Word]:
        """The words before which something unknown may set anything."""
        return self.launch.after_open()

    @cached_property
    def flags(self) -> FlagSet:
        """All options as one command line."""
        return _flags(self.words)

    @cached_property
    def values(self) -> Mapping[str, FlagValue]:
        """The typed value of every flag that is set."""
        return flag_values(self.flags, self.jdk)

    def sets(self, word: Word, name: str) -> bool:
        """Whether a word sets a flag, by whatever spelling."""
        option = parse_option(word.text)
        return option.sets_flag and option.name == name

    @cached_property
    def together(self) -> tuple[Judgement, ...]:
        """What the JVM says of all options as one command line."""
        return tuple(self._judged(self.words, self.flags))

    @cached_property
    def apart(self) -> tuple[Judgement, ...]:
        """What it says of the options of each carrier by themselves."""
        if len({word.carrier for word in self.words}) < 2:
            return self.together
        carried = (tuple(w for w in self.words if w.carrier is carrier) for carrier in Carrier)
        return tuple(judgement for words in carried if words for judgement in self._judged(words, _flags(words)))

    def _judged(self, words: tuple[Word, ...], flags: FlagSet) -> Iterator[Judgement]:
        origin = {id(option): word for option, word in zip(flags, words, strict=True)}
        for verdict in judge(flags, self.jdk, self.machine):
            yield Judgement(verdict, origin[id(verdict.option)])


def _flags(words: tuple[Word, ...]) -> FlagSet:
    return FlagSet(tuple(parse_option(word.text, word.start, word.end) for word in words))
