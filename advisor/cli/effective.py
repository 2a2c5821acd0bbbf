"""`jvm-advisor effective`: what a JVM would run with, on any machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from advisor.cli.options import BYTES, JDK, emit, result_options
from advisor.model.errors import UsageError
from advisor.model.machine import JDKS
from advisor.model.quantities import Bytes


@click.command("effective")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
@click.option("--jdk", type=JDK, required=True, help="The release.")
@click.option("--cpus", type=click.IntRange(1, 4096), required=True, metavar="N", help="Processors the JVM sees.")
@click.option("--memory", type=BYTES, required=True, metavar="SIZE", help="Memory the JVM sees, such as 4g.")
@click.option(
    "--env",
    multiple=True,
    metavar="NAME=VALUE",
    help="JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS or _JAVA_OPTIONS (repeatable).",
)
@click.option("--from-env", is_flag=True, help="Take those variables from this shell, too.")
@click.option("--all", "everything", is_flag=True, help="Show defaults too (JSON always has them).")
@result_options("text", "json")
def command(
    flags: tuple[str, ...],
    jdk: str,
    cpus: int,
    memory: Bytes,
    env: tuple[str, ...],
    from_env: bool,
    everything: bool,
    fmt: str,
    output: Path | None,
) -> int:
    """What a JVM would really run with: jvm-advisor effective --jdk 17 --cpus 2 --memory 2g -- FLAGS

    Says which options that JVM refuses, ignores or warns about, which collector it takes, and the final value of every
    flag that is known. @FILE, -XX:Flags=FILE and -XX:VMOptionsFile=FILE are read. Exit code 1 where the JVM would not
    start.
    """
    from advisor.jvm.answer import answer
    from advisor.jvm.launch import Launch
    from advisor.model.machine import Machine
    from advisor.report.effective_text import effective_text
    from advisor.report.json import to_json

    launch = Launch(flags, _environment(env, from_env=from_env))
    release = next(number for number in JDKS if str(number) == jdk)
    result = answer(launch, release, Machine(cpus=cpus, memory=memory))
    emit(to_json(result) if fmt == "json" else effective_text(result, everything=everything), output)
    return 0 if result.accepted else 1


def _environment(given: tuple[str, ...], *, from_env: bool) -> Mapping[str, str]:
    """The variables that `java` reads. Raises UsageError for another name or a word without `=`."""
    from advisor.jvm.launch import VARIABLES

    found = {name: os.environ[name] for name in VARIABLES if name in os.environ} if from_env else {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or name not in VARIABLES:
            raise UsageError(
                f"{name!r} is no variable that java reads" if equals else f"{word!r} has no =",
                where="--env",
                hint=f"NAME=VALUE with one of {', '.join(VARIABLES)}",
            )
        found[name] = value
    return found
