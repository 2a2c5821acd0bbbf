"""Rules topic by topic: which fire, what they propose, and which wins where two want different values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from advisor.jvm.catalog import catalog
from advisor.jvm.combinations import SELECTORS
from advisor.jvm.commandline import parse_option, parse_words, render
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.profile import WorkloadProfile
from advisor.rules.explain import filled
from advisor.rules.facts import Facts, facts, fixed_facts
from advisor.rules.formula import UndefinedError, UnknownFactError, Value, evaluate, parse
from advisor.rules.load import is_text_flag
from advisor.rules.match import Situation, mismatch
from advisor.rules.schema import TOPICS, Proposal, Rule

NOTHING = FlagSet()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A flag with its value, and the rule behind it. `low` and `high` are what the optimizer may search."""

    flag: str
    value: Value
    low: float | None
    high: float | None
    rule: str
    title: str
    because: str
    source: str
    priority: int


@dataclass(frozen=True, slots=True)
class Overruled:
    """A value that a rule wanted and another rule's decision displaced."""

    flag: str
    value: Value
    rule: str
    by: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule that did not fire, and why."""

    rule: str
    title: str
    because: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the rules make of a profile."""

    proposals: tuple[Proposed, ...]
    forbidden: Mapping[str, str]
    advice: tuple[tuple[str, str, str], ...]
    warnings: tuple[tuple[str, str], ...]
    refused: str | None
    silent: tuple[Silence, ...]
    overruled: tuple[Overruled, ...]
    facts: Mapping[str, Any]

    def flag_set(self, jdk: int) -> FlagSet:
        """The proposals as options, unlock options first where the release locks one of the flags."""
        return as_options(self.proposals, jdk)


def as_options(proposals: Sequence[Proposed], jdk: int) -> FlagSet:
    """Options for proposals: `-Xmn` where both ends of the young generation are equal, unlock options first."""
    infos = [catalog(jdk).flag(proposal.flag) for proposal in proposals]
    unlocks = sorted({info.unlocked_by for info in infos if info and info.unlocked_by})
    words = [render(name, True, jdk) for name in unlocks]
    values = {proposal.flag: proposal.value for proposal in proposals}
    values["InitialHeapSize"] = _initial_heap(values)
    fixed_young = "NewSize" in values and values["NewSize"] == values.get("MaxNewSize")
    for proposal in proposals:
        if fixed_young and proposal.flag == "NewSize":
            continue
        word = render(proposal.flag, values[proposal.flag], jdk)
        words.append(word.replace("-XX:MaxNewSize=", "-Xmn") if fixed_young else word)
    return parse_words(words)


def _initial_heap(values: Mapping[str, Value]) -> Value:
    """The initial heap, not above the maximum: rules read the maximum as the JVM aligns it, a little above the flag."""
    initial, maximum = values.get("InitialHeapSize", 0), values.get("MaxHeapSize")
    if isinstance(initial, str) or maximum is None or isinstance(maximum, str):
        return initial
    return min(initial, maximum)


@dataclass(slots=True)
class _Round:
    """The growing answer."""

    chosen: dict[str, Proposed] = field(default_factory=dict)
    forbidden: dict[str, tuple[str, int]] = field(default_factory=dict)
    advice: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    silent: list[Silence] = field(default_factory=list)
    overruled: list[Overruled] = field(default_factory=list)

    def add(self, new: Proposed) -> None:
        """Takes a proposal unless a stronger one stands. Raises InputError when two of equal strength differ."""
        veto = self.forbidden.get(new.flag)
        if veto is not None and veto[1] >= new.priority:
            self.overruled.append(Overruled(new.flag, new.value, new.rule, veto[0]))
            return
        rival = self._rival(new.flag)
        if rival is None or new.priority > rival.priority:
            if rival is not None and (rival.flag, rival.value) != (new.flag, new.value):
                self.overruled.append(Overruled(rival.flag, rival.value, rival.rule, new.rule))
            if rival is not None:
                del self.chosen[rival.flag]
            self.chosen[new.flag] = new
        elif (rival.flag, rival.value) != (new.flag, new.value):
            if new.priority == rival.priority:
                raise InputError(
                    f"the rules {rival.rule} ({rival.flag}={rival.value}) and {new.rule} ({new.flag}={new.value}) "
                    "contradict each other",
                    where="rule pack",
                    hint="give one of them the higher priority",
                )
            self.overruled.append(Overruled(new.flag, new.value, new.rule, rival.rule))

    def _rival(self, flag: str) -> Proposed | None:
        """What stands where a flag would: itself, or another collector for a flag that chooses one."""
        if flag in SELECTORS:
            return next((self.chosen[name] for name in SELECTORS if name in self.chosen), None)
        return self.chosen.get(flag)

    def forbid(self, flag: str, rule: Rule) -> None:
        """Keeps rules of this priority or lower from setting a flag, those that already did too."""
        if flag not in self.forbidden or self.forbidden[flag][1] < rule.priority:
            self.forbidden[flag] = (rule.id, rule.priority)
        standing = self.chosen.get(flag)
        if standing is not None and standing.priority <= rule.priority:
            self.overruled.append(Overruled(flag, standing.value, standing.rule, rule.id))
            del self.chosen[flag]


