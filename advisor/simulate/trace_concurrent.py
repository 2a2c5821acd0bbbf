"""MOMENTS -> LOG for the collectors whose cycles run beside the program: ZGC and Shenandoah."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.simulate.moments import Moment, Occupancy, failed
from advisor.simulate.protocol import WAIT, Pause
from advisor.simulate.trace import TraceWriter, size

_Z_PAUSES = {"initial-mark": "Mark Start", "remark": "Mark End", "other": "Relocate Start"}
_SHENANDOAH_PAUSES = {"initial-mark": "Init Mark", "remark": "Final Mark"}
_UPDATES = ("Init Update Refs", "Final Update Refs")
_CAUSE = "Allocation Rate"


@dataclass(slots=True)
class ZgcWriter(TraceWriter):
    """Classic ZGC: three short pauses in each cycle, and one line at its end with the heap at its start and end."""

    _began: Occupancy | None = None

    def _tell(self, moment: Moment) -> None:
        at_s = moment.start_s
        for pause in moment.pauses:
            if self._began is None and pause.kind != WAIT:
                self._begin(moment, at_s)
            at_s += pause.seconds
            if pause.kind == WAIT:
                self._say(at_s, "gc", f"Allocation Stall (main) {pause.seconds * 1000:.3f}ms")
                continue
            text = f"GC({self._id}) Pause {_Z_PAUSES.get(pause.kind, pause.kind)} {pause.seconds * 1000:.3f}ms"
            self._say(at_s, "gc,phases", text)
        if moment.after.cycles > moment.before.cycles:
            self._end(moment, at_s)

    def _begin(self, moment: Moment, at_s: float) -> None:
        self._began = moment.before
        self._say(at_s, "gc,start", f"GC({self._id}) Garbage Collection ({_CAUSE})")

    def _end(self, moment: Moment, at_s: float) -> None:
        began, self._began = self._began or moment.before, None
        change = f"{self._share(began.used)}->{self._share(moment.after.used)}"
        self._say(at_s, "gc", f"GC({self._id}) Garbage Collection ({_CAUSE}) {change}")
        self._id += 1

    def _share(self, used: float) -> str:
        most = self.target.layout.max_heap
        return f"{size(used)}({100 * used / most:.0f}%)"


@dataclass(slots=True)
class GenerationalZgcWriter(ZgcWriter):
    """Generational ZGC: a cycle is a minor collection, or a major one where the old generation is marked as well.

    Which of the two is known when the pauses of the old generation come, or do not: the lines of a cycle wait for that.
    """

    _waiting: list[tuple[float, str, str]] = field(default_factory=list)
    _marked: int = 0
    """Ends of marking in this cycle: the first is that of the young generation."""

    def _tell(self, moment: Moment) -> None:
        at_s = moment.start_s
        for pause in moment.pauses:
            at_s += pause.seconds
            if pause.kind == WAIT:
                self._say(at_s, "gc", f"Allocation Stall (main) {pause.seconds * 1000:.3f}ms")
                continue
            if self._began is None:
                self._began, self._marked = moment.before, 0
            self._marked += pause.kind == "remark"
            text = f"{_Z_PAUSES.get(pause.kind, pause.kind)} {pause.seconds * 1000:.3f}ms"
            self._waiting.append((at_s, "O" if self._marked > 1 else "Y", text))
        if moment.after.cycles > moment.before.cycles:
            self._end(moment, at_s)

    def _end(self, moment: Moment, at_s: float) -> None:
        began, self._began = self._began or moment.before, None
        kind = "Major" if self._marked > 1 else "Minor"
        if self._waiting:
            self._say(self._waiting[0][0], "gc", f"GC({self._id}) {kind} Collection ({_CAUSE})")
        for time_s, generation, text in self._waiting:
            prefix = generation if kind == "Major" else "y"
            self._say(time_s, "gc,phases", f"GC({self._id}) {prefix}: Pause {text}")
        change = f"{self._share(began.used)}->{self._share(moment.after.used)}"
        length_s = at_s - self._waiting[0][0] if self._waiting else 0.0
        self._say(at_s, "gc", f"GC({self._id}) {kind} Collection ({_CAUSE}) {change} {length_s:.3f}s")
        self._waiting.clear()
        self._id += 1

    def tail(self) -> list[str]:
        """The lines of a cycle that the end of the run cut off."""
        for time_s, _, text in self._waiting:
            self._say(time_s, "gc,phases", f"GC({self._id}) y: Pause {text}")
        self._waiting.clear()
        return list(self._lines)


@dataclass(slots=True)
class ShenandoahWriter(TraceWriter):
    """Shenandoah: four pauses in each cycle, and a line for the regions that a cycle frees; pauses that degenerate."""

    _updates: int = 0
    """Pauses around the updating of references that this cycle had."""
    _open: bool = False
    _generation: str = ""
    """How lines name the generation that is collected."""

    def _tell(self, moment: Moment) -> None:
        at_s = moment.start_s
        for pause in moment.pauses:
            at_s = at_s + pause.seconds if pause.kind == WAIT else self._pause(moment, pause, at_s)
        if moment.after.used < moment.before.used and (self._open or not moment.pauses):
            self._cleaned(moment, at_s)
        if moment.after.cycles > moment.before.cycles:
            self._close()

    def _pause(self, moment: Moment, pause: Pause, at_s: float) -> float:
        if pause.kind == "initial-mark":
            self._close()
            self._say(at_s, "gc", f"GC({self._id}) Concurrent reset{self._generation} 0.000ms")
            self._open, self._updates = True, 0
        end_s = at_s + pause.seconds
        title, sizes = self._title_of(moment, pause), ""
        if title.startswith(("Full", "Degenerated")):
            sizes = f" {size(moment.before.used)}->{size(moment.after.used)}({size(moment.after.committed)})"
        self._say(at_s, "gc,start", f"GC({self._id}) Pause {title}")
        self._say(end_s, "gc", f"GC({self._id}) Pause {title}{sizes} {pause.seconds * 1000:.3f}ms")
        if sizes:
            self._close()
        return end_s

    def _title_of(self, moment: Moment, pause: Pause) -> str:
        if pause.kind == "full":
            return "Full"
        if failed(moment, "degenerated") and pause is moment.pauses[-1]:
            return "Degenerated GC (Mark)"
        if pause.kind in _SHENANDOAH_PAUSES:
            return _SHENANDOAH_PAUSES[pause.kind] + self._generation
        self._updates += 1
        return _UPDATES[min(self._updates, 2) - 1]

    def _cleaned(self, moment: Moment, at_s: float) -> None:
        change = f"{size(moment.before.used)}->{size(moment.after.used)}({size(moment.after.committed)})"
        self._say(at_s, "gc", f"GC({self._id}) Concurrent cleanup{self._generation} {change} 0.000ms")

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._id += 1


@dataclass(slots=True)
class GenerationalShenandoahWriter(ShenandoahWriter):
    """Generational Shenandoah, whose cycles are told as those of the young generation."""

    _generation: str = " (Young)"
