"""Reading rule packs: strict YAML, known facts and flags only, formulas checked before any is evaluated."""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from advisor.jvm.catalog import catalog
from advisor.model.documents import Document, build, parse_yaml, read_text
from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.machine import JDKS
from advisor.model.profile import WorkloadProfile
from advisor.model.resources import shipped
from advisor.rules.facts import FLAG_PREFIX, facts, fixed_facts
from advisor.rules.formula import FormulaError, names, parse
from advisor.rules.schema import LIMITS, Condition, Proposal, Rule, WrittenRule

MAX_RULES = 2000
TEXT_KINDS = frozenset({"", "bytes", "rate", "time", "ms", "percent", "number"})


def load_rules(folder: Path | None = None) -> tuple[Rule, ...]:
    """The rules of a folder, by id; by default the shipped pack. Raises InputError with file and line."""
    return _shipped_rules() if folder is None else _read(folder)


@lru_cache
def _shipped_rules() -> tuple[Rule, ...]:
    return _read(shipped("rules") / "recommend", trusted=True)


def _read(folder: Path, *, trusted: bool = False) -> tuple[Rule, ...]:
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise InputError("no rules (*.yaml) here", where=str(folder))
    if len(paths) > MAX_RULES:
        raise InputError(f"more than {MAX_RULES} rules", where=str(folder))
    return tuple(_trusted_rule(path) if trusted else read_rule(path) for path in paths)


def _trusted_rule(path: Path) -> Rule:
    """A rule of the shipped pack, without its examples and without looking up each name in it again.

    The tests do both for every rule; doing it at every start would take longer than the advice itself. Formulas are
    checked when they are parsed, whoever wrote them.
    """
    text, _, _ = read_text(path).partition("\nexamples:\n")
    return build(Rule, parse_yaml(text, str(path)))


def read_rule(path: Path) -> WrittenRule:
    """One rule. Raises InputError when it is malformed or names a fact, flag or function that does not exist."""
    document = parse_yaml(read_text(path), str(path))
    rule = build(WrittenRule, document)
    if rule.id != path.stem:
        raise InputError(f"the id {rule.id!r} is not the file's name", where=document.place(("id",)))
    for problem, hint in _problems(rule):
        where = document.place(_nearest_place(document, problem))
        raise InputError(f"rule {rule.id}: {problem}", where=where, hint=hint)
    return rule


def _nearest_place(document: Document, problem: str) -> tuple[str | int, ...]:
    """The first line whose path leads to a value that the problem quotes."""
    for path in document.lines():
        value = document.data
        for part in path:
            value = value[part]
        if isinstance(value, str) and value and repr(value) in problem:
            return path
    return ()


@lru_cache
def known_facts() -> frozenset[str]:
    """The names of all facts but `flag_NAME`."""
    return frozenset(facts(_any_profile(), FlagSet()))


def decision_facts() -> frozenset[str]:
    """The names of the facts that change with the flags decided so far."""
    return known_facts() - fixed_facts(_any_profile()).keys()


def _any_profile() -> WorkloadProfile:
    return WorkloadProfile.model_validate({"jdk": JDKS[-1], "machine": {"cpus": 4, "memory": "4g"}})


def _problems(rule: Rule) -> Iterator[tuple[str, str | None]]:
    yield from _condition_problems(rule.when, rule)
    for proposal in rule.propose:
        yield from _proposal_problems(proposal, rule)
    for text in (rule.because, *(p.warn or p.refuse or p.advise or "" for p in rule.propose)):
        yield from _text_problems(text, rule)


def _condition_problems(condition: Condition, rule: Rule) -> Iterator[tuple[str, str | None]]:
    parts = (*(condition.all or ()), *(condition.any or ()), *((condition.not_,) if condition.not_ else ()))
    for part in parts:
        yield from _condition_problems(part, rule)
    if condition.fact:
        yield from _fact_problems((condition.fact,), rule)
        for name, value in condition.operators():
            if isinstance(value, str) and name in LIMITS:
                yield from _formula_problems(value, rule)
    for flag in (condition.in_use, condition.proposed):
        if flag:
            yield from _flag_problems(flag, rule, JDKS)


def _proposal_problems(proposal: Proposal, rule: Rule) -> Iterator[tuple[str, str | None]]:
    for flag in (proposal.flag, proposal.forbid):
        if flag:
            yield from _flag_problems(flag, rule, [jdk for jdk in JDKS if rule.jdk.holds(jdk)])
    for value in (proposal.value, *((proposal.range.low, proposal.range.high) if proposal.range else ())):
        if isinstance(value, str) and not is_text_flag(proposal.flag):
            yield from _formula_problems(value, rule)
    if proposal.flag and proposal.value is not None and not isinstance(proposal.value, str):
        yield from _kind_problems(proposal.flag, proposal.value, rule)


def _kind_problems(flag: str, value: bool | float, rule: Rule) -> Iterator[tuple[str, str | None]]:
    """A plain value that the flag's type cannot take."""
    infos = [info for jdk in JDKS if rule.jdk.holds(jdk) and (info := catalog(jdk).flag(flag))]
    if any(info.is_text or info.is_bool is not isinstance(value, bool) for info in infos):
        kind = "text" if infos[0].is_text else "true or false" if infos[0].is_bool else "a number"
        yield f"{flag!r} takes {kind}, not {value}", None


@lru_cache(maxsize=4096)
def is_text_flag(flag: str | None) -> bool:
    """Whether a flag's value is text in some release, and so never a formula."""
    infos = (catalog(jdk).flag(flag) for jdk in JDKS) if flag else ()
    return any(info is not None and info.is_text for info in infos)


def _formula_problems(text: str, rule: Rule) -> Iterator[tuple[str, str | None]]:
    try:
        yield from _fact_problems(names(parse(text)), rule)
    except FormulaError as error:
        yield f"{text!r}: {error}", "the form of formulas is in docs/rules.md"


def _fact_problems(used: Iterable[str], rule: Rule) -> Iterator[tuple[str, str | None]]:
    for name in sorted(used):
        if name.startswith(FLAG_PREFIX):
            yield from _flag_problems(name.removeprefix(FLAG_PREFIX), rule, JDKS)
        elif name not in known_facts():
            near = difflib.get_close_matches(name, known_facts(), n=1)
            yield f"unknown fact {name!r}", f"did you mean {near[0]!r}?" if near else "facts are in docs/rules.md"


def _flag_problems(flag: str, rule: Rule, releases: Iterable[int]) -> Iterator[tuple[str, str | None]]:
    if not any(catalog(jdk).flag(flag) for jdk in releases):
        near = catalog(rule.jdk.to if rule.jdk.to in JDKS else JDKS[-1]).nearest(flag)
        yield f"no release in its range has the flag {flag!r}", f"did you mean {near!r}?" if near else None


def _text_problems(text: str, rule: Rule) -> Iterator[tuple[str, str | None]]:
    try:
        fields = [(name, kind or "") for _, name, kind, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"{text!r}: {error}", "braces hold a fact: {live_bytes:bytes}"
        return
    for name, kind in fields:
        if kind not in TEXT_KINDS:
            yield f"unknown kind {kind!r} in a text", f"kinds: {', '.join(sorted(TEXT_KINDS - {''}))}"
        if name != "value":
            yield from _fact_problems((name,), rule)
