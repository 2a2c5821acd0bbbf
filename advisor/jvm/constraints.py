"""What the JVM of a release would refuse, ignore or warn about in a command line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from advisor.jvm.catalog import UNLOCKS
from advisor.jvm.combinations import check_together
from advisor.jvm.option_checks import Context, check_option
from advisor.jvm.verdict import Verdict
from advisor.model.flags import FlagSet, Option, OptionKind
from advisor.model.machine import Machine

__all__ = ["Verdict", "accepted", "judge"]
_UNLOCKS = frozenset(UNLOCKS.values())


def judge(flags: FlagSet, jdk: int, machine: Machine | None = None) -> tuple[Verdict, ...]:
    """Everything that JVM has against the options, in the order of the options.

    Values with a placeholder in them are never judged, only their names.
    """
    alone = list(_alone(flags, jdk))
    broken = frozenset(id(verdict.option) for verdict in alone if verdict.severity == "error")
    sound = FlagSet(tuple(option for option in flags if id(option) not in broken)) if broken else flags
    found = [*alone, *check_together(sound, jdk, machine)]
    if len(found) > 1:
        order = {id(option): index for index, option in enumerate(flags)}
        found.sort(key=lambda verdict: order[id(verdict.option)])
    return tuple(found)


def accepted(flags: FlagSet, jdk: int, machine: Machine | None = None) -> bool:
    """Whether that JVM starts with the options, and without a word about them."""
    return not any(verdict.severity != "info" for verdict in judge(flags, jdk, machine))


def _alone(flags: FlagSet, jdk: int) -> Iterator[Verdict]:
    anywhere = frozenset(option.name for option in flags if option.name in _UNLOCKS and option.value is True)
    lenient = _last_value(flags, "IgnoreUnrecognizedVMOptions") is True
    unlocked: frozenset[str] = frozenset()
    context = _context(jdk, unlocked, anywhere, lenient=lenient)
    for option in flags:
        if option.name in _UNLOCKS and isinstance(option.value, bool):
            unlocked = unlocked | {option.name} if option.value else unlocked - {option.name}
            context = _context(jdk, unlocked, anywhere, lenient=lenient)
        if not _is_sound(option.kind, option.name, option.value, option.text, context):
            yield from check_option(option, context)


@lru_cache(maxsize=256)
def _context(jdk: int, unlocked: frozenset[str], anywhere: frozenset[str], *, lenient: bool) -> Context:
    """The same object for the same things, so that it need not be compared."""
    return Context(jdk, unlocked, anywhere, ignores_unrecognized=lenient)


@lru_cache(maxsize=8192)
def _is_sound(kind: OptionKind, name: str, value: str | bool | None, text: str, context: Context) -> bool:
    """Whether an option of that text has nothing against it; the same few come again and again."""
    return not any(check_option(Option(text, kind, name, value), context))


def _last_value(flags: FlagSet, name: str) -> Option | str | bool | None:
    found = flags.get(name)
    return found.value if found else None
