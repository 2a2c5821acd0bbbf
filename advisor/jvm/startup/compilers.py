"""Which compilers run, how many threads they have, when they compile.

Source: HotSpot compilerDefinitions.cpp and .inline.hpp, compilationPolicy.cpp; tieredThresholdPolicy.cpp (JDK 11).
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.catalog import catalog
from advisor.jvm.startup.state import FlagState
from advisor.jvm.startup.words import Modes
from advisor.model.quantities import KIB, MIB

C1_BUFFER = 576_716
"""A C1 thread's code buffer: 64 K words and a tenth for constants (c1_Compilation.hpp)."""
C2_BUFFER = {8: 5_568, 11: 5_568}
C2_BUFFER_LATER = 6_592
"""A C2 thread's first code buffer, by release (c2compiler.cpp)."""
LEAST_CODE_CACHE = 400 * KIB
"""CodeCacheMinimumUseSpace."""
_TIERED_CODE_CACHE = 240 * MIB
_LOGARITHMS = (
    "Tier0InvokeNotifyFreqLog", "Tier0BackedgeNotifyFreqLog", "Tier2InvokeNotifyFreqLog", "Tier2BackedgeNotifyFreqLog",
    "Tier3InvokeNotifyFreqLog", "Tier3BackedgeNotifyFreqLog", "Tier23InlineeNotifyFreqLog",
)  # fmt: skip
_THRESHOLDS = tuple(
    f"Tier{tier}{event}Threshold" for tier in (3, 4) for event in ("Invocation", "MinInvocation", "Compile", "BackEdge")
)
_LARGEST_THRESHOLD = {25: 2**31 - 1}
_LARGEST_LOG = {25: 30}
_LARGEST_COUNT = 2**30 - 1
"""CompileThreshold keeps its value where it would get larger than counters count (from 22 on)."""
_NO_MIDDLE = {"Invocation": 5000, "MinInvocation": 600, "Compile": 10000, "BackEdge": 15000}


@dataclass(frozen=True, slots=True)
class Compilers:
    """Who compiles: at most one of the first three holds; `profiling` is C1 with counters, alone or below C2."""

    interpreter_only: bool
    """No compiler runs, by mode or by tier."""
    c1_only: bool
    c2_only: bool
    profiling: bool
    needs_heaps: bool = True
    """Whether a divided code cache keeps room for compiled methods; only -Xint does without."""

    @property
    def tiered(self) -> bool:
        """Both compilers."""
        return not (self.interpreter_only or self.c1_only or self.c2_only)


def compilers(state: FlagState, modes: Modes) -> Compilers:
    """The compilers that mode, tiers and CompilationMode leave."""
    level, tiered = state.number("TieredStopAtLevel"), state.on("TieredCompilation")
    if state.jdk <= 11:
        c1_only = tiered and level < 4
        return Compilers(modes.interpreted, c1_only, not tiered, tiered and level > 1, not modes.interpreted)
    if modes.interpreted or level == 0:
        return Compilers(True, False, False, False, not modes.interpreted)
    mode = state.text("CompilationMode")
    c1_only = mode == "quick-only" or (tiered and 1 <= level < 4)
    c2_only = not c1_only and (mode == "high-only" or not tiered)
    simple = c1_only and (mode == "quick-only" or level == 1)
    return Compilers(False, c1_only, c2_only, not simple and not c2_only)


def check_interpreter(state: FlagState, modes: Modes) -> None:
    """Without a compiler, what serves compilers is off (check_args_consistency)."""
    if not (modes.interpreted or (state.jdk >= 17 and state.number("TieredStopAtLevel") == 0)):
        return
    for name in ("UseCompiler", "ProfileInterpreter", "TieredCompilation"):
        if state.on(name):
            state.ask(name, False)
    if state.jdk >= 21:
        state.assign("SegmentedCodeCache", False)


def check_loops(state: FlagState) -> None:
    """Counted loops poll if and only if they are strip-mined; checked before the collector up to 11, after it later."""
    polls, rounds = state.on("UseCountedLoopSafepoints"), state.number("LoopStripMiningIter")
    if polls and rounds == 0:
        state.assign("LoopStripMiningIter", 1)
    elif not polls and rounds > 0:
        state.assign("LoopStripMiningIter", 0)


def set_up_compilers(state: FlagState, modes: Modes) -> Compilers:
    """Thresholds and the size of the code cache (CompilerConfig::ergo_initialize)."""
    if state.on("NeverActAsServerClassMachine") and _mode_is_open(state):
        _emulate_client(state)
    who = compilers(state, modes)
    if state.jdk >= 17:
        _legacy_thresholds(state, who)
    if state.jdk <= 11 and who.interpreter_only:
        return who
    if who.tiered if state.jdk >= 17 else state.on("TieredCompilation"):
        _tiered_defaults(state, modes)
    if state.jdk >= 17 and who.c2_only:
        _no_middle_tiers(state)
    if state.on("TieredCompilation") or state.jdk >= 17:
        _scale_thresholds(state)
    _tune_inlining(state, who)
    _finish(state, who)
    return who


