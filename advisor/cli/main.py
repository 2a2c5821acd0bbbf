"""The entry point: finds the command, loads only that one, and turns every failure into one message.

Exit codes: 0 fine; 1 ran, and the answer is negative; 2 bad usage, bad input or internal error; 3 nothing to check.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NamedTuple, cast

import click

from advisor import __version__
from advisor.model.errors import AdvisorError, UsageError


class Command(NamedTuple):
    """A command: its name, its one line of help, and the module whose `command` it is."""

    name: str
    summary: str
    module: str


COMMANDS: tuple[Command, ...] = (
    Command("analyze", "GC logs: figures, diagnosis, and the workload profile they reveal.", "advisor.cli.analyze"),
    Command("recommend", "Few flags with reasons, from a GC log or a profile.", "advisor.cli.recommend"),
    Command("simulate", "What would happen under other flags.", "advisor.cli.simulate"),
    Command("optimize", "Search simulated outcomes for the best flags under your goals.", "advisor.cli.optimize"),
    Command("measure", "Prove it: real runs under several sets of flags.", "advisor.cli.measure"),
    Command("lint", "Check files that carry JVM flags.", "advisor.cli.lint"),
    Command("effective", "What a JVM would really run with.", "advisor.cli.effective"),
    Command("migrate", "Flags rewritten for another release, with reasons.", "advisor.cli.migrate"),
    Command("explain", "A flag, a rule or a lint check: what is known of it.", "advisor.cli.explain"),
)


class _Lazy(click.Group):
    """Commands are listed without being imported, so that `--help` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [command.name for command in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for command in COMMANDS:
            if command.name == cmd_name:
                return cast(click.Command, importlib.import_module(command.module).command)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.summary) for command in COMMANDS])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="jvm-advisor")
def group() -> None:
    """Which HotSpot flags to set, why, and what they will change."""


def _wants_json(args: Sequence[str]) -> bool:
    own = args[: args.index("--")] if "--" in args else args
    return "--format=json" in own or any(pair == ("--format", "json") for pair in itertools.pairwise(own))


def _told(error: AdvisorError, *, as_json: bool) -> int:
    click.echo(f"jvm-advisor: {error}", err=True)
    if as_json:
        import json

        document = {"schema": "error/1", "error": error.message, "where": error.where, "hint": error.hint}
        click.echo(json.dumps(document, ensure_ascii=False))
    return 2


def _usage(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    hint = f"see '{context.command_path} --help'" if context else None
    return UsageError(error.format_message(), hint=hint)


def run(args: Sequence[str]) -> int:
    """Runs one command line; returns the exit code. `--debug` lets tracebacks through."""
    debug = "--debug" in (args[: list(args).index("--")] if "--" in args else args)
    as_json = _wants_json(args)
    try:
        code = group.main(args=list(args), prog_name="jvm-advisor", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("jvm-advisor: interrupted", err=True)
        return 130
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return 2
        return _told(_usage(error), as_json=as_json)
    except AdvisorError as error:
        if debug:
            traceback.print_exc()
        return _told(error, as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:  # noqa: BLE001 - the last line of defence: a defect of ours becomes one message
        if debug:
            traceback.print_exc()
        hint = "a defect of jvm-advisor: run again with --debug and report what it prints"
        return _told(AdvisorError(f"internal error: {type(error).__name__}: {error}", hint=hint), as_json=as_json)


def main() -> None:
    """The `jvm-advisor` command."""
    # Start-up is most of a short command. Pydantic looks through every installed distribution for plugins, and the
    # collector of cycles runs through all that imports leave behind; neither finds anything here.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(50_000, 20, 20)
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


if __name__ == "__main__":
    main()
