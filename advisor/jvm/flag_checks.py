"""What a JVM has against a single -XX option: its name, its form, its value, its kind, its age.

Behaviour was run on JDK 11, 17, 21 and 25; that of JDK 8 is read from its source (arguments.cpp).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.jvm.catalog import Catalog, FlagInfo, catalog, life, nearest
from advisor.jvm.commandline import FlagValue, has_placeholder, parse_value
from advisor.jvm.relations.values import AT_PARSE
from advisor.jvm.verdict import Verdict
from advisor.model.flags import Option, OptionKind
from advisor.model.quantities import Bytes

REPLACEMENTS = {
    "PrintGCDateStamps": "-Xlog:gc*::time,uptime,level,tags", "PrintGCTimeStamps": "-Xlog:gc*::uptime,level,tags",
    "PrintGCApplicationStoppedTime": "-Xlog:safepoint", "PrintTenuringDistribution": "-Xlog:gc+age=trace",
    "PrintHeapAtGC": "-Xlog:gc+heap=debug", "PrintAdaptiveSizePolicy": "-Xlog:gc+ergo*=debug",
    "PrintGCCause": "-Xlog:gc", "UseConcMarkSweepGC": "-XX:+UseG1GC", "UseParallelOldGC": "-XX:+UseParallelGC",
    "MaxPermSize": "-XX:MaxMetaspaceSize=...", "PermSize": "-XX:MetaspaceSize=...",
    "UseCGroupMemoryLimitForHeap": "nothing: container limits are honoured by default",
    "MaxRAMFraction": "-XX:MaxRAMPercentage=...",
    "UseGCLogFileRotation": "-Xlog:...:filecount=N,filesize=S", "NumberOfGCLogFiles": "-Xlog:...:filecount=N",
    "GCLogFileSize": "-Xlog:...:filesize=S",
}  # fmt: skip
"""What does the work of a removed flag today."""
POSITIVE = frozenset(
    {
        "MaxHeapSize", "ReservedCodeCacheSize", "NonNMethodCodeHeapSize", "ProfiledCodeHeapSize",
        "NonProfiledCodeHeapSize",
    }
)  # fmt: skip
"""Sizes that the JVM reads by itself and wants to be more than 0."""
SELF_UNLOCKING = frozenset({"UseGraalJIT", "EnableJVMCIProduct"})
"""Flags whose option unlocks itself."""
OWN_FILES = {"Flags": 8, "VMOptionsFile": 9}
"""Options of -XX that name a file of options and stand in no flag table, with the release they begin in."""
WITHOUT_VALUE = frozenset({"StartFlightRecording"})
"""Text flags that may stand alone (seen on 11, 17, 21 and 25)."""
WITH_COLON = frozenset({"StartFlightRecording", "FlightRecorderOptions"})
"""Text flags whose value may follow a colon (seen on 11, 17, 21 and 25)."""
OWN_WORDS = {"PrintGC": "-Xlog:gc", "PrintGCDetails": "-Xlog:gc*"}
"""Flags that still work from JDK 9 on but print a deprecation warning of the log's own."""
LOG_ALIASES = (9, 15)
"""The releases that turn the old Trace flags into -Xlog options."""


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known while an option is judged."""

    jdk: int
    unlocked: frozenset[str]
    """Unlock flags that were set before the option."""
    unlocked_anywhere: frozenset[str]
    ignores_unrecognized: bool

    @property
    def catalog(self) -> Catalog:
        """The flags of the release."""
        return catalog(self.jdk)


def check_flag(option: Option, context: Context) -> Iterator[Verdict]:
    """Everything that is wrong with one -XX option by itself."""
    name = option.name
    if has_placeholder(name):
        return
    if name.startswith("#"):
        text = "a # at the begin takes the option out: the JVM prints it and goes on"
        yield Verdict("unknown-flag", "info", name, option, text, "")
        return
    if option.kind is OptionKind.VALUED and context.jdk >= OWN_FILES.get(name, 99):
        return
    if ":" in name and name.partition(":")[0] in WITH_COLON:
        return
    status = context.catalog.status(name)
    info = context.catalog.flag(name)
    if option.kind is OptionKind.BOOLEAN and (logged := _log_option(name, context.jdk)):
        text = f"works through {logged} and prints a deprecation warning; the flag is gone in JDK 17"
        yield Verdict("deprecated-flag", "warning", name, option, text, logged)
    elif "obsolete" in (status, context.catalog.status(name.partition("=")[0])):  # whatever its form
        yield from _obsolete(option, context)
    elif info is None and "=" in name and context.catalog.flag(name.partition("=")[0]):
        yield from _signed_value(option, context)
    elif info is None:
        yield from _absent(option, context)
    else:
        yield from _form(option, info)
        yield from _value(option, info, context)
        yield from _locked(option, info, context)
        if status == "deprecated":
            yield from _deprecated(option)
        elif context.jdk >= 9 and name in OWN_WORDS and option.value is True:
            text = f"deprecated since JDK 9 and warned about; {OWN_WORDS[name]} does the same"
            yield Verdict("deprecated-flag", "warning", name, option, text, OWN_WORDS[name])


def _log_option(name: str, jdk: int) -> str | None:
    """The -Xlog option that does the work of an old Trace flag, where the release still takes the flag."""
    known = life(name)
    if known is None or not known.alias_of.startswith("-Xlog") or not LOG_ALIASES[0] <= jdk <= LOG_ALIASES[1]:
        return None
    return known.alias_of


def _obsolete(option: Option, context: Context) -> Iterator[Verdict]:
    known = life(option.name.partition("=")[0])
    since = f" since JDK {known.obsolete_in}" if known and known.obsolete_in else ""
    text = f"has no effect{since}: JDK {context.jdk} ignores it with a warning"
    yield Verdict("obsolete-flag", "warning", option.name, option, text, "")


def _deprecated(option: Option) -> Iterator[Verdict]:
    known = life(option.name)
    since = f" in JDK {known.deprecated_in}" if known and known.deprecated_in else ""
    end = known.obsolete_in or known.expired_in if known else None
    until = f" and goes in JDK {end}" if end else ""
    yield Verdict("deprecated-flag", "warning", option.name, option, f"was deprecated{since}{until}")


def _absent(option: Option, context: Context) -> Iterator[Verdict]:
    """A name that this release does not have."""
    if context.ignores_unrecognized:
        return
    name, known = option.name, life(option.name)
    status = context.catalog.status(name)
    if known and known.at(context.jdk).startswith(("develop", "notproduct")):
        text = f"{name} exists in debug builds of the JVM only"
        yield Verdict("debug-build-flag", "error", name, option, text, "")
    elif status == "removed" and known:
        since = known.expired_in or known.obsolete_in
        last = known.last_release(context.jdk)
        when = f"in JDK {since}" if since and since <= context.jdk else f"after JDK {last}"
        instead = f"; use {REPLACEMENTS[name]}" if name in REPLACEMENTS else ""
        yield Verdict("removed-flag", "error", name, option, f"{name} was removed {when}{instead}", "")
    elif status == "future" and known:
        first = known.first_release
        text = f"{name} comes only with JDK {first}" if first else f"JDK {context.jdk} has no flag {name}"
        yield Verdict("unknown-flag", "error", name, option, text)
    elif status == "other-platform":
        text = f"{name} exists on other platforms only, not on Linux x86-64"
        yield Verdict("unknown-flag", "error", name, option, text, confidence="medium")
    else:
        yield _misspelt(option, context)


def _misspelt(option: Option, context: Context) -> Verdict:
    """A name of no release, and the one that was probably meant."""
    name = option.name
    near, hint, fix = nearest(name.rstrip(",;"), context.jdk), "", None
    if near and context.catalog.is_usable(near):
        hint, fix = f"; did you mean {near}?", option.text.replace(name, near, 1)
    elif near:
        instead = f": use {REPLACEMENTS[near]}" if near in REPLACEMENTS else ""
        hint = f"; did you mean {near}, which is gone by then{instead}?"
    return Verdict("unknown-flag", "error", name, option, f"JDK {context.jdk} has no flag {name}{hint}", fix)


def _signed_value(option: Option, context: Context) -> Iterator[Verdict]:
    """Both a sign and a value: `-XX:+UseG1GC=true`, `-XX:+MaxGCPauseMillis=200`."""
    name, _, value = option.name.partition("=")
    info = context.catalog.flag(name)
    if info is not None and info.is_bool:
        text = f"{name} is a switch: it takes + or -, not a value"
        fix = option.text.partition("=")[0] if value.lower() == "true" else None
    else:
        text, fix = f"{name} takes a value, not + or -", f"-XX:{name}={value}"
    yield Verdict("malformed-flag", "error", name, option, text, fix)


def _form(option: Option, info: FlagInfo) -> Iterator[Verdict]:
    """Signs and values where they belong."""
    name = info.name
    problem: tuple[str, str | None] | None = None
    if info.is_bool and option.kind is OptionKind.BARE:
        problem = f"{name} is a switch: it needs + or -", f"-XX:+{option.name}"
    elif info.is_bool and option.kind is OptionKind.VALUED:
        sign = {"true": "+", "false": "-"}.get(str(option.value).lower())
        problem = f"{name} is a switch: it takes + or -, not a value", f"-XX:{sign}{option.name}" if sign else None
    elif not info.is_bool and option.kind is OptionKind.BOOLEAN:
        problem = f"{name} takes a value, not + or -", None
    elif not info.is_bool and option.kind is OptionKind.BARE and name not in WITHOUT_VALUE:
        problem = f"{name} needs a value", None
    if problem:
        yield Verdict("malformed-flag", "error", name, option, *problem)


def _value(option: Option, info: FlagInfo, context: Context) -> Iterator[Verdict]:
    if option.kind is not OptionKind.VALUED or info.is_bool or not isinstance(option.value, str):
        return
    if has_placeholder(option.value):
        return
    try:
        value = parse_value(info, option.value, context.jdk)
    except ValueError as error:
        fix = repaired(option.value) if info.type != "double" else None
        replacement = f"-XX:{option.name}={fix}" if fix else None
        yield Verdict("bad-value", "error", info.name, option, f"{option.value!r} is no value: {error}", replacement)
        return
    yield from _bounded(option, info, value, context.jdk)


def _bounded(option: Option, info: FlagInfo, value: FlagValue, jdk: int) -> Iterator[Verdict]:
    """What is held against every setting as it is read."""
    if value == 0 and info.name in POSITIVE:
        yield Verdict("bad-value", "error", info.name, option, f"{info.name} has to be more than 0")
    elif (text := out_of_range(info, value)) is not None:
        yield Verdict("out-of-range", "error", info.name, option, text)
    for lone in AT_PARSE:
        if lone.flag == info.name and lone.first <= jdk <= lone.last and (words := lone.problem(value)):
            yield Verdict("flag-constraint", "error", info.name, option, words)


def out_of_range(info: FlagInfo, value: FlagValue) -> str | None:
    """What is wrong with a value's size, or None."""
    if info.allows(value):
        return None
    low = "" if info.low is None else f"{info.low:g}" if isinstance(info.low, float) else f"{info.low}"
    high = "" if info.high is None else f"{info.high:g}" if isinstance(info.high, float) else f"{info.high}"
    return f"{value} is outside the range {low} .. {high}"


def repaired(text: str) -> str | None:
    """A size that was surely meant, in the JVM's own form: `2gb` is 2g, `1.5g` is 1536m; None where it is not sure."""
    try:
        return str(Bytes.parse(text)) if re.match(r"\d", text) and not re.fullmatch(r"[\d.]+", text) else None
    except ValueError:
        return None


def _locked(option: Option, info: FlagInfo, context: Context) -> Iterator[Verdict]:
    if info.debug_only:
        if not context.ignores_unrecognized:
            text = f"{info.name} exists in debug builds of the JVM only"
            yield Verdict("debug-build-flag", "error", info.name, option, text, "")
        return
    unlock = None if info.name in SELF_UNLOCKING else info.unlocked_by
    if unlock is None or unlock in context.unlocked:
        return
    late = (
        f", which comes too late here: it has to stand before {info.name}"
        if unlock in context.unlocked_anywhere
        else ""
    )
    text = f"{info.name} is {info.kind.split()[-1].lower()} and needs -XX:+{unlock}{late}"
    yield Verdict("locked-flag", "error", info.name, option, text, f"-XX:+{unlock} {option.text}")
