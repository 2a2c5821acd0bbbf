"""SPACE + OBJECTIVE -> TRIALS: known flag sets first, then what the suggester proposes, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.model.flags import FlagSet
from advisor.optimize.dimensions import Point
from advisor.optimize.objective import Score
from advisor.optimize.space import Space
from advisor.optimize.study import Study
from advisor.optimize.suggest import Suggester

BATCH = 8
"""Points asked for at once. A batch is known before any of it is run, so the order of running changes nothing."""


def search(space: Space, study: Study, suggester: Suggester, starts: Iterable[FlagSet], trials: int) -> None:
    """Runs the starts that the JVM and the memory admit, and the nearest points to them; then `trials` proposals."""
    failure = study.objective.score(None)
    for flags in map(space.needed, starts):
        if space.admits(flags):
            study.run(flags)
            _try(space, study, suggester, [space.locate(flags)], failure)
    while trials > 0:
        points = suggester.ask(min(BATCH, trials))
        _try(space, study, suggester, points, failure)
        trials -= len(points)


def _try(space: Space, study: Study, suggester: Suggester, points: list[Point], failure: Score) -> None:
    sets = [space.flags(point) for point in points]
    suggester.tell(points, [study.run(flags).score if space.admits(flags) else failure for flags in sets])
