"""LAUNCH + RELEASE + MACHINE -> what that JVM would say, and what it would run with."""

from __future__ import annotations

from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective, printed_defaults
from advisor.jvm.launch import Launch, applied
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
    first = printed_defaults(jdk)
    flags = {
        name: FinalFlag(value=flag.value, origin=flag.origin, default=first[name].value if name in first else None)
        for name, flag in result.printed().items()
    }
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
