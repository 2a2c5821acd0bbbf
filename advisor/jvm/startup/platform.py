"""What the JVM finds on the machine, and what it gives up because the machine has it not.

Source: HotSpot os.cpp, os_linux.cpp. No machine is known to have pages set apart as large ones or several memory nodes:
asked for, they are given up, as on any machine that was not prepared for them. Transparent large pages are there, to be
had on request (`madvise`), as Linux comes.
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.startup.state import FlagState
from advisor.model.quantities import KIB, MIB

PAGE = 4 * KIB
LARGE_PAGE = 2 * MIB
SERVER_MEMORY = 1792 * MIB
"""2 GB less 256 MB: below it, or with one processor, no machine is a server (os.cpp, is_server_class_machine)."""


@dataclass(frozen=True, slots=True)
class Host:
    """Processors as `availableProcessors` counts them, and memory of machine or container in bytes."""

    cpus: int
    memory: int


def is_server_size(cpus: int, memory: int) -> bool:
    """Whether processors and memory are those of a server."""
    return cpus >= 2 and memory >= SERVER_MEMORY


def is_server(state: FlagState, host: Host) -> bool:
    """Whether the machine counts as a server, by its size or because an option says so."""
    if state.on("NeverActAsServerClassMachine"):
        return False
    return state.on("AlwaysActAsServerClassMachine") or is_server_size(host.cpus, host.memory)


def settle_pages(state: FlagState) -> None:
    """Which pages the heap will have (os::large_page_init), and how stacks are kept from large ones."""
    state.decide("THPStackMitigation", False)
    if state.on("UseTransparentHugePages"):
        state.assign_default("UseLargePages", True)
    elif state.on("UseLargePages") and state.jdk <= 11:
        state.assign_default("UseSHM", True)  # tried only when memory is reserved; ordinary pages serve where it fails
    else:
        for name in ("UseLargePages", "UseHugeTLBFS", "UseSHM"):
            state.assign(name, False)


def page_size(state: FlagState) -> int:
    """The page that a heap is made of; known after `settle_pages`."""
    return LARGE_PAGE if state.on("UseLargePages") else PAGE


def settle_nodes(state: FlagState) -> None:
    """One memory node: nothing to spread over (os::init_2)."""
    if state.jdk >= 25:
        if state.on("UseNUMA") or state.on("UseNUMAInterleaving"):
            state.decide("UseNUMA", False)
            state.decide("UseNUMAInterleaving", False)
    elif state.on("UseNUMA"):
        state.assign("UseNUMA", False)
