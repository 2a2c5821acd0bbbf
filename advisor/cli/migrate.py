"""`jvm-advisor migrate`: flags rewritten for another release."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.options import JDK, emit, result_options
from advisor.model.errors import UsageError


@click.command("migrate")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
@click.option("--from", "origin", type=JDK, required=True, help="The release that the flags are for.")
@click.option("--to", "goal", type=JDK, required=True, help="The release that they are to be for.")
@click.option(
    "--file",
    "source",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="Read the flags from a file, as java reads an @FILE.",
)
@result_options("text", "json")
def command(flags: tuple[str, ...], origin: str, goal: str, source: Path | None, fmt: str, output: Path | None) -> int:
    """Flags for another release: jvm-advisor migrate --from 8 --to 21 -- FLAGS

    GC logging becomes -Xlog, CMS gives way to G1, what is gone goes, each with its reason. Exit code 1 where the
    release would still refuse or warn about something.
    """
    from advisor.jvm.commandline import parse_words
    from advisor.migrate import migrate
    from advisor.report.json import to_json
    from advisor.report.migrate_text import migrate_text

    words = (*(_words_of(source) if source else ()), *flags)
    if not words:
        raise UsageError("there are no flags", hint="jvm-advisor migrate --from 8 --to 21 -- -XX:+PrintGCDetails")
    result = migrate(parse_words(words), int(origin), int(goal))
    emit(to_json(result) if fmt == "json" else migrate_text(result), output)
    return 0 if result.accepted else 1


def _words_of(source: Path) -> tuple[str, ...]:
    """The words of an argument file. Raises InputError."""
    from advisor.jvm.launch import argument_file
    from advisor.model.documents import read_text

    return tuple(argument_file(read_text(source)))
