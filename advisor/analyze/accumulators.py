"""Figures that are kept up to date in bounded memory while a log streams by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from advisor.model.outcome import KindTotals, Pauses

Item = TypeVar("Item")


class Thinned(Generic[Item]):
    """At most `limit` items, evenly spread over all that were added, in their order."""

    def __init__(self, limit: int = 512) -> None:
        self.items: list[Item] = []
        self.count = 0
        self._limit = limit
        self._stride = 1

    def add(self, item: Item) -> None:
        """Keeps every n-th item; n doubles whenever the limit is reached."""
        if self.count % self._stride == 0:
            self.items.append(item)
            if len(self.items) > self._limit:
                self.items = self.items[::2]
                self._stride *= 2
        self.count += 1

    def passes(self) -> bool:
        """Whether the next item would not be kept; it is counted then, and need not be made."""
        if self.count % self._stride == 0:
            return False
        self.count += 1
        return True


class PauseTally:
    """The lengths of pauses by kind, exact: logs print microseconds, so few different lengths occur."""

    def __init__(self) -> None:
        self._lengths: Counter[float] = Counter()
        self._kinds: dict[str, tuple[int, float, float]] = {}

    def add(self, kind: str, ms: float) -> None:
        """Counts one pause."""
        self._lengths[ms] += 1
        count, total, longest = self._kinds.get(kind, (0, 0.0, 0.0))
        self._kinds[kind] = (count + 1, total + ms, max(longest, ms))

    def count(self, kind: str) -> int:
        """How many pauses of a kind there were."""
        return self._kinds.get(kind, (0, 0.0, 0.0))[0]

    def mean_ms(self, kind: str) -> float | None:
        """The mean length of a kind, or None without any."""
        count, total, _ = self._kinds.get(kind, (0, 0.0, 0.0))
        return total / count if count else None

    def max_ms(self, kind: str) -> float | None:
        """The longest of a kind, or None without any."""
        return self._kinds[kind][2] if kind in self._kinds else None

    @property
    def total_ms(self) -> float:
        """All pauses together."""
        return math.fsum(total for _, total, _ in self._kinds.values())

    def summary(self) -> Pauses:
        """The same figures as `Pauses.of` gives for the single pauses."""
        count = sum(self._lengths.values())
        if not count:
            return Pauses()
        total = self.total_ms
        p50, p90, p99, p999 = self._percentiles(count, (0.5, 0.9, 0.99, 0.999))
        return Pauses(
            count=count,
            total_ms=round(total, 3),
            mean_ms=round(total / count, 3),
            p50_ms=p50,
            p90_ms=p90,
            p99_ms=p99,
            p99_9_ms=p999,
            max_ms=max(self._lengths),
            by_kind={
                kind: KindTotals(count=n, total_ms=round(ms, 3), max_ms=longest)
                for kind, (n, ms, longest) in sorted(self._kinds.items())
            },
        )

    def _percentiles(self, count: int, shares: Sequence[float]) -> Iterator[float]:
        ranks = iter(min(count - 1, int(share * count)) for share in shares)
        rank, seen = next(ranks), 0
        for ms in sorted(self._lengths):
            seen += self._lengths[ms]
            while rank is not None and rank < seen:
                yield ms
                rank = next(ranks, None)  # type: ignore[assignment]


class RateMeter:
    """Bytes allocated over time: total, spread from interval to interval, and the worst second."""

    def __init__(self) -> None:
        self.total = 0
        self.running_s = 0.0
        self._squares = 0.0
        self._bytes = 0.0
        self._second: int | None = None
        self._in_second = 0.0
        self._peak = 0.0
        self.intervals = 0

    def add(self, start_s: float | None, end_s: float | None, allocated: int) -> None:
        """Bytes allocated between two moments; without time stamps only the total grows."""
        self.total += allocated
        if start_s is None or end_s is None or end_s <= start_s:
            return
        span = end_s - start_s
        self.running_s += span
        self._bytes += allocated
        self._squares += allocated * allocated / span
        self.intervals += 1
        self._spread(start_s, end_s, allocated / span)

    def _spread(self, start_s: float, end_s: float, rate: float) -> None:
        first, last = math.floor(start_s), math.floor(end_s)
        if first != self._second:
            self._close(first)
        if first == last:
            self._in_second += (end_s - start_s) * rate
            return
        self._in_second += (first + 1 - start_s) * rate
        self._close(last)
        if last - first > 1:
            self._peak = max(self._peak, rate)
        self._in_second = (end_s - last) * rate

    def _close(self, next_second: int) -> None:
        self._peak = max(self._peak, self._in_second)
        self._second, self._in_second = next_second, 0.0

    @property
    def peak(self) -> float:
        """Bytes in the worst second of the clock."""
        return max(self._peak, self._in_second)

    @property
    def variation(self) -> float:
        """Coefficient of variation of the rate over running time, each interval weighted with its length."""
        if self.intervals < 2 or self._bytes <= 0:
            return 0.0
        mean = self._bytes / self.running_s
        variance = self._squares / self.running_s - mean * mean
        return math.sqrt(max(variance, 0.0)) / mean
