"""PATHS -> REPORT: reads files, finds their launches, has them inspected, and puts findings at lines and columns."""

from __future__ import annotations

import bisect
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisor.lint.fix import safe_replacement
from advisor.lint.formats import FORMATS, Format
from advisor.lint.formats.commandline import STDIN, CommandLine
from advisor.lint.inspect import Told, inspect
from advisor.lint.options import LintOptions
from advisor.lint.pages import page_url
from advisor.lint.suppress import suppressions
from advisor.lint.walk import Found, files
from advisor.model.documents import MAX_BYTES, read_text
from advisor.model.errors import InputError
from advisor.model.finding import Finding, Fix, LintReport

HEAD = 1 << 16
"""Characters of a file by which a format may recognise it."""
MAX_WORDS = 20_000
"""Options of all launches of a file together."""
_LONGEST_SNIPPET = 2_000


@dataclass(slots=True)
class _Tally:
    """What a run has gathered so far."""

    files: int = 0
    suppressed: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def lint_paths(paths: Sequence[str], options: LintOptions | None = None) -> LintReport:
    """Checks files, folders and `-` (standard input, a command line). Raises InputError for what cannot be read.

    In a folder, a file that cannot be read or parsed is told in a note and does not stop the run.
    """
    wanted, tally = options or LintOptions(), _Tally()
    if "-" in paths:
        _lint_text(_stdin(), STDIN, CommandLine(), wanted, tally)
    for found in files([path for path in paths if path != "-"]):
        _lint_file(found, wanted, tally)
    findings = sorted(tally.findings, key=lambda f: (f.path, f.line, f.column, f.check, f.end_line, f.end_column))
    return LintReport(
        files=tally.files, findings=tuple(findings), suppressed=tally.suppressed, notes=tuple(sorted(tally.notes))
    )


def _stdin() -> str:
    text = sys.stdin.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES} bytes", where=STDIN, hint="expected a command line")
    return text


def _lint_file(found: Found, options: LintOptions, tally: _Tally) -> None:
    name = found.path.as_posix()
    if not found.named and not any(form.paths.search(name) for form in FORMATS):
        return
    try:
        text = read_text(found.path)
        form = _format(name, text, named=found.named)
        if form is not None:
            _lint_text(text, name, form, options, tally)
    except InputError as error:
        if found.named:
            raise
        tally.notes.append(f"not checked: {error.where or name}: {error.message}")


def _format(name: str, text: str, *, named: bool) -> Format | None:
    """The format of a file; content decides alone only for a file that the user named."""
    head = text[:HEAD]
    return next((f for f in FORMATS if (named or f.paths.search(name)) and f.matches(name, head)), None)


def _lint_text(text: str, name: str, form: Format, options: LintOptions, tally: _Tally) -> None:
    tally.files += 1
    places, silenced = _Places(text), suppressions(text)
    tally.notes += [
        f"{name}:{line}: a comment silences {check!r}, and there is no such check" for line, check in silenced.unknown()
    ]
    seen: set[tuple[str, int, int]] = set()
    words = 0
    for launch in form.launches(text, name):
        words += len(launch.words)
        if words > MAX_WORDS:
            raise InputError("too many options", where=name, hint=f"at most {MAX_WORDS} are checked in one file")
        for told in inspect(launch, options):
            problem, word = told.problem, told.problem.word
            key = (problem.check, word.start, word.end)
            if key in seen or (problem.severity == "info" and not options.pedantic):
                continue
            seen.add(key)
            if silenced.silence(problem.check, places.line(word.start), places.line(word.anchor)):
                tally.suppressed += 1
            else:
                tally.findings.append(_finding(told, name, text, places))


class _Places:
    """Offsets of a text as lines and columns, both from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]

    def line(self, offset: int) -> int:
        return bisect.bisect_right(self._begins, offset)

    def column(self, offset: int) -> int:
        return offset - self._begins[self.line(offset) - 1] + 1

    def snippet(self, offset: int) -> str:
        """The line of an offset; empty where it is too long to show."""
        begin = self._begins[self.line(offset) - 1]
        end = self._text.find("\n", begin)
        line = self._text[begin : end if end >= 0 else None].removesuffix("\r")
        return line if len(line) <= _LONGEST_SNIPPET else ""


def _finding(told: Told, path: str, text: str, places: _Places) -> Finding:
    problem, word = told.problem, told.problem.word
    replacement = safe_replacement(problem, text)
    return Finding(
        check=problem.check,
        severity=problem.severity,
        confidence=problem.confidence,
        path=path,
        line=places.line(word.start),
        column=places.column(word.start),
        end_line=places.line(word.end),
        end_column=places.column(word.end),
        flag=problem.flag,
        message=problem.message,
        fix=None if replacement is None else Fix(replacement=replacement),
        url=page_url(problem.check),
        jdk=told.jdk,
        jdk_reason=told.reason,
        snippet=places.snippet(word.start),
        fingerprint=_fingerprint(problem.check, path, problem.flag or word.text),
    )


def _fingerprint(check: str, path: str, flag: str) -> str:
    whole = Path(path)
    here = Path.cwd()
    normal = (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()
    return hashlib.sha256(f"{check}\n{normal}\n{flag}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
