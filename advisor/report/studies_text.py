"""The studies of a file for a person: one line each."""

from __future__ import annotations

from datetime import UTC, datetime

from advisor.model.study import Studies, StudyRow
from advisor.report.wrap import table

_HEADING = ["key", "begun (UTC)", "trials", "state", "suggester", "seed", "jdk", "goals"]


def studies_text(studies: Studies) -> str:
    """A table, the oldest study first."""
    if not studies.studies:
        return "no studies in this file\n"
    return "\n".join(table([_HEADING, *map(_row, studies.studies)], right=(2, 5, 6))) + "\n"


def _row(study: StudyRow) -> list[str]:
    question = study.question
    goals = question.profile.goals
    wishes = (*map(str, goals.limits), *(f"min {n}" for n in goals.minimize), *(f"max {n}" for n in goals.maximize))
    return [
        study.key,
        datetime.fromtimestamp(study.begun, UTC).strftime("%Y-%m-%d %H:%M"),
        str(study.answered),
        "finished" if study.finished else "open",
        question.suggester,
        str(question.seed),
        str(question.profile.jdk),
        ", ".join(wishes) or goals.priority,
    ]
