"""STUDIES IN A FILE: every answer is on disk before the search goes on, so a search that is killed loses nothing.

A search is a function of its question and of the answers it gets. So the file keeps just these: a search that is begun
again asks the same sets, finds their answers here, and goes on where there are none. Processes that share a file claim
the sets they evaluate; the claim of a process that is gone is void.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from advisor.model.errors import InputError
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.model.quantities import EXACT
from advisor.model.study import Question, StudyRow
from advisor.optimize.evaluate import Evaluator
from advisor.optimize.runners import Answer, Runner

_APPLICATION = 0x4A564D41
_LAYOUT = 1
_SCHEMA = """
CREATE TABLE study (key TEXT PRIMARY KEY, begun REAL NOT NULL, question TEXT NOT NULL, finished REAL);
CREATE TABLE trial (
    study TEXT NOT NULL REFERENCES study(key), flags TEXT NOT NULL, answer TEXT,
    claimed_by TEXT, claimed_at REAL, PRIMARY KEY (study, flags)
);
"""
_LEASE_S = 3600.0
"""Age at which a claim is void whoever made it: process numbers are used again."""
_WAIT_S = 0.05
_BUSY_S = 30.0


def study_key(question: Question) -> str:
    """The name of a study: the same question has the same one, however many trials are asked for."""
    return hashlib.sha256(_exact(question.model_copy(update={"trials": 1})).encode()).hexdigest()[:12]


def _exact(question: Question) -> str:
    """JSON with plain numbers: quantities as people write them are rounded."""
    return json.dumps(question.model_dump(mode="json", context=EXACT), sort_keys=True)


class StudyStore:
    """A SQLite file of studies. Every method raises InputError when it is no such file or cannot be written."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Opens the file, or makes it. Raises InputError where it is something else, or absent and not to be made."""
        if not create and not path.is_file():
            raise InputError("there is no such study file", where=str(path))
        self.path = path
        with self._told():
            self._base = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
            self._prepare()
        self._owner = f"{socket.gethostname()}:{os.getpid()}"

    def close(self) -> None:
        """Gives back what this process claimed and has not answered, and closes the file."""
        with self._told():
            self._base.execute(
                "UPDATE trial SET claimed_by = NULL WHERE answer IS NULL AND claimed_by = ?", (self._owner,)
            )
            self._base.close()

    def begin(self, question: Question) -> str:
        """The key of the study of a question, which is entered where it is new; a larger number of trials is kept."""
        key, text = study_key(question), _exact(question)
        with self._writing():
            row = self._base.execute("SELECT question FROM study WHERE key = ?", (key,)).fetchone()
            if row is None:
                self._base.execute("INSERT INTO study VALUES (?, ?, ?, NULL)", (key, time.time(), text))
            elif self._question(row[0]).trials < question.trials:
                self._base.execute("UPDATE study SET question = ?, finished = NULL WHERE key = ?", (text, key))
        return key

    def finish(self, key: str) -> None:
        """Notes that the search of a study came to its end."""
        with self._writing():
            self._base.execute("UPDATE study SET finished = ? WHERE key = ?", (time.time(), key))

    def find(self, key: str | None = None) -> str:
        """The key itself, or without one that of the study begun last. Raises InputError if there is no such study."""
        rows = self.rows()
        if rows and key is None:
            return rows[-1].key
        if not any(row.key == key for row in rows):
            known = ", ".join(row.key for row in rows) or "none"
            raise InputError(f"no study {key or 'at all'} in this file", where=str(self.path), hint=f"studies: {known}")
        return str(key)

    def question(self, key: str | None = None) -> Question:
        """The question of a study; see `find`."""
        found = self.find(key)
        return next(row.question for row in self.rows() if row.key == found)

    def rows(self) -> list[StudyRow]:
        """Every study, the oldest first."""
        with self._told():
            found = self._base.execute(
                "SELECT key, begun, question, finished,"
                " (SELECT count(*) FROM trial WHERE study = key AND answer NOT NULL) FROM study ORDER BY begun, rowid"
            ).fetchall()
        return [
            StudyRow(key=key, begun=begun, question=self._question(text), finished=finished, answered=answered)
            for key, begun, text, finished, answered in found
        ]

    def answers(self, key: str) -> Iterator[tuple[tuple[str, ...], Answer]]:
        """Every answered trial of a study, in the order in which they were asked for."""
        with self._told():
            rows = self._base.execute(
                "SELECT flags, answer FROM trial WHERE study = ? AND answer NOT NULL ORDER BY rowid", (key,)
            ).fetchall()
        for flags, text in rows:
            yield tuple(json.loads(flags)), self._answer(text)

    def known(self, key: str, sets: Iterable[FlagSet]) -> dict[FlagSet, Answer]:
        """What is answered of some sets."""
        found: dict[FlagSet, Answer] = {}
        with self._told():
            for flags in sets:
                row = self._base.execute(
                    "SELECT answer FROM trial WHERE study = ? AND flags = ?", (key, _text(flags))
                ).fetchone()
                if row is not None and row[0] is not None:
                    found[flags] = self._answer(row[0])
        return found

    def claim(self, key: str, sets: Sequence[FlagSet]) -> list[FlagSet]:
        """Those of the sets that this process is to evaluate: no one has answered them or is at work on them."""
        mine = []
        with self._writing():
            for flags in sets:
                row = self._base.execute(
                    "SELECT answer, claimed_by, claimed_at FROM trial WHERE study = ? AND flags = ?",
                    (key, _text(flags)),
                ).fetchone()
                if row is not None and (row[0] is not None or self._is_at_work(row[1], row[2])):
                    continue
                self._base.execute(
                    "INSERT INTO trial VALUES (?, ?, NULL, ?, ?) ON CONFLICT (study, flags) DO UPDATE"
                    " SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at",
                    (key, _text(flags), self._owner, time.time()),
                )
                mine.append(flags)
        return mine

    def record(self, key: str, flags: FlagSet, answer: Answer) -> None:
        """Keeps an answer; the first one given to a set stays."""
        with self._writing():
            self._base.execute(
                "INSERT INTO trial VALUES (?, ?, ?, NULL, NULL) ON CONFLICT (study, flags) DO UPDATE"
                " SET answer = coalesce(answer, excluded.answer), claimed_by = NULL",
                (key, _text(flags), _document(answer)),
            )

    def _is_at_work(self, owner: str | None, since: float | None) -> bool:
        if owner is None or owner == self._owner or since is None or time.time() - since > _LEASE_S:
            return False
        host, _, process = owner.rpartition(":")
        return host != socket.gethostname() or _lives(int(process))

    def _prepare(self) -> None:
        application = self._base.execute("PRAGMA application_id").fetchone()[0]
        layout = self._base.execute("PRAGMA user_version").fetchone()[0]
        if application == 0 and layout == 0 and not self._base.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._create()
        elif application != _APPLICATION:
            raise InputError("this is a database, but not one of studies", where=str(self.path))
        elif layout != _LAYOUT:
            raise InputError(
                f"this study file has layout {layout}, and layout {_LAYOUT} was expected",
                where=str(self.path),
                hint="it was written by another version: use that one, or another file",
            )

    def _create(self) -> None:
        """Two processes may come to an empty file at once: the second finds the tables made."""
        self._base.execute("BEGIN IMMEDIATE")
        if not self._base.execute("SELECT 1 FROM sqlite_master").fetchone():
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {_LAYOUT}")
        self._base.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, which is on disk when it ends."""
        with self._told():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(f"cannot use the study file: {error}", where=str(self.path)) from error

    def _question(self, text: str) -> Question:
        try:
            return Question.model_validate_json(text)
        except ValidationError as error:
            raise self._damaged(error) from error

    def _answer(self, text: str) -> Answer:
        try:
            document = json.loads(text)
            if "problem" in document:
                problem = document["problem"]
                return InputError(str(problem["message"]), where=problem["where"], hint=problem["hint"])
            return Outcome.model_validate(document["outcome"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            f"the study file holds something that is not readable: {str(error).splitlines()[0]}", where=str(self.path)
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """Answers from the store where it has them; what it lacks is evaluated by the runner and kept at once."""

    store: StudyStore
    key: str
    runner: Runner

    def run(self, evaluate: Evaluator, sets: Sequence[FlagSet]) -> Iterator[tuple[int, Answer]]:
        """Every answer as soon as it is known, of whatever process it is."""
        left = {flags: place for place, flags in enumerate(sets)}
        while left:
            for flags, found in self.store.known(self.key, left).items():
                yield left.pop(flags), found
            mine = self.store.claim(self.key, list(left))
            for index, found in self.runner.run(evaluate, mine):
                self.store.record(self.key, mine[index], found)
                yield left.pop(mine[index]), found
            if left and not mine:
                time.sleep(_WAIT_S)


def _text(flags: FlagSet) -> str:
    return json.dumps(flags.words())


def _document(answer: Answer) -> str:
    if isinstance(answer, InputError):
        return json.dumps({"problem": {"message": answer.message, "where": answer.where, "hint": answer.hint}})
    return json.dumps({"outcome": answer.model_dump(mode="json")})


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
