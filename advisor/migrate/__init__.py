"""FLAGS of one release -> FLAGS of another: rules first, then what the other release's own flag table says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from advisor.jvm.catalog import UNLOCKS
from advisor.jvm.commandline import parse_words
from advisor.jvm.constraints import judge
from advisor.jvm.verdict import Verdict
from advisor.migrate.logging import LogOption
from advisor.migrate.schema import MigrationRule, load
from advisor.model.errors import UsageError
from advisor.model.flags import FlagSet, Option
from advisor.model.migration import Change, Migration

_MENDED = frozenset({"removed-flag", "removed-option", "obsolete-flag", "locked-flag", "other-collectors-flag"})
"""What a release has against flags because it is another release; all else is for the user to see."""
_ROUNDS = 100
"""Times that what the release has against the flags is looked at again; each time one option goes."""


def migrate(flags: FlagSet, jdk_from: int, jdk_to: int) -> Migration:
    """The flags rewritten so that `jdk_to` starts with them and says nothing.

    Options keep their order; what takes the place of several stands where the first was. What neither a rule nor the
    flag table can mend stays and is named in `messages`. Raises UsageError for an older release than the present one.
    """
    if jdk_to < jdk_from:
        raise UsageError(f"from {jdk_from} to {jdk_to} is no upgrade", where="--to", hint="the newer release is --to")
    rewriter = _Rewriter(jdk_to, [rule for rule in load() if rule.since <= jdk_to])
    rewriter.read(flags)
    found = rewriter.settled()
    left = [verdict for verdict in judge(found, jdk_to) if verdict.severity != "info"]
    return Migration(
        jdk_from=jdk_from,
        jdk_to=jdk_to,
        flags=found.words(),
        changes=tuple(rewriter.changes),
        accepted=not left,
        messages=tuple(f"{verdict.option.text}: {verdict.message}" for verdict in left),
    )


@dataclass(slots=True)
class _Rewriter:
    jdk: int
    rules: list[MigrationRule]
    changes: list[Change] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _log: LogOption = field(default_factory=LogOption)
    _log_at: int | None = None

    def read(self, flags: FlagSet) -> None:
        """Applies the rules to every option."""
        gone = self._companions(flags)
        for option in flags:
            rule = self._rule_for(option) or gone.get(option.name)
            if rule is None:
                self._words.append(option.text)
            else:
                self._apply(rule, option)
        if self._log_at is not None:
            self._finish_log()

    def settled(self) -> FlagSet:
        """The options less those that the release refuses, drops or warns about."""
        for _ in range(_ROUNDS):
            flags = parse_words(tuple(self._words))
            verdict = next((v for v in judge(flags, self.jdk) if _is_mended(v)), None)
            if verdict is None:
                break
            self._mend(flags, verdict)
        self._drop_needless_unlocks()
        return parse_words(tuple(self._words))

    def _companions(self, flags: FlagSet) -> dict[str, MigrationRule]:
        """Flags that go with others that a rule takes away."""
        rules = [rule for option in flags if (rule := self._rule_for(option))]
        return {name: rule for rule in rules for name in rule.also_without}

    def _rule_for(self, option: Option) -> MigrationRule | None:
        return next((rule for rule in self.rules if _is_about(rule, option)), None)

    def _apply(self, rule: MigrationRule, option: Option) -> None:
        if rule.log is not None and _is_about(rule, option):
            if self._log_at is None:
                self._log_at = len(self._words)
            self._log.add(rule, option)
            return
        words = [_filled(word, option) for word in rule.replace] if _is_about(rule, option) else []
        new = [word for word in words if word not in self._words]
        self._words.extend(new)
        self._say(option.text, " ".join(words), rule.because, rule.id)

    def _finish_log(self) -> None:
        assert self._log_at is not None  # noqa: S101 - checked by the caller
        text = self._log.text()
        if text is not None:
            self._words.insert(self._log_at, text)
        for option, rule in self._log.parts:
            self._say(option.text, text or "", rule.because, rule.id)

    def _mend(self, flags: FlagSet, verdict: Verdict) -> None:
        place = next(index for index, option in enumerate(flags) if option is verdict.option)
        new = [word for word in (verdict.replacement or "").split() if word not in self._words[:place]]
        self._words[place : place + 1] = new
        self._say(verdict.option.text, " ".join(new), f"JDK {self.jdk}: {verdict.message}", None)

    def _drop_needless_unlocks(self) -> None:
        """An unlock without anything to unlock; each is tried alone."""
        for unlock in [word for word in self._words if word.removeprefix("-XX:+") in UNLOCKS.values()]:
            rest = [word for word in self._words if word != unlock]
            before, after = (judge(parse_words(tuple(words)), self.jdk) for words in (self._words, rest))
            if len([v for v in after if v.severity != "info"]) <= len([v for v in before if v.severity != "info"]):
                self._words = rest
                self._say(unlock, "", f"nothing among the flags needs it on JDK {self.jdk}", None)

    def _say(self, old: str, new: str, because: str, rule: str | None) -> None:
        self.changes.append(Change.model_validate({"from": old, "to": new, "because": because, "rule": rule}))


def _is_mended(verdict: Verdict) -> bool:
    if verdict.check == "deprecated-flag":
        return bool(verdict.replacement)
    return verdict.check in _MENDED and verdict.severity != "info"


def _is_about(rule: MigrationRule, option: Option) -> bool:
    if option.sets_flag and option.name in rule.flags:
        wanted = {"on": True, "off": False}.get(rule.only)
        return wanted is None or option.value is wanted
    return _matches(rule.options, option.text)


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(text.startswith(p[:-1]) if p.endswith("*") else text == p for p in patterns)


def _filled(word: str, option: Option) -> str:
    value = str(option.value)
    if "{percent}" in word:
        share = int(value) if value.isdecimal() and int(value) else 4
        return word.replace("{percent}", f"{100 / share:.4g}")
    return word.replace("{value}", value)
