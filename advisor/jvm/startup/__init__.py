"""A JVM's own handling of its flags between reading the command line and running, step by step in its order.

Each step reads and writes a `FlagState`, as HotSpot's own functions do with their flags: that a flag was given, was
changed by ergonomics or still has its default decides what later steps make of it. Followed are the sources of JDK 11,
17, 21 and 25 (files are named in each module) and checked on those JVMs; JDK 8 follows 11 where nothing else is known.
"""

from __future__ import annotations

from advisor.jvm.startup.sequence import Started, start
from advisor.jvm.startup.state import FlagState, Origin

__all__ = ["FlagState", "Origin", "Started", "start"]
