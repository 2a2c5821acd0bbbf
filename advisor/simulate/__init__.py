"""PROFILE + FLAGS + SEED -> OUTCOME: what a program's collections would be under other flags."""

from __future__ import annotations

from advisor.simulate.compare import compare
from advisor.simulate.predict import simulate, simulate_many, supports

__all__ = ["compare", "simulate", "simulate_many", "supports"]
