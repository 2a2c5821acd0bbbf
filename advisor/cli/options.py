"""Options that several commands share, and the one way results leave the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from advisor.model.errors import InputError, UsageError
from advisor.model.goals import GOAL_NAMES, Goal, Goals
from advisor.model.machine import JDKS
from advisor.model.quantities import Bytes, Duration

F = TypeVar("F", bound=Callable[..., Any])


class QuantityType(click.ParamType[Any]):
    """A click type for one of the quantities."""

    def __init__(self, kind: type[Bytes] | type[Duration]) -> None:
        self.kind = kind
        self.name = kind.__name__.lower()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, self.kind):
            return value
        try:
            return self.kind.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


BYTES = QuantityType(Bytes)
DURATION = QuantityType(Duration)
DRAWN = "█░▁│└─"
"""Characters of the chart that a terminal may not be able to show."""
JDK = click.Choice([str(jdk) for jdk in JDKS])


def result_options(*formats: str) -> Callable[[F], F]:
    """`--format`, `--output`, `--debug` for a command that prints a result; passes `fmt` and `output`."""

    def decorate(function: F) -> F:
        for option in (
            click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks of errors."),
            click.option(
                "--output",
                type=click.Path(dir_okay=False, path_type=Path),
                help="Write the result to FILE.",
                metavar="FILE",
            ),
            click.option("--format", "fmt", type=click.Choice(formats), default=formats[0], show_default=True),
        ):
            function = option(function)
        return function

    return decorate


def target_options(function: F) -> F:
    """`--jdk`, `--cpus`, `--memory`, `--baseline-flags`: the target where it differs from what the input says."""
    for option in (
        click.option(
            "--baseline-flags", metavar="FLAGS", help="The JVM options in use, where the log does not reveal them."
        ),
        click.option("--memory", type=BYTES, metavar="SIZE", help="Memory limit of the process, such as 2g."),
        click.option("--cpus", type=click.IntRange(1, 4096), metavar="N", help="Processors the JVM sees."),
        click.option("--jdk", type=JDK, help="The target release."),
    ):
        function = option(function)
    return function


def goal_options(function: F) -> F:
    """`--goal`, `--minimize`, `--maximize`; passes `goal`, `minimize`, `maximize`, which `goals_from` joins."""
    names = click.Choice(GOAL_NAMES)
    for option in (
        click.option("--maximize", type=names, multiple=True, help="What to make large (repeatable)."),
        click.option("--minimize", type=names, multiple=True, help="What to make small (repeatable)."),
        click.option(
            "--goal", multiple=True, metavar='"NAME OP VALUE"', help="A limit such as 'p99_pause < 50ms' (repeatable)."
        ),
    ):
        function = option(function)
    return function


def goals_from(base: Goals, goal: tuple[str, ...], minimize: tuple[str, ...], maximize: tuple[str, ...]) -> Goals:
    """The profile's goals with those of the command line: a limit of the same name and direction is replaced."""
    try:
        limits = tuple(Goal.parse(text) for text in goal)
    except ValueError as error:
        raise UsageError(str(error), where="--goal", hint=f"names: {', '.join(GOAL_NAMES)}") from error
    replaced = {(limit.name, limit.operator[0]) for limit in limits}
    kept = tuple(limit for limit in base.limits if (limit.name, limit.operator[0]) not in replaced)
    return Goals.model_validate(
        {
            "limits": (*kept, *limits),
            "minimize": minimize or base.minimize,
            "maximize": maximize or base.maximize,
            "priority": base.priority,
        }
    )


def emit(text: str, output: Path | None) -> None:
    """Prints a result, or writes it whole to a file. Raises InputError when the file cannot be written."""
    if not text.endswith("\n"):
        text += "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(text.encode(), output)


def write_whole(data: bytes, output: Path) -> None:
    """Writes a file so that there is never half of it. Raises InputError when it cannot be written."""
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            temporary.chmod(0o644)
            temporary.replace(output)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=str(output)) from error


def draws() -> bool:
    """Whether standard output can show block characters."""
    try:
        DRAWN.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
