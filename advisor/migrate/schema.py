"""One YAML file is one rule of migration: which options it is about, for which releases, and what takes their place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from advisor.model.base import Frozen
from advisor.model.documents import build, parse_yaml, read_text
from advisor.model.errors import InputError
from advisor.model.resources import shipped

Words = Annotated[str, StringConstraints(max_length=400)]


class Example(Frozen):
    """Flags before and after; the release that starts with the result is tried for real in the tests."""

    from_: Annotated[int, Field(alias="from")]
    to: int
    flags: Words
    expect: Words


class LogPart(Frozen):
    """What an old logging option adds to the one `-Xlog` option that takes the place of them all."""

    what: tuple[str, ...] = ()
    """Selections such as `gc*`."""
    decorators: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    """Options of the output, with `{value}`."""
    file: bool = False
    """The option's value is the file."""


class MigrationRule(Frozen):
    """A rule. `{value}` in words is the option's own value; `{percent}` is 100 divided by it."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    title: str
    since: int
    """The first release for which it holds."""
    flags: tuple[str, ...] = ()
    """Names of the flags it is about."""
    options: tuple[str, ...] = ()
    """Other options, by their whole text or, with a trailing `*`, by their beginning."""
    only: Literal["on", "off", "any"] = "any"
    """Of a boolean flag: the setting that it is about."""
    replace: tuple[Words, ...] = ()
    """Words that take the option's place; none: it goes."""
    also_without: tuple[str, ...] = ()
    """Flags that go with it, because they mean nothing without it."""
    log: LogPart | None = None
    because: Annotated[str, StringConstraints(min_length=10, max_length=600)]
    source: str
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if not self.flags and not self.options:
            raise ValueError("a rule names flags or options")
        if self.log is not None and self.replace:
            raise ValueError("a rule either adds to the log option or replaces words")
        return self


def load(folder: Path | None = None) -> tuple[MigrationRule, ...]:
    """The rules of a folder, by id; by default the shipped ones. Raises InputError with file and line."""
    return _shipped() if folder is None else _read(folder)


@lru_cache
def _shipped() -> tuple[MigrationRule, ...]:
    return _read(shipped("rules") / "migrate")


def _read(folder: Path) -> tuple[MigrationRule, ...]:
    rules = []
    for path in sorted(folder.glob("*.yaml")):
        rule = build(MigrationRule, parse_yaml(read_text(path), str(path)))
        if rule.id != path.stem:
            raise InputError(f"the id {rule.id!r} is not the file's name", where=str(path))
        rules.append(rule)
    if not rules:
        raise InputError("no rules (*.yaml) here", where=str(folder))
    return tuple(rules)
