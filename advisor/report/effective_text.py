"""What a JVM would run with, for a person: its verdict, then what differs from the defaults, by subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from advisor.model.effective import EffectiveResult, FinalFlag
from advisor.model.quantities import Bytes
from advisor.report.wrap import bullets, paragraph, table

_GROUPS = (
    ("Collector", r"Use\w+GC|ZGenerational|ShenandoahGC\w+"),
    (
        "Heap",
        r"(Max|Min|Initial|SoftMax)HeapSize|\w+RAM\w*|\w+HeapFreeRatio|UseCompressed\w+|MinHeapDeltaBytes|ObjectAlign\w+",
    ),
    ("Young and old", r"(Max)?NewSize|OldSize|NewRatio|\w*Survivor\w*|\w*Tenur\w*|PretenureSizeThreshold|\w*TLAB\w*"),
    ("Threads", r"\w*Threads\w*|CICompilerCount\w*|ActiveProcessorCount|\w*StackSize"),
    (
        "Pauses and collections",
        r"\w*Pause\w*|GCTimeRatio|G1\w+|InitiatingHeap\w+|CMS\w+|Z[A-Z]\w+|Shenandoah\w+|UseAdaptive\w+",
    ),
    ("Metadata and code", r"\w*Metaspace\w*|CompressedClassSpaceSize|\w*CodeCache\w*|\w+CodeHeapSize|Tiered\w*"),
)
_OTHER = "Other"
_SIZE = re.compile(r"\w*(Size|RAM|Bytes|Limit|Increase|Expansion)")
_LEAST_SIZE = 1 << 10


def effective_text(result: EffectiveResult, *, everything: bool = False) -> str:
    """The report; with `everything` the defaults too, and the flags of a JVM that would not start."""
    lines = [_headline(result)]
    lines += [paragraph(note) for note in result.notes]
    if result.messages:
        lines += ["", *bullets(f"{message.severity}: {message.text}" for message in result.messages)]
    if result.accepted or everything:
        lines += _by_subject(result.flags if everything else _changed(result.flags))
        if not everything:
            lines += ["", f"{len(result.flags)} flags in all; --all shows them, defaults too."]
    else:
        lines += ["", "No flag values: that JVM would not start (--all shows them all the same)."]
    return "\n".join(lines) + "\n"


def _headline(result: EffectiveResult) -> str:
    if not result.accepted:
        return f"JDK {result.jdk} does not start with these options."
    warned = any(message.severity == "warning" for message in result.messages)
    return f"JDK {result.jdk} starts{', with warnings' if warned else ''}. Collector: {result.collector}."


def _changed(flags: Mapping[str, FinalFlag]) -> dict[str, FinalFlag]:
    """What was set, and what the JVM made of the machine where that is not the default."""
    return {
        name: flag
        for name, flag in flags.items()
        if flag.origin in ("command line", "environment") or (flag.origin == "ergonomic" and flag.value != flag.default)
    }


def _by_subject(flags: Mapping[str, FinalFlag]) -> Iterable[str]:
    """One table, its rows under the headings of their subjects."""
    if not flags:
        return ["", "Nothing differs from the defaults."]
    groups: dict[str, list[str]] = {title: [] for title in (*(title for title, _ in _GROUPS), _OTHER)}
    for name in flags:
        groups[next((title for title, pattern in _GROUPS if re.fullmatch(pattern, name)), _OTHER)].append(name)
    order = [name for names in groups.values() for name in names]
    rows = table(
        [[name, flags[name].value, _human(name, flags[name].value), flags[name].origin] for name in order], right=(1, 2)
    )
    printed = dict(zip(order, rows, strict=True))
    lines = []
    for title, names in groups.items():
        lines += ["", title, *(printed[name] for name in names)] if names else []
    return lines


def _human(name: str, value: str) -> str:
    """A size as people write it; empty for anything else."""
    if not value.isdecimal() or not _SIZE.fullmatch(name) or name.endswith("StackSize") or int(value) < _LEAST_SIZE:
        return ""
    return Bytes(int(value)).human() if int(value) < 1 << 62 else "unlimited"
