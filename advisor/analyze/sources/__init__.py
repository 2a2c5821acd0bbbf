"""Names on the command line -> lines of text, in bounded memory.

A name is a file, a folder, a pattern, an archive, a member of an archive (`logs.zip/gc.log.0`) or `-` for standard
input. Gzip, zip and the encoding are told by the first bytes, rotated parts are put in order, and copies are read once.
"""

from __future__ import annotations

from advisor.analyze.sources.order import Opened, groups, opened_in_order
from advisor.analyze.sources.source import BLOCK, MAX_LINE, Source

__all__ = ["BLOCK", "MAX_LINE", "Opened", "Source", "groups", "opened_in_order"]