def propose(
    profile: WorkloadProfile, rules: Sequence[Rule], decided: FlagSet = NOTHING, topics: Sequence[str] = TOPICS
) -> Proposals:
    """Evaluates the rules in the order of topics, from a decision that is `decided` at first.

    Raises InputError when two rules of equal priority want different values of one flag.
    """
    answer = _Round()
    fixed = fixed_facts(profile)
    in_use = frozenset(
        option.name for option in parse_words(profile.flags) if option.sets_flag and option.value is not False
    )
    standing = frozenset(option.name for option in decided if option.sets_flag)
    known = facts(profile, decided, fixed)
    for topic in topics:
        before = dict(answer.chosen)
        situation = Situation(known, in_use, standing | before.keys())
        fired = [found for rule in rules if rule.topic == topic and (found := _fired(rule, situation, known, answer))]
        # Prohibitions and strong rules first, so that the order of the rules does not matter.
        for found in sorted(fired, key=lambda one: (not one.forbids, -one.rule.priority)):
            _file(found, known, answer)
        if answer.chosen != before:
            known = facts(profile, decided.plus(as_options(tuple(answer.chosen.values()), profile.jdk)), fixed)
    return Proposals(
        proposals=tuple(answer.chosen.values()),
        forbidden={flag: rule for flag, (rule, _) in answer.forbidden.items()},
        advice=tuple(dict.fromkeys(answer.advice)),
        warnings=tuple(dict.fromkeys(answer.warnings)),
        refused=answer.refusals[0] if answer.refusals else None,
        silent=tuple(answer.silent),
        overruled=tuple(answer.overruled),
        facts=known,
    )


@dataclass(frozen=True, slots=True)
class _Fired:
    """A rule whose conditions hold, with the value of each of its proposals."""

    rule: Rule
    values: tuple[Value | None, ...]

    @property
    def forbids(self) -> bool:
        return any(proposal.forbid for proposal in self.rule.propose)


def _fired(rule: Rule, situation: Situation, known: Facts, answer: _Round) -> _Fired | None:
    """What one rule says; or None, and why it says nothing is noted."""
    jdk = situation.facts["jdk"]
    if not rule.jdk.holds(jdk):
        answer.silent.append(Silence(rule.id, rule.title, f"is for JDK {rule.jdk.from_} to {rule.jdk.to}, not {jdk}"))
        return None
    reason = mismatch(rule.when, situation)
    if reason is None:
        try:
            return _Fired(rule, tuple(_evaluated(proposal, known) for proposal in rule.propose))
        except UnknownFactError as error:
            reason = f"needs {error.args[0]}, which is unknown"
        except UndefinedError as error:
            reason = f"its formula has no value here: {error}"
    answer.silent.append(Silence(rule.id, rule.title, reason))
    return None


def _file(found: _Fired, known: Facts, answer: _Round) -> None:
    """Adds what a rule says."""
    rule = found.rule
    first = next((value for value in found.values if value is not None), None)
    because = filled(rule.because, known, _readable(rule, first))
    for proposal, value in zip(rule.propose, found.values, strict=True):
        _add(proposal, value, rule, because, known, answer)


def _readable(rule: Rule, value: Value | None) -> object:
    """A rule's first value as its option shows it."""
    flag = next((proposal.flag for proposal in rule.propose if proposal.flag), None)
    if flag is None or value is None or isinstance(value, bool):
        return value
    option = parse_option(render(flag, value, rule.jdk.to))
    return option.value if isinstance(option.value, str) else value


def _evaluated(proposal: Proposal, known: Facts) -> Value | None:
    if proposal.value is None or not isinstance(proposal.value, str) or is_text_flag(proposal.flag):
        return proposal.value
    return _typed(proposal.flag or "", evaluate(parse(proposal.value), known), known["jdk"])


def _typed(flag: str, value: Value, jdk: int) -> Value:
    """A number as the flag's type asks: whole, or with a fraction."""
    info = catalog(jdk).flag(flag)
    if info is None:
        return value
    if isinstance(value, str) or isinstance(value, bool) is not info.is_bool:
        raise UndefinedError(f"{flag} takes {'true or false' if info.is_bool else 'a number'}, not {value}")
    if info.is_bool:
        return value
    return float(value) if info.type == "double" else int(value)


def _bound(text: float | str, known: Facts) -> float | None:
    try:
        value = evaluate(parse(text), known) if isinstance(text, str) else text
    except (UnknownFactError, UndefinedError):
        return None
    return None if isinstance(value, str) else float(value)


def _add(proposal: Proposal, value: Value | None, rule: Rule, because: str, known: Facts, answer: _Round) -> None:
    """Files one proposal of a rule that fired."""
    if proposal.flag is not None and value is not None:
        low = _bound(proposal.range.low, known) if proposal.range else None
        high = _bound(proposal.range.high, known) if proposal.range else None
        answer.add(Proposed(proposal.flag, value, low, high, rule.id, rule.title, because, rule.source, rule.priority))
    elif proposal.forbid is not None:
        answer.forbid(proposal.forbid, rule)
    elif proposal.advise is not None:
        answer.advice.append((filled(proposal.advise, known), rule.id, because))
    elif proposal.warn is not None:
        answer.warnings.append((filled(proposal.warn, known), rule.id))
    elif proposal.refuse is not None:
        answer.refusals.append(filled(proposal.refuse, known))