def _mode_is_open(state: FlagState) -> bool:
    names = ("TieredCompilation", "TieredStopAtLevel", "UseAOT", "CompilationMode", "EnableJVMCI", "UseJVMCICompiler")
    return all(state.is_default(name) for name in names)


def _emulate_client(state: FlagState) -> None:
    """The settings of the former client JVM (set_client_emulation_mode_flags)."""
    if state.jdk <= 11:
        state.decide("TieredCompilation", False)
    else:
        state.assign("CompilationMode", "quick-only")
    state.decide("ProfileInterpreter", False)
    for name in ("EnableJVMCI", "UseJVMCICompiler", "UseAOT"):
        state.decide(name, False)
    sizes = {
        "InitialCodeCacheSize": 160 * KIB, "ReservedCodeCacheSize": 32 * MIB, "NonProfiledCodeHeapSize": 27 * MIB,
        "ProfiledCodeHeapSize": 0, "NonNMethodCodeHeapSize": 5 * MIB, "CodeCacheExpansionSize": 32 * KIB,
        "CICompilerCount": 1,
    }  # fmt: skip
    if state.jdk <= 11:
        sizes |= {"MetaspaceSize": min(12 * MIB, state.number("MaxMetaspaceSize")), "CompileThreshold": 1500}
        sizes["OnStackReplacePercentage"] = 933
    for name, value in sizes.items():
        state.decide_default(name, value)
    state.assign_default("MaxRAM", 1024 * MIB)


def _tiered_defaults(state: FlagState, modes: Modes) -> None:
    state.assign_default("CompilationPolicyChoice", 2)
    if state.is_default("ReservedCodeCacheSize"):
        state.decide("ReservedCodeCacheSize", min(_TIERED_CODE_CACHE, state.number("ReservedCodeCacheSize") * 5))
    if state.number("ReservedCodeCacheSize") >= _TIERED_CODE_CACHE:
        state.decide_default("SegmentedCodeCache", True)
    if modes.compiled or (state.jdk <= 11 and not state.on("UseInterpreter")):
        for name in ("Tier3InvokeNotifyFreqLog", "Tier4InvocationThreshold"):
            if state.jdk <= 11:
                state.assign(name, 0)
            elif state.is_default(name):
                state.ask(name, 0)


def _legacy_thresholds(state: FlagState, who: Compilers) -> None:
    """CompileThreshold and its like, for a single compiler, become thresholds of its tiers."""
    legacy = ("CompileThreshold", "OnStackReplacePercentage", "InterpreterProfilePercentage")
    if (who.c1_only or who.c2_only) and any(not state.is_default(name) for name in legacy):
        _emulate_legacy(state, who)
    scale, threshold = state.real("CompileThresholdScaling"), state.number("CompileThreshold")
    if not state.is_default("CompileThresholdScaling") and scale > 0 and threshold > 0:
        scaled = _scaled(state, threshold, scale)
        if state.jdk < 25 or scaled <= _LARGEST_COUNT:
            _decide_in_range(state, "CompileThreshold", scaled)


def _emulate_legacy(state: FlagState, who: Compilers) -> None:
    threshold, profiled = state.number("CompileThreshold"), state.number("InterpreterProfilePercentage")
    replaced = threshold * state.number("OnStackReplacePercentage") // 100
    notify = threshold if who.c1_only else threshold * profiled // 100
    notify_loop = replaced if who.c1_only else replaced * profiled // 100
    for name, least, value in (("Invoke", 0, notify), ("Backedge", 10, notify_loop)):
        log = max(value.bit_length() - 1, 0)
        if state.number(f"Tier0{name}NotifyFreqLog") > log:
            state.decide(f"Tier0{name}NotifyFreqLog", max(least, log))
    for tier in (3, 4) if who.c2_only else (3,):
        for event in ("Invocation", "MinInvocation", "Compile"):
            state.decide(f"Tier{tier}{event}Threshold", threshold)
        state.decide(f"Tier{tier}BackEdgeThreshold", replaced)
    if who.c2_only:
        state.decide("Tier0ProfilingStartPercentage", profiled)


def _no_middle_tiers(state: FlagState) -> None:
    """C2 alone: the interpreter profiles, and the tiers below share C2's thresholds."""
    state.assign_default("Tier0ProfilingStartPercentage", 33)
    for event, threshold in _NO_MIDDLE.items():
        state.assign_default(f"Tier4{event}Threshold", threshold)
    for event in _NO_MIDDLE:
        state.assign_default(f"Tier3{event}Threshold", state.number(f"Tier4{event}Threshold"))


