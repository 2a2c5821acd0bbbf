"""`jvm-advisor lint`: the flags in files, as the JVM would judge them."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import cast

import click

from advisor import __version__
from advisor.cli.options import JDK, emit, result_options
from advisor.model.errors import UsageError
from advisor.model.finding import SEVERITIES, LintReport, Severity
from advisor.model.machine import Jdk

FORMS = ("text", "json", "sarif", "github", "gitlab", "junit", "checkstyle")


@click.command("lint")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--jdk", type=JDK, help="The release to check against, whatever the files say.")
@click.option("--select", multiple=True, metavar="CHECK,...", help="Only these checks (repeatable).")
@click.option("--ignore", multiple=True, metavar="CHECK,...", help="All but these checks (repeatable).")
@click.option("--pedantic", is_flag=True, help="Show advice (info) too.")
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES[::-1]), default="error", show_default=True, help="Exit 1 from here on."
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option(
    "--also", multiple=True, metavar="FORMAT=FILE", help="Write the result in another form, too (repeatable)."
)
@result_options(*FORMS)
def command(
    paths: tuple[str, ...],
    jdk: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    pedantic: bool,
    fail_on: Severity,
    exit_zero: bool,
    also: tuple[str, ...],
    fmt: str,
    output: Path | None,
) -> int:
    """Check files and folders that carry JVM flags (- is a command line on standard input).

    Reads plain command lines (*.args), jvm.options, Dockerfiles and Kubernetes manifests. Exit code 1 when a finding
    is at or above --fail-on, 3 when no file is of a known kind. A comment "# jvm-advisor: ignore[CHECK] reason"
    silences a check for its own or the next line.
    """
    from advisor.lint import LintOptions, lint_paths

    others = [_form_and_file(text) for text in also]
    release = cast("Jdk | None", int(jdk) if jdk else None)
    options = LintOptions(release, _checks("--select", select), _checks("--ignore", ignore), pedantic)
    report = lint_paths(paths, options)
    for form, path in others:
        emit(_rendered(report, form), path)
    emit(_rendered(report, fmt), output)
    if not report.files:
        click.echo("nothing to check: no file of a known kind", err=True)
        return 3
    return 0 if exit_zero else int(_fails(report, fail_on))


def _checks(option: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """The names of checks in an option's values. Raises UsageError for one that does not exist."""
    from advisor.lint.checks import CHECKS

    known = [check.id for check in CHECKS]
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"checks: {', '.join(known)}"
            raise UsageError(f"there is no check {name!r}", where=option, hint=hint)
    return tuple(names)


def _form_and_file(text: str) -> tuple[str, Path]:
    """The two sides of `--also`. Raises UsageError for a form that does not exist or a missing file."""
    form, _, file = text.partition("=")
    if form not in FORMS or not file:
        raise UsageError(f"{text!r} is not FORMAT=FILE", where="--also", hint=f"formats: {', '.join(FORMS)}")
    return form, Path(file)


def _rendered(report: LintReport, fmt: str) -> str:
    if fmt == "sarif":
        from advisor.lint.pages import pages
        from advisor.report.sarif import sarif

        return sarif(report, pages(), version=__version__, root=Path.cwd())
    if fmt == "json":
        from advisor.report.json import to_json

        return to_json(report)
    if fmt == "text":
        from advisor.report.lint_text import lint_text

        return lint_text(report)
    from advisor.report.ci import checkstyle, github, gitlab, junit

    forms = {"github": github, "gitlab": gitlab, "junit": junit, "checkstyle": checkstyle}
    return forms[fmt](report, Path.cwd())


def _fails(report: LintReport, fail_on: Severity) -> bool:
    least = SEVERITIES.index(fail_on)
    return any(SEVERITIES.index(finding.severity) >= least for finding in report.findings)
