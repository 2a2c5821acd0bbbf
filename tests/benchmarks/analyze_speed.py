"""How fast `jvm-advisor analyze` reads a log, beside what Python needs merely to look at its lines.

    python -m tests.benchmarks.analyze_speed LOG [--runs 3]

Every figure is of a process of its own, start-up included; the best of the runs counts. "lines" splits the file into
lines and applies one expression to those with "Pause "; "expression" finds the same lines in the mapped file; neither
knows what a log means. Ratios to them hold on a loaded machine too, where seconds do not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

LINES = """
import re, sys
pause = re.compile(rb"GC\\((\\d+)\\) Pause (.+?) (\\d+)M->(\\d+)M\\((\\d+)M\\) ([\\d.]+)ms")
with open(sys.argv[1], "rb") as log:
    print(sum(1 for line in log if b"Pause " in line and pause.search(line)))
"""
EXPRESSION = """
import mmap, re, sys
pause = re.compile(rb"GC\\((\\d+)\\) Pause ([^\\n]+?) (\\d+)M->(\\d+)M\\((\\d+)M\\) ([\\d.]+)ms")
with open(sys.argv[1], "rb") as log, mmap.mmap(log.fileno(), 0, access=mmap.ACCESS_READ) as text:
    print(sum(1 for _ in pause.finditer(text)))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the wall and of processors, and the largest process in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(command: list[str]) -> Run:
    """One run of a command with its children."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {child.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(command: list[str], runs: int) -> Run:
    """The least of each figure; the most memory."""
    found = [measured(command) for _ in range(runs)]
    return Run(min(r.wall_s for r in found), min(r.cpu_s for r in found), max(r.peak_mb for r in found))


def commands(log: str, processes: int) -> dict[str, list[str]]:
    """What is measured, by name."""
    analyze = [str(Path(sys.executable).with_name("jvm-advisor")), "analyze", log, "--format", "json", "--workers"]
    return {
        "lines": [sys.executable, "-c", LINES, log],
        "expression": [sys.executable, "-c", EXPRESSION, log],
        "analyze, 1 process": [*analyze, "1"],
        f"analyze, {processes} processes": [*analyze, str(processes)],
    }


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)) + 1)
    options = parser.parse_args()
    size = Path(options.log).stat().st_size / 1e6
    say(f"{size:.1f} MB; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    say(f"{'':28}{'wall s':>8}{'MB/s':>8}{'CPU s':>8}{'MB/s':>8}{'peak MB':>9}{'CPU / lines':>13}")
    floor: Run | None = None
    for name, command in commands(options.log, options.processes).items():
        run = best(command, options.runs)
        floor = floor or run
        wall, cpu = size / run.wall_s, size / run.cpu_s
        figures = (
            f"{run.wall_s:8.2f}{wall:8.1f}{run.cpu_s:8.2f}{cpu:8.1f}{run.peak_mb:9.0f}{run.cpu_s / floor.cpu_s:13.1f}"
        )
        say(f"{name:28}{figures}")


if __name__ == "__main__":
    main()
