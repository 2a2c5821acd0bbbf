"""FLAG SETS -> ANSWERS: evaluated one after the other here, or many at once by workers that joblib looks after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from advisor.model.errors import InputError, InternalError, UsageError
from advisor.model.flags import FlagSet
from advisor.model.outcome import Outcome
from advisor.optimize.evaluate import Evaluator

Answer = Outcome | InputError
"""What became of a flag set: an outcome, or why there is none."""
ATTEMPTS = 4
"""Times that what dead workers left undone is given out again, in all."""
BACKENDS = ("loky", "dask", "ray")


class Runner(Protocol):
    """Evaluates flag sets. Each comes back with its place in the sequence, as soon as it is done, in any order."""

    def run(self, evaluate: Evaluator, sets: Sequence[FlagSet]) -> Iterator[tuple[int, Answer]]: ...


def answer(evaluate: Evaluator, flags: FlagSet) -> Answer:
    """The outcome of a flag set, or the InputError that stands in its way."""
    try:
        return evaluate(flags)
    except InputError as problem:
        return problem


@dataclass(frozen=True, slots=True)
class Here:
    """In this process, one after the other."""

    def run(self, evaluate: Evaluator, sets: Sequence[FlagSet]) -> Iterator[tuple[int, Answer]]:
        """In the order given."""
        for place, flags in enumerate(sets):
            yield place, answer(evaluate, flags)


@dataclass(frozen=True, slots=True)
class Workers:
    """By `jobs` processes of this machine (loky), or by the cluster at `address` (dask, ray).

    What a worker that died had in hand is given out again, so none is lost; each answer is taken once.
    """

    jobs: int
    backend: str = "loky"
    address: str | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for a backend that there is not."""
        if self.backend not in BACKENDS:
            raise UsageError(f"unknown backend {self.backend!r}", hint=f"known: {', '.join(BACKENDS)}")

    def run(self, evaluate: Evaluator, sets: Sequence[FlagSet]) -> Iterator[tuple[int, Answer]]:
        """In the order in which they end. Raises InternalError where workers keep dying over the same sets."""
        left = dict(enumerate(sets))
        for _ in range(ATTEMPTS):
            for place, found in self._attempt(evaluate, dict(left)):
                if left.pop(place, None) is not None:
                    yield place, found
            if not left:
                return
        first = " ".join(next(iter(left.values())).words())
        raise InternalError(
            f"workers died {ATTEMPTS} times over {len(left)} sets of flags, the first {first!r}",
            hint="run with --jobs 1 to see why",
        )

    def _attempt(self, evaluate: Evaluator, sets: dict[int, FlagSet]) -> Iterator[tuple[int, Answer]]:
        """What comes back before a worker dies."""
        import joblib

        with self._cluster():
            parallel = joblib.Parallel(n_jobs=self.jobs, return_as="generator_unordered")
            calls = (joblib.delayed(_placed)(place, evaluate, flags) for place, flags in sets.items())
            results = iter(parallel(calls))
            while True:
                try:
                    yield next(results)
                except StopIteration:
                    return
                except Exception as problem:
                    if _is_a_death(problem):
                        return
                    raise

    def _cluster(self) -> AbstractContextManager[Any]:
        import joblib

        if self.backend == "loky":
            return nullcontext() if self.jobs > 1 else joblib.parallel_config(backend="sequential")
        stack = ExitStack()
        if self.backend == "dask":
            stack.enter_context(_dask_client(self.address))
        stack.enter_context(joblib.parallel_config(backend=self.backend))
        return stack


def _placed(place: int, evaluate: Evaluator, flags: FlagSet) -> tuple[int, Answer]:
    return place, answer(evaluate, flags)


def _is_a_death(problem: Exception) -> bool:
    """Whether a worker process died, as loky and dask tell it; their classes are not loaded for that."""
    return any(kind.__name__ in ("BrokenExecutor", "KilledWorker", "CommClosedError") for kind in type(problem).__mro__)


def _dask_client(address: str | None) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("the dask backend is not installed", hint="pip install 'jvm-advisor[dask]'") from error
    return Client(address)


def runner_for(jobs: int, backend: str = "loky", address: str | None = None) -> Runner:
    """The runner that `--jobs`, `--backend` and `--address` ask for. Raises UsageError."""
    if backend == "loky" and address is not None:
        raise UsageError("an address needs a backend beyond this machine", where="--address", hint="--backend dask")
    return Here() if backend == "loky" and jobs == 1 else Workers(jobs, backend, address)
