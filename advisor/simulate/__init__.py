"""PROFILE + FLAGS + SEED -> OUTCOME: what a program's collections would be under other flags.

The model is loaded when it is first asked for: most advice needs only to know whether there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.simulate.modelled import supports

if TYPE_CHECKING:
    from advisor.simulate.predict import simulate, simulate_many, simulate_worlds, traced
    from advisor.simulate.whatif import compare

__all__ = ["compare", "simulate", "simulate_many", "simulate_worlds", "supports", "traced"]


def __getattr__(name: str) -> Any:
    if name == "compare":
        from advisor.simulate.whatif import compare

        return compare
    if name in ("simulate", "simulate_many", "simulate_worlds", "traced"):
        from advisor.simulate import predict

        return getattr(predict, name)
    raise AttributeError(f"module 'advisor.simulate' has no attribute {name!r}")
