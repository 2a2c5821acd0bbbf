"""`jvm-advisor effective`: what a JVM would run with, on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import BYTES, JDK, emit, result_options
from advisor.model.quantities import Bytes

if TYPE_CHECKING:
    from advisor.model.effective import EffectiveResult


@click.command("effective")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
@click.option("--jdk", type=JDK, required=True, help="The release.")
@click.option("--cpus", type=click.IntRange(1, 4096), required=True, metavar="N", help="Processors the JVM sees.")
@click.option("--memory", type=BYTES, required=True, metavar="SIZE", help="Memory the JVM sees, such as 4g.")
@click.option("--all", "everything", is_flag=True, help="Show defaults too (JSON always has them).")
@result_options("text", "json")
def command(
    flags: tuple[str, ...], jdk: str, cpus: int, memory: Bytes, everything: bool, fmt: str, output: Path | None
) -> int:
    """What a JVM would really run with: jvm-advisor effective --jdk 17 --cpus 2 --memory 2g -- FLAGS

    Says which options that JVM refuses, ignores or warns about, which collector it takes, and the final value of every
    flag that is known. Exit code 1 where the JVM would not start.
    """
    from advisor.report.effective_text import effective_text
    from advisor.report.json import to_json

    result = _effective(flags, int(jdk), cpus, memory)
    emit(to_json(result) if fmt == "json" else effective_text(result, everything=everything), output)
    return 0 if result.accepted else 1


def _effective(words: tuple[str, ...], jdk: int, cpus: int, memory: Bytes) -> EffectiveResult:
    from advisor.jvm.commandline import parse_words
    from advisor.jvm.constraints import judge
    from advisor.jvm.ergonomics import effective
    from advisor.model.effective import EffectiveResult, FinalFlag, Message
    from advisor.model.machine import Machine

    machine, options = Machine(cpus=cpus, memory=memory), parse_words(words)
    verdicts = judge(options, jdk, machine)
    result = effective(jdk, machine, options)
    return EffectiveResult(
        jdk=jdk,
        accepted=not any(verdict.severity == "error" for verdict in verdicts),
        messages=tuple(Message(severity=v.severity, text=f"{v.option.text}: {v.message}") for v in verdicts),
        collector=result.collector,
        flags={name: FinalFlag(value=_printed(flag.value), origin=flag.origin) for name, flag in result.all_flags()},
    )


def _printed(value: bool | int | float | str) -> str:
    """As PrintFlagsFinal prints it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6f}" if isinstance(value, float) else str(value)
