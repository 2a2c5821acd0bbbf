"""Options in their order -> the flags they set, with what some of them set besides.

Source: HotSpot arguments.cpp: parse_each_vm_init_arg, set_mode_flags, finalize_vm_init_args, set_aggressive_heap_flags.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.catalog import catalog
from advisor.jvm.commandline import FlagValue, option_values
from advisor.jvm.startup.state import FlagState, Origin, defaults
from advisor.model.flags import FlagSet, Option, OptionKind
from advisor.model.quantities import KIB, MIB

OLDEST_AGE = 15
"""Ages are counted in four bits of an object's header."""
INTERPRETED: Mapping[str, bool] = {
    "UseInterpreter": True,
    "UseCompiler": False,
    "UseLoopCounter": False,
    "AlwaysCompileLoopMethods": False,
    "UseOnStackReplacement": False,
}
COMPILED: Mapping[str, bool] = {"UseInterpreter": False, "BackgroundCompilation": False, "ClipInlining": False}
_OF_MODES = tuple(dict.fromkeys((*INTERPRETED, *COMPILED)))
_AGGRESSIVE: Mapping[str, FlagValue] = {
    "ResizeTLAB": False,
    "TLABSize": 256 * KIB,
    "YoungPLABSize": 256 * KIB,
    "OldPLABSize": 8 * KIB,
    "UseParallelGC": True,
    "ThresholdTolerance": 100,
    "ScavengeBeforeFullGC": False,
    "BindGCTaskThreadsToCPUs": True,
}
_OTHER_STREAM = {
    "ErrorFileToStdout": "ErrorFileToStderr", "ErrorFileToStderr": "ErrorFileToStdout",
    "DisplayVMOutputToStdout": "DisplayVMOutputToStderr", "DisplayVMOutputToStderr": "DisplayVMOutputToStdout",
}  # fmt: skip
_DTRACE = ("DTraceMethodProbes", "DTraceAllocProbes", "DTraceMonitorProbes")


class Modes:
    """Which of -Xint, -Xmixed and -Xcomp is in force, and what their flags were before any."""

    __slots__ = ("compiled", "interpreted")

    def __init__(self) -> None:
        self.interpreted = False
        self.compiled = False

    def choose(self, state: FlagState, mode: str) -> None:
        """As -X`mode` does: flags of the other modes go back to their defaults first."""
        plain = defaults(state.jdk)
        for name in _OF_MODES:
            state.assign(name, plain.get(name, 0) if name not in ("UseInterpreter", "UseLoopCounter") else True)
        for name, value in {"int": INTERPRETED, "comp": COMPILED}.get(mode, {}).items():
            state.assign(name, value)
        self.interpreted, self.compiled = mode == "int", mode == "comp"


def read_options(state: FlagState, options: FlagSet) -> Modes:
    """Sets what the options set; those that the JVM would refuse are left out."""
    modes = Modes()
    for option in options:
        if option.kind is OptionKind.X:
            _read_x(state, modes, option)
        elif option.sets_flag:
            _read_flag(state, option, option.origin)
    return modes


def _read_x(state: FlagState, modes: Modes, option: Option) -> None:
    if option.text in ("-Xint", "-Xmixed", "-Xcomp"):
        modes.choose(state, option.text[2:])
    elif option.name == "-Xshare" and option.value == "off":
        state.ask("UseSharedSpaces", False)


def _read_flag(state: FlagState, option: Option, origin: Origin) -> None:
    try:
        values = option_values(option, state.jdk)
    except ValueError:
        return
    release = catalog(state.jdk)
    for name, value in values.items():
        info = release.flag(name)
        if info is None or not info.allows(value):
            continue
        state.ask(name, value, origin)
        _ages(state, name, value, origin)
    if option.name in _OTHER_STREAM and option.value is True:
        state.ask(_OTHER_STREAM[option.name], False, origin)
    if option.text.startswith("-Xms"):
        state.ask("MinHeapSize", state.number("InitialHeapSize"), origin)


def _ages(state: FlagState, name: str, value: FlagValue, origin: Origin) -> None:
    """MaxTenuringThreshold, AlwaysTenure and NeverTenure set one another; the last one wins."""
    if name == "MaxTenuringThreshold":
        state.ask("NeverTenure", False, origin)
        state.ask("AlwaysTenure", value == 0, origin)
    elif name in ("AlwaysTenure", "NeverTenure") and value is True:
        state.ask("AlwaysTenure", name == "AlwaysTenure", origin)
        state.ask("NeverTenure", name == "NeverTenure", origin)
        state.ask("MaxTenuringThreshold", 0 if name == "AlwaysTenure" else OLDEST_AGE + 1, origin)


def finish_options(state: FlagState, modes: Modes, memory: int) -> None:
    """What follows from all options together, before the JVM looks at the machine."""
    if state.on("AggressiveHeap"):
        _aggressive_heap(state, memory)
    if _never_compiles(state):
        modes.choose(state, "int")
    oldest = state.number("MaxTenuringThreshold")
    if state.number("InitialTenuringThreshold") > oldest:
        state.decide_default("InitialTenuringThreshold", oldest)
    _switch_off_the_useless(state)
    if state.on("ExtendedDTraceProbes"):
        for name in _DTRACE:
            state.ask(name, True)


def _never_compiles(state: FlagState) -> bool:
    """Thresholds that come to the same as -Xint."""
    if not state.is_default("CompileThresholdScaling") and state.real("CompileThresholdScaling") == 0.0:
        return True
    zero = not state.is_default("CompileThreshold") and state.number("CompileThreshold") == 0
    return state.jdk >= 25 and zero and not state.on("TieredCompilation")


def _switch_off_the_useless(state: FlagState) -> None:
    """What has no effect without something else that is off."""
    if state.on("PrintNMTStatistics") and state.text("NativeMemoryTracking") in ("", "off"):
        state.assign("PrintNMTStatistics", False)
    if not state.on("RewriteBytecodes"):
        state.assign("RewriteFrequentPairs", False)
    if state.on("UseHeavyMonitors"):
        state.assign("UseBiasedLocking", False)
    if state.on("EagerJVMCI") and not state.on("EnableJVMCI"):
        state.assign("EagerJVMCI", False)


def _aggressive_heap(state: FlagState, memory: int) -> None:
    size = min(memory // 2, memory - 160 * MIB)
    if state.is_default("MaxHeapSize"):
        for name in ("MaxHeapSize", "InitialHeapSize", "MinHeapSize"):
            state.ask(name, size)
    if state.is_default("NewSize"):
        young = state.number("MaxHeapSize") // 8 * 3
        state.ask("NewSize", young)
        state.ask("MaxNewSize", young)
    state.assign("UseLargePages", True)
    state.ask("BaseFootPrintEstimate", state.number("MaxHeapSize"))
    for name, value in _AGGRESSIVE.items():
        state.ask(name, value)
