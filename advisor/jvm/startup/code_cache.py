"""How the code cache is divided.

Source: HotSpot codeCache.cpp, CodeCache::initialize_heaps, of 11 to 21 and, differently, of 25.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import align_down, align_up
from advisor.jvm.startup.compilers import C1_BUFFER, C2_BUFFER, C2_BUFFER_LATER, LEAST_CODE_CACHE, Compilers
from advisor.jvm.startup.platform import LARGE_PAGE, PAGE
from advisor.jvm.startup.state import FlagState

_INTERNAL, _PROFILED, _PLAIN = "NonNMethodCodeHeapSize", "ProfiledCodeHeapSize", "NonProfiledCodeHeapSize"


def divide(state: FlagState, who: Compilers, threads: tuple[int, int]) -> None:
    """The sizes of the three heaps of a segmented cache; nothing to speak of for a cache in one piece."""
    if not state.on("SegmentedCodeCache"):
        _in_one_piece(state)
        return
    buffers = threads[0] * C1_BUFFER + threads[1] * C2_BUFFER.get(state.jdk, C2_BUFFER_LATER)
    sizes = _divide_25(state, who, buffers) if state.jdk >= 25 else _divide_11(state, who, buffers)
    for name, size in zip((_INTERNAL, _PROFILED, _PLAIN), sizes, strict=True):
        state.decide(name, size)
    if max(sizes[1:]) <= PAGE and who.profiling:
        state.note("code heap full")
    if sizes[0] < align_down(LEAST_CODE_CACHE + (buffers if state.jdk >= 25 else 0), PAGE):
        state.note("code heap too small")


def _in_one_piece(state: FlagState) -> None:
    if state.jdk >= 21:
        state.decide(_INTERNAL, PAGE)
    for name in (_PROFILED, _PLAIN):
        state.decide(name, 0)


def _divide_11(state: FlagState, who: Compilers, buffers: int) -> tuple[int, int, int]:
    asked = [state.is_asked(name) for name in (_INTERNAL, _PROFILED, _PLAIN)]
    internal, profiled, plain = (state.number(name) for name in (_INTERNAL, _PROFILED, _PLAIN))
    internal += 0 if asked[0] else buffers
    cache = state.number("ReservedCodeCacheSize")
    if not any(asked):
        internal, profiled, plain = _halves(cache, internal)
    elif not all(asked):
        internal, profiled, plain = _fill(cache, (internal, profiled, plain), asked)
    if not who.needs_heaps:
        return internal + profiled + plain, 0, 0
    return (internal, profiled, plain) if who.profiling else (internal, 0, plain + profiled)


def _halves(cache: int, internal: int) -> tuple[int, int, int]:
    if cache <= internal:
        return cache - 2 * PAGE, PAGE, PAGE
    profiled = (cache - internal) // 2
    return internal, profiled, cache - internal - profiled


def _fill(cache: int, sizes: tuple[int, int, int], asked: list[bool]) -> tuple[int, int, int]:
    """Heaps that nobody asked for take or give what the others leave: plain and profiled first, then the internal."""
    internal, profiled, plain = sizes
    rest = cache - sum(sizes)
    if asked[2]:
        if not asked[1]:
            profiled, rest = _absorb(profiled, rest)
    elif asked[1]:
        plain, rest = _absorb(plain, rest)
    elif asked[0]:
        profiled = (cache - internal) // 2
        return internal, profiled, cache - internal - profiled
    return internal + rest, profiled, plain


def _absorb(size: int, rest: int) -> tuple[int, int]:
    """(new size, what it could not take up)."""
    if rest < 0 and size + rest <= 0:
        return PAGE, rest + size - PAGE
    return size + rest, 0


def _unset(available: int, used: int, least: int) -> int:
    return available - used if available > used + least else least


def _divide_25(state: FlagState, who: Compilers, buffers: int) -> tuple[int, int, int]:
    set_internal, set_profiled, set_plain = (state.is_asked(name) for name in (_INTERNAL, _PROFILED, _PLAIN))
    internal, profiled, plain = (state.number(name) for name in (_INTERNAL, _PROFILED, _PLAIN))
    page = LARGE_PAGE if state.on("UseLargePages") and state.number("ReservedCodeCacheSize") >= 8 * LARGE_PAGE else PAGE
    cache = align_up(state.number("ReservedCodeCacheSize"), page)
    if not who.profiling:
        plain, profiled, set_profiled = plain + profiled, 0, True
    internal += 0 if set_internal else buffers
    if not set_profiled and not set_plain:
        plain = profiled = (cache - internal) // 2 if cache > internal + 2 * page else page
    elif set_profiled and not set_plain:
        plain = _unset(cache, internal + profiled, page)
    elif set_plain and not set_profiled:
        profiled = _unset(cache, internal + plain, page)
    elif not set_internal:
        internal = _unset(cache, profiled + plain, LEAST_CODE_CACHE + buffers)
    if not state.is_asked("ReservedCodeCacheSize"):
        cache = internal + profiled + plain
    elif internal + profiled + plain > cache:
        state.note("code heaps over code cache")
    state.decide("ReservedCodeCacheSize", cache)
    return _align(internal, profiled, cache, page)


def _align(internal: int, profiled: int, cache: int, page: int) -> tuple[int, int, int]:
    """Whole pages; the rest of the cache is the plain heap's."""
    internal, profiled = align_down(internal, page), align_down(profiled, page)
    return internal, profiled, align_down(cache, page) - internal - profiled
