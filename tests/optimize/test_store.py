"""Studies in a file: nothing is lost or done twice, and a search that was stopped ends as one that was not."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.jvm.commandline import parse_text
from advisor.model.errors import InputError, InternalError, UsageError
from advisor.model.flags import FlagSet
from advisor.model.goals import Goal, Goals
from advisor.model.outcome import Outcome
from advisor.model.study import Question
from advisor.optimize import optimize, question
from advisor.optimize.export import COLUMNS
from advisor.optimize.runners import Here, Workers, runner_for
from advisor.optimize.store import Recorded, StudyStore, study_key
from tests.optimize.workloads import Analytic, outcome, small

SERVICE = (
    "jdk: 17\nmachine: {cpus: 4, memory: 1g}\nduration: 30s\nallocation: {rate: 100 MB/s, burstiness: 0.3}\n"
    "lifetimes: {retained: 100m, components: [{share: 5%, mean: 500ms}]}\n"
)
SETS = [parse_text(f"-XX:+UseSerialGC -Xmx{size}m") for size in range(200, 300, 10)]


def asked(**changes: Any) -> Question:
    return question(small(), **changes)


@pytest.fixture
def service(tmp_path: Path) -> Path:
    path = tmp_path / "service.yaml"
    path.write_text(SERVICE)
    return path


def command(service: Path, *words: str) -> list[str]:
    common = ["--trials", "40", "--suggester", "sobol", "--seed", "5", "--format", "json"]
    return [sys.executable, "-m", "advisor.cli.main", "optimize", str(service), *common, *words]


def document(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(text)
    parsed.pop("seconds")
    return parsed


def whole(service: Path) -> dict[str, Any]:
    """The answer of a search that nothing disturbs."""
    done = subprocess.run(command(service), capture_output=True, text=True, check=True, timeout=120)
    return document(done.stdout)


def test_a_search_killed_again_and_again_ends_as_one_that_was_not(service: Path, tmp_path: Path) -> None:
    """SIGKILL at random moments; every answer that was seen on disk stays, and the last run gives the same bytes."""
    expected, study, stream = whole(service), tmp_path / "study.db", random.Random(7)
    counts = []
    for _ in range(6):
        process = subprocess.Popen(command(service, "--study", str(study)), stdout=subprocess.PIPE, text=True)
        time.sleep(stream.uniform(0.3, 1.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        counts.append(answered(study))
    assert counts == sorted(counts)
    done = subprocess.run(
        command(service, "--study", str(study)), capture_output=True, text=True, check=True, timeout=120
    )
    assert document(done.stdout) == expected
    assert answered(study) >= expected["evaluations"]


def answered(study: Path) -> int:
    if not study.exists() or not study.stat().st_size:
        return 0
    with sqlite3.connect(study) as base:
        if not base.execute("SELECT 1 FROM sqlite_master").fetchone():
            return 0
        return int(base.execute("SELECT count(*) FROM trial WHERE answer NOT NULL").fetchone()[0])


def test_two_processes_on_one_study_share_the_work_and_give_the_same_answer(service: Path, tmp_path: Path) -> None:
    expected, study = whole(service), tmp_path / "study.db"
    both = [
        subprocess.Popen(command(service, "--study", str(study)), stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    documents = [document(process.communicate(timeout=120)[0]) for process in both]
    assert documents == [expected, expected]
    assert answered(study) == expected["evaluations"]


def test_serial_and_parallel_runs_give_the_same_bytes(service: Path) -> None:
    done = subprocess.run(command(service, "--jobs", "2"), capture_output=True, text=True, check=True, timeout=120)
    assert document(done.stdout) == whole(service)


def test_what_is_known_is_not_evaluated_again(tmp_path: Path) -> None:
    first, second = Analytic(small()), Analytic(small())
    study = StudyStore(tmp_path / "study.db")
    one = optimize(small(), suggester="sobol", trials=20, evaluate=first, store=study)
    again = optimize(small(), suggester="sobol", trials=20, evaluate=second, store=study)
    assert again.model_copy(update={"seconds": one.seconds}) == one
    assert second.calls <= len(one.pareto) + len(one.best.flags) + 3 < first.calls


def test_more_trials_go_on_from_those_there_are(tmp_path: Path) -> None:
    study = StudyStore(tmp_path / "study.db")
    optimize(small(), suggester="sobol", trials=16, evaluate=Analytic(small()), store=study)
    optimize(small(), suggester="sobol", trials=48, evaluate=Analytic(small()), store=study)
    (row,) = study.rows()
    assert row.question.trials == 48
    assert row.finished


def test_another_question_is_another_study(tmp_path: Path) -> None:
    study = StudyStore(tmp_path / "study.db")
    keys = {study.begin(asked(seed=1)), study.begin(asked(seed=2)), study.begin(asked(seed=1, trials=99))}
    assert len(keys) == 2
    assert study_key(asked(seed=1)) in keys


def test_a_question_survives_the_file_exactly(tmp_path: Path) -> None:
    """The calibrated numbers of a log too: what is resumed must be what was begun."""
    limits = (Goal.parse("p99_pause < 12.3456789ms"), Goal.parse("throughput > 97.123456%"))
    odd = small(allocation={"rate": 123456789.123, "burstiness": 1 / 3}, goals=Goals(limits=limits))
    study = StudyStore(tmp_path / "study.db")
    key = study.begin(question(odd))
    assert study.question(key) == question(odd)


class Fragile:
    """Ends its process when it meets a certain set: always, or with a mark only until that is there."""

    def __init__(self, mark: Path | None) -> None:
        self.mark = mark

    def __call__(self, flags: FlagSet) -> Outcome:
        if flags.words() == SETS[3].words() and not (self.mark and self.mark.exists()):
            if self.mark:
                self.mark.touch()
            os._exit(1)
        return outcome(p99_ms=float(flags.words()[-1][4:-1]))


def test_trials_of_a_worker_that_died_are_run_again_none_twice(tmp_path: Path) -> None:
    found = list(Workers(2).run(Fragile(tmp_path / "died"), SETS))
    assert (tmp_path / "died").exists()
    assert sorted(place for place, _ in found) == list(range(len(SETS)))
    for place, answer in found:
        assert isinstance(answer, Outcome)
        assert answer.pauses.p99_ms == 200 + 10 * place


def test_workers_that_always_die_are_an_error_that_names_the_flags() -> None:
    with pytest.raises(InternalError, match="Xmx230m"):
        list(Workers(2).run(Fragile(None), SETS[3:4]))


def test_a_set_in_the_hands_of_a_living_process_is_left_to_it(tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    path = tmp_path / "study.db"
    study = StudyStore(path)
    key = study.begin(asked())
    with sqlite3.connect(path) as base:
        host = study._owner.rpartition(":")[0]
        row = (key, json.dumps(SETS[0].words()), None, f"{host}:{sleeper.pid}", time.time())
        base.execute("INSERT INTO trial VALUES (?, ?, ?, ?, ?)", row)
    assert study.claim(key, SETS[:2]) == SETS[1:2]
    sleeper.kill()
    sleeper.wait()
    assert study.claim(key, SETS[:2]) == SETS[:2]


def test_an_error_is_kept_as_an_answer(tmp_path: Path) -> None:
    def refused(flags: FlagSet) -> Outcome:
        raise InputError("cannot be", where="there", hint="try that")

    path = tmp_path / "study.db"
    study = StudyStore(path)
    key = study.begin(asked())
    list(Recorded(study, key, Here()).run(refused, SETS[:1]))
    ((_, answer),) = Recorded(StudyStore(path), key, Here()).run(Analytic(small()), SETS[:1])
    assert isinstance(answer, InputError)
    assert (answer.message, answer.where, answer.hint) == ("cannot be", "there", "try that")


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to look like one" * 40, b"SQLite format 3\x00" + b"\x01" * 200]
)
def test_another_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        StudyStore(path)
    assert refused.value.where == str(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE precious (thing TEXT)")
    before = path.read_bytes()
    with pytest.raises(InputError, match="not one of studies"):
        StudyStore(path)
    assert path.read_bytes() == before


def test_a_damaged_answer_is_told(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    study = StudyStore(path)
    key = study.begin(asked())
    list(Recorded(study, key, Here()).run(Analytic(small()), SETS[:1]))
    with sqlite3.connect(path) as base:
        base.execute("UPDATE trial SET answer = '[1, 2]'")
    with pytest.raises(InputError, match="not readable"):
        list(study.answers(key))


def test_list_resume_and_export(service: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study, table = str(tmp_path / "study.db"), tmp_path / "trials.csv"
    common = ["--suggester", "sobol", "--trials", "16", "--format", "json"]
    assert run(["optimize", str(service), *common, "--study", study]) == 0
    first = document(capsys.readouterr().out)
    assert run(["optimize", "--resume", "--format", "json", "--study", study]) == 0
    assert document(capsys.readouterr().out) == first
    assert run(["optimize", "--list", "--study", study]) == 0
    listed = capsys.readouterr().out
    assert "finished" in listed
    assert "sobol" in listed
    assert run(["optimize", "--export", str(table), "--study", study]) == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == first["evaluations"]
    best = " ".join(first["best"]["flags"])
    (row,) = (row for row in rows if row["flags"] == best)
    assert float(row["p99_pause"]) * 1000 == pytest.approx(first["best"]["outcome"]["pauses"]["p99_ms"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--resume"], "which study file"),
        (["--list", "--study", "absent.db"], "no such study file"),
        ([], "a profile or a log is needed"),
        (["service.yaml", "--backend", "moon"], "unknown backend"),
        (["service.yaml", "--address", "tcp://x"], "needs a backend"),
    ],
)
def test_wrong_words_are_told(
    words: list[str], told: str, service: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(service.parent)
    assert run(["optimize", *words]) == 2
    assert told in capsys.readouterr().err


def test_an_export_to_something_unknown_is_refused(service: Path, tmp_path: Path) -> None:
    study = str(tmp_path / "study.db")
    assert run(["optimize", str(service), "--suggester", "sobol", "--trials", "4", "--study", study]) == 0
    assert run(["optimize", "--study", study, "--export", str(tmp_path / "trials.xls")]) == 2
    assert not (tmp_path / "trials.xls").exists()


def test_one_job_runs_here() -> None:
    assert runner_for(1) == Here()
    with pytest.raises(UsageError):
        runner_for(2, "moon")


def test_what_is_interrupted_answers_with_the_best_so_far() -> None:
    calls = 0
    evaluate = Analytic(small())

    def impatient(flags: FlagSet) -> Outcome:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise KeyboardInterrupt
        return evaluate(flags)

    found = optimize(small(), suggester="sobol", evaluate=impatient)
    assert found.evaluations == 11
    assert "interrupted after 11" in found.warnings[0]