def _scaled(state: FlagState, threshold: int, scale: float) -> int:
    if scale == 1.0 or scale < 0:
        return threshold
    return int(min(threshold * scale, _LARGEST_THRESHOLD.get(state.jdk, 2**63 - 1)))


def _scaled_log(state: FlagState, log: int, scale: float) -> int:
    if scale == 1.0 or scale < 0:
        return log
    scaled = _scaled(state, 1 << log, scale) if log else 0
    return min(scaled.bit_length() - 1, _LARGEST_LOG.get(state.jdk, 31)) if scaled else 0


def _decide_in_range(state: FlagState, name: str, value: int) -> None:
    """Ergonomics too is held to a flag's range: what is outside of it changes nothing."""
    info = catalog(state.jdk).flag(name)
    if info is not None and (info.high is None or value <= info.high):
        state.decide(name, value)


def _scale_thresholds(state: FlagState) -> None:
    scale = state.real("CompileThresholdScaling")
    if state.is_default("CompileThresholdScaling") or scale <= 0:
        return
    for name in _LOGARITHMS:
        _decide_in_range(state, name, _scaled_log(state, state.number(name), scale))
    for name in _THRESHOLDS:
        _decide_in_range(state, name, _scaled(state, state.number(name), scale))


def _tune_inlining(state: FlagState, who: Compilers) -> None:
    if state.jdk <= 11:
        if state.on("TieredCompilation"):
            state.assign_default("InlineSmallCode", 2000)
        return
    if state.number("TieredStopAtLevel") == 4 and not who.c1_only:
        state.assign_default("C1InlineStackLimit", 5)
    if who.tiered and not who.c1_only:
        state.assign_default("InlineSmallCode", 2500)


def _finish(state: FlagState, who: Compilers) -> None:
    """The rest of ergo_initialize."""
    cache = state.number("ReservedCodeCacheSize")
    if (
        state.jdk <= 17
        and state.is_default("SweeperThreshold")
        and state.real("SweeperThreshold") * cache / 100 > 1.2 * MIB
    ):
        state.decide("SweeperThreshold", 1.2 * MIB * 100 / cache)
    if state.on("UseOnStackReplacement") and not state.on("UseLoopCounter"):
        state.assign("UseLoopCounter", True)
    if state.jdk >= 17 and state.on("ProfileInterpreter") and who.c1_only and not who.profiling:
        state.ask("ProfileInterpreter", False)
    if not state.on("EliminateLocks"):
        state.assign("EliminateNestedLocks", False)
    if not state.on("Inline") or not state.on("IncrementalInline"):
        for name in ("IncrementalInline", "IncrementalInlineMH", "IncrementalInlineVirtual"):
            state.assign(name, False)
    if not state.on("UseTypeSpeculation"):
        state.assign_default("TypeProfileLevel", 0)
    state.assign_default("LoopStripMiningIterShortLoop", state.number("LoopStripMiningIter") // 10)


def count_compilers(state: FlagState, who: Compilers, cpus: int) -> tuple[int, int]:
    """Threads of C1 and of C2 (CompilationPolicy::initialize)."""
    if who.interpreter_only:
        if state.jdk >= 25:
            state.decide("CICompilerCount", 0)
        return 0, 0
    if state.jdk <= 11 and not state.on("TieredCompilation"):
        return _count_untiered(state, cpus)
    if state.is_default("CICompilerCountPerCPU") and state.is_default("CICompilerCount"):
        state.assign("CICompilerCountPerCPU", True)
    if state.on("CICompilerCountPerCPU"):
        state.decide("CICompilerCount", _compilers_for(state, who, cpus))
    count = state.number("CICompilerCount")
    if who.c1_only:
        return count, 0
    if who.c2_only:
        return 0, count
    first = max(count // 3, 1)
    return first, max(count - first, 1)


def _compilers_for(state: FlagState, who: Compilers, cpus: int) -> int:
    """About log n * log log n threads, as many as have room for their buffers."""
    log = cpus.bit_length() - 1
    single = who.c1_only or who.c2_only
    least = 1 if single and state.jdk >= 25 else 2
    count = max(log * (max(log, 1).bit_length() - 1) * 3 // 2, least)
    second = C2_BUFFER.get(state.jdk, C2_BUFFER_LATER)
    buffer = C1_BUFFER // 3 + 2 * second // 3
    if single:
        buffer = C1_BUFFER if who.c1_only else second
    most = (state.number("ReservedCodeCacheSize") - LEAST_CODE_CACHE) // buffer
    return max(most, 1 if single else 2) if count > most else count


def _count_untiered(state: FlagState, cpus: int) -> tuple[int, int]:
    if state.on("CICompilerCountPerCPU"):
        state.decide("CICompilerCount", max(cpus.bit_length() - 2, 1))
    return 0, state.number("CICompilerCount")
