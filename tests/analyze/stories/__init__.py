"""A log for every check in which it must speak."""

from __future__ import annotations

from tests.analyze.stories.heap import late_log, shenandoah_log, stall_log, tight_log, z_log
from tests.analyze.stories.program import explicit_log
from tests.analyze.stories.register import STORIES, Story

__all__ = ["STORIES", "Story", "explicit_log", "late_log", "shenandoah_log", "stall_log", "tight_log", "z_log"]
