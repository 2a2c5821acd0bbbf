"""LAUNCH + RELEASE + MACHINE -> what that JVM would say, and what it would run with."""

from __future__ import annotations

from advisor.jvm.catalog import catalog
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.jvm.launch import Launch, applied
from advisor.jvm.startup.state import default_value
from advisor.jvm.verdict import Verdict
from advisor.model.effective import EffectiveResult, FinalFlag, Message
from advisor.model.machine import Jdk, Machine

UNCHECKED = "JDK 8 follows its source code: no JVM of that release was at hand to check it on"


def answer(launch: Launch, jdk: Jdk, machine: Machine) -> EffectiveResult:
    """The JVM's verdict on a launch and the final value of every flag that is known.

    Raises InputError where a file that the launch names cannot be read: no JVM starts then.
    """
    found = applied(launch, jdk)
    verdicts = (*found.verdicts, *judge(found.flags, jdk, machine))
    result = effective(jdk, machine, found.flags)
    release = catalog(jdk)
    flags = {}
    for name, flag in result.all_flags():
        info = release.row(name)
        default = default_value(info) if info else None
        printed = None if default is None else shown(default)
        flags[name] = FinalFlag(value=shown(flag.value), origin=flag.origin, default=printed)
    return EffectiveResult(
        jdk=jdk,
        accepted=not any(verdict.severity == "error" for verdict in verdicts),
        messages=tuple(map(_message, verdicts)),
        collector=result.collector,
        flags=flags,
        notes=(UNCHECKED,) if jdk == 8 else (),
    )


def _message(verdict: Verdict) -> Message:
    place = f" (in {verdict.option.carrier})" if verdict.option.carrier else ""
    return Message(severity=verdict.severity, text=f"{verdict.option.text}{place}: {verdict.message}")


def shown(value: bool | int | float | str) -> str:
    """A value as PrintFlagsFinal writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6f}" if isinstance(value, float) else str(value)
