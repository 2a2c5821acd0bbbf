"""SPACE + OBJECTIVE -> TRIALS: known flag sets first, then what the suggester proposes, batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from advisor.model.flags import FlagSet
from advisor.optimize.dimensions import Point, canonical
from advisor.optimize.space import Space
from advisor.optimize.study import Study
from advisor.optimize.suggest import Suggester

BATCH = 8
"""Points asked for at once. A batch is known before any of it is run, so the order of running changes nothing."""
REFINED_SHARE = 0.25
"""Share of the trials that go to the neighbourhood of the best."""
STEPS_AT_ONCE = 4
"""Steps taken from one place before the best is looked up again."""
STEP = 0.15
"""Typical length of a step there, as a share of a range."""


def search(
    space: Space,
    study: Study,
    suggester: Suggester,
    starts: Iterable[FlagSet],
    trials: int,
    promising: Sequence[FlagSet] = (),
) -> None:
    """Runs the starts that the JVM and the memory admit, and the nearest points to them; then `trials` proposals.

    The first proposals are those that promise most, the others are the suggester's.
    """
    known = [flags for flags in map(space.needed, starts) if space.admits(flags)]
    study.run_all(known)
    _try(space, study, suggester, [space.locate(flags) for flags in known])
    first = [space.locate(flags) for flags in promising[:trials]]
    _try(space, study, suggester, first)
    trials -= len(first)
    while trials > 0:
        points = suggester.ask(min(BATCH, trials))
        _try(space, study, suggester, points)
        trials -= len(points)


def refine(space: Space, study: Study, trials: int, stream: random.Random) -> None:
    """Steps from the best set so far, along one or two dimensions at a time.

    A model sees the whole space coarsely; a small step tells what it cannot: whether a little less does as well.
    """
    while trials > 0:
        best = space.locate(study.best().flags)
        sets = [space.flags(neighbour(space, best, stream)) for _ in range(min(STEPS_AT_ONCE, trials))]
        study.run_all([flags for flags in sets if space.admits(flags)])
        trials -= len(sets)


def neighbour(space: Space, point: Point, stream: random.Random) -> Point:
    """A point that differs along one or two of the dimensions that matter there."""
    matter = [i for i, d in enumerate(space.dimensions) if not d.only or point[0] in d.only]
    moved = list(point)
    for index in stream.sample(matter, k=min(len(matter), stream.choice((1, 2)))):
        moved[index] = space.dimensions[index].moved(point[index], stream.gauss(0.0, STEP))
    return canonical(space.dimensions, tuple(moved))


def _try(space: Space, study: Study, suggester: Suggester, points: list[Point]) -> None:
    sets = [space.flags(point) for point in points]
    admitted = [flags for flags in sets if space.admits(flags)]
    scores = {trial.flags.words(): trial.score for trial in study.run_all(admitted)}
    failure = study.objective.score(None)
    suggester.tell(points, [scores.get(flags.words(), failure) for flags in sets])
