"""How often our verdict and our flags are those of the real JVM, over many random command lines.

    python -m tests.benchmarks.effective_vs_jvm --lines 5000 --seed 1 [--answers FILE] [--show 40] [--workers 2]

`--lines` is per release. `--answers` keeps what the JVMs said, so that a later run with the same seed need not ask them
again. Prints agreement per release, then every class of difference with its number and an example.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.jvm.agreement import Answer, differences, ours, same_acceptance, theirs
from tests.jvm.commandlines import Line, lines


class Answers:
    """What the JVMs said, kept in a file; flags as their difference from those of a plain start."""

    def __init__(self, path: Path | None) -> None:
        self._store = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=600)
        # Several comparisons may read the answers while one asks for more.
        self._store.execute("pragma journal_mode = wal")
        self._store.execute("create table if not exists answers (line text primary key, answer text)")
        self._plain: dict[int, Answer] = {}

    def of(self, wanted: Iterable[Line], workers: int) -> Iterator[tuple[Line, Answer]]:
        """Every line with its answer, in the order of the lines."""
        with ThreadPoolExecutor(workers) as pool:
            for chunk in _chunks(wanted, 200):
                known = {line: answer for line in chunk if (answer := self._known(line))}
                missing = [line for line in chunk if line not in known]
                for line, answer in zip(missing, pool.map(theirs, missing), strict=True):
                    known[line] = answer
                    self._keep(line, answer)
                self._store.commit()
                yield from ((line, known[line]) for line in chunk)

    def _base(self, jdk: int) -> Answer:
        if jdk not in self._plain:
            self._plain[jdk] = theirs(Line(jdk, ()))
        return self._plain[jdk]

    def _known(self, line: Line) -> Answer | None:
        row = self._store.execute("select answer from answers where line = ?", [_key(line)]).fetchone()
        if row is None:
            return None
        kept = json.loads(row[0])
        changed = {name: (value, origin) for name, (value, origin) in kept["flags"].items()}
        flags = {**self._base(line.jdk).flags, **changed} if changed else {}
        return Answer(kept["verdict"], {name: flags[name] for name in flags if name not in kept["gone"]}, kept["said"])

    def _keep(self, line: Line, answer: Answer) -> None:
        base = self._base(line.jdk).flags
        changed = {name: final for name, final in answer.flags.items() if base.get(name) != final}
        gone = sorted(base.keys() - answer.flags.keys()) if answer.flags else []
        kept = {"verdict": answer.verdict, "said": answer.said, "flags": changed, "gone": gone}
        self._store.execute("insert or replace into answers values (?, ?)", [_key(line), json.dumps(kept)])


def _key(line: Line) -> str:
    return json.dumps([line.jdk, *line.words])


def _chunks(wanted: Iterable[Line], size: int) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in wanted:
        chunk.append(line)
        if len(chunk) == size:
            yield chunk
            chunk = []
    yield chunk


@dataclass(slots=True)
class Tally:
    """Counts of one release."""

    lines: int = 0
    crashed: int = 0
    same_acceptance: int = 0
    same_words: int = 0
    both_start: int = 0
    watched_same: int = 0
    all_same: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, line: Line, mine: Answer, real: Answer) -> None:
        """One line's outcome."""
        self.lines += 1
        if real.verdict == "crashed":
            self.crashed += 1
            return
        self.same_acceptance += same_acceptance(mine, real)
        self.same_words += mine.verdict == real.verdict
        if mine.verdict != real.verdict:
            self._note(f"verdict {mine.verdict}, really {real.verdict}", line, f"OURS {mine.said} REAL {real.said}")
        if mine.flags and real.flags:
            self._add_flags(line, mine, real)

    def _add_flags(self, line: Line, mine: Answer, real: Answer) -> None:
        self.both_start += 1
        self.watched_same += not differences(mine, real, watched_only=True)
        found = differences(mine, real, watched_only=False)
        self.all_same += not found
        for name, claimed, final in found:
            self._note(f"flag {name}", line, f"OURS {claimed} REAL {final}")

    def _note(self, kind: str, line: Line, detail: str) -> None:
        self.classes[kind] += 1
        self.examples.setdefault(kind, f"{' '.join(line.words)}\n      {detail}")

    def row(self, name: str) -> str:
        """The counts as shares."""
        judged, started = max(1, self.lines - self.crashed), max(1, self.both_start)
        shares = (self.same_acceptance / judged, self.same_words / judged, self.watched_same / started)
        text = "".join(f"{share:>12.2%}" for share in (*shares, self.all_same / started))
        return f"{name:>8}{self.lines:>8}{self.crashed:>9}{self.both_start:>9}{text}"


def main() -> None:
    """Runs the comparison and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--jdk", type=int, action="append", help="only these releases")
    options = parser.parse_args()
    tallies = {jdk: Tally() for jdk in options.jdk or (11, 17, 21, 25)}
    wanted = (line for line in lines(options.seed, options.lines) if line.jdk in tallies)
    for line, answer in Answers(options.answers).of(wanted, options.workers):
        tallies[line.jdk].add(line, ours(line), answer)
    print("     jdk   lines  crashed  started  acceptance    warnings  heap flags   all flags")  # noqa: T201
    for jdk, tally in tallies.items():
        print(tally.row(str(jdk)))  # noqa: T201
    for jdk, tally in tallies.items():
        for kind, count in tally.classes.most_common(options.show):
            print(f"{jdk:>4} {count:>5} x {kind}\n      {tally.examples[kind]}")  # noqa: T201


if __name__ == "__main__":
    main()
