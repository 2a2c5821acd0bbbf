"""COMMAND + FLAGS -> ONE RUN: started without a shell, watched, and ended with everything it started."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

from advisor.model.errors import AdvisorError, InputError
from advisor.model.measurement import MeasuredRun
from advisor.model.outcome import Pauses

VARIABLE = "JAVA_TOOL_OPTIONS"
"""Read by every JVM that is started, whatever starts it; options on its command line come after, and win."""
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_GRACE_S = 2.0
_ON_PARENTS_DEATH = 1
_FIRST_UNIFIED = 9
_OUTPUT_LIMIT = 64 << 20
"""Bytes of output in which the program's own figures are looked for, from the end."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is run: the words, the `java` it uses, and whether flags can be put behind that word."""

    words: tuple[str, ...]
    java: Path
    jdk: int
    place: int | None
    """Where `java` stands among the words; None for a script, which gets its flags from the environment."""

    def line(self, flags: Sequence[str]) -> tuple[str, ...]:
        """The words to start."""
        if self.place is None:
            return self.words
        head, tail = self.words[: self.place], self.words[self.place + 1 :]
        return (*head, str(self.java), *flags, *tail)

    def environment(self, flags: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
        """The variables to start with."""
        if self.place is not None:
            return dict(given)
        home = self.java.parent.parent
        before = given.get(VARIABLE, "")
        path = f"{self.java.parent}{os.pathsep}{given.get('PATH', '')}"
        return {**given, VARIABLE: " ".join(filter(None, (before, *flags))), "JAVA_HOME": str(home), "PATH": path}


def program(words: Sequence[str], java: Path | None = None) -> Program:
    """Finds the `java` of a command: its own word, `--java`, JAVA_HOME, or the one on the path.

    Raises InputError where there is none, or what is given is none.
    """
    place = next((i for i, word in enumerate(words) if Path(word).name == "java"), None)
    asked = java or (Path(words[place]) if place is not None else None)
    home = os.environ.get("JAVA_HOME")
    candidates = [str(asked)] if asked else [*([f"{home}/bin/java"] if home else []), "java"]
    found = next((path for name in candidates if (path := shutil.which(name))), None)
    if found is None:
        raise InputError(f"no java at {candidates[0]!r}", where="command", hint="give --java PATH")
    resolved = Path(found).resolve()
    return Program(tuple(words), resolved, release_of(resolved), place)


def release_of(java: Path) -> int:
    """The release of a `java`. Raises InputError where it does not tell."""
    environment = {k: v for k, v in os.environ.items() if k not in (VARIABLE, "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")}
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            [str(java), "-version"], capture_output=True, text=True, timeout=60, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"cannot start {java}: {error}", where=str(java)) from error
    version = _VERSION.search(done.stderr + done.stdout)
    if version is None:
        raise InputError("this does not answer as java does", where=str(java), hint="give --java PATH")
    return int(version[1])


@dataclass(frozen=True, slots=True)
class Watch:
    """What is asked of each run."""

    timeout_s: float
    metrics: Mapping[str, re.Pattern[str]]


def run_once(subject: Program, flags: Sequence[str], watch: Watch) -> MeasuredRun:
    """One run. Its output and its GC log are in a folder that is gone afterwards, as is every process of it."""
    with tempfile.TemporaryDirectory(prefix="jvm-advisor-") as name:
        folder = Path(name)
        words = (*flags, *_logging(subject.jdk, folder))
        output = folder / "output.txt"
        with output.open("wb") as stream:
            started = time.monotonic()
            try:
                child = subprocess.Popen(  # noqa: S603 - a list of words, no shell
                    subject.line(words),
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    env=subject.environment(words, os.environ),
                    start_new_session=True,
                    preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one call to the kernel, and no other threads here
                )
            except OSError as error:
                raise InputError(f"cannot start the command: {error.strerror}", where=subject.words[0]) from error
            code, usage, timed_out = _watched(child, watch.timeout_s)
            wall_s = time.monotonic() - started
        return MeasuredRun(
            wall_s=round(wall_s, 6),
            cpu_s=round(usage.ru_utime + usage.ru_stime, 6),
            rss_bytes=usage.ru_maxrss * 1024,
            pauses=_pauses(folder),
            exit_code=code,
            timed_out=timed_out,
            metrics=_printed(output, watch.metrics),
        )


def _logging(jdk: int, folder: Path) -> tuple[str, ...]:
    """The options that write a GC log for each JVM of the command."""
    if jdk < _FIRST_UNIFIED:
        return ("-XX:+PrintGCDetails", "-XX:+PrintGCTimeStamps", f"-Xloggc:{folder}/gc-%p.log")
    return (f"-Xlog:gc*,safepoint:file={folder}/gc-%p.log:uptime,level,tags:filecount=0",)


def _end_with_parent() -> Callable[[], object] | None:
    """What makes the kernel end the child when this process is killed and can end nothing any more (prctl(2))."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    library = ctypes.CDLL(None)
    return lambda: library.prctl(_ON_PARENTS_DEATH, signal.SIGKILL)


def _watched(child: subprocess.Popen[bytes], timeout_s: float) -> tuple[int, struct_rusage, bool]:
    """Waits for the end, at most so long; whatever is left of its group is ended in any case."""
    handle = os.pidfd_open(child.pid)
    ended = True
    try:
        ended = _ends(handle, timeout_s)
        if not ended:
            _signal_group(child.pid, signal.SIGTERM)
            _ends(handle, _GRACE_S)
    finally:
        os.close(handle)
        _signal_group(child.pid, signal.SIGKILL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage, not ended


def _ends(handle: int, timeout_s: float) -> bool:
    return bool(select.select([handle], [], [], timeout_s)[0])


def _signal_group(group: int, number: signal.Signals) -> None:
    """The group of the child: it is the first of a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _pauses(folder: Path) -> Pauses:
    """Those of the JVM that wrote most; a script may start several."""
    logs = sorted(folder.glob("gc-*.log"), key=lambda log: log.stat().st_size)
    if not logs:
        return Pauses()
    from advisor.analyze import LogTarget, analyze_logs

    try:
        return analyze_logs((str(logs[-1]),), LogTarget()).pauses
    except AdvisorError:
        return Pauses()


def _printed(output: Path, metrics: Mapping[str, re.Pattern[str]]) -> dict[str, float]:
    """The last figure that the program printed for each metric."""
    if not metrics:
        return {}
    with output.open("rb") as stream:
        stream.seek(max(0, output.stat().st_size - _OUTPUT_LIMIT))
        text = stream.read().decode("utf-8", "replace")
    found = {}
    for name, pattern in metrics.items():
        for match in pattern.finditer(text):
            with suppress(ValueError):
                found[name] = float(match[1].replace(",", ""))
    return found
