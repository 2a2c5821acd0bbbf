"""Flags whose final value follows from what is not modelled: the processor, the operating system, the compilers.

Their defaults are only where the JVM starts from. Found by comparing the initial with the final value of every flag on
JDK 11, 17, 21 and 25; the patterns add the flags of the same kind that another processor would change.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PROCESSOR = re.compile(
    r"Use\w*(Intrinsic|Instruction|AVX|SSE|AES|SHA|CLMUL|BMI|Xmm|XMM|RTM|FMA|Stosb|Nop|Vector|Unaligned)\w*"
    r"|(Allocate)?Prefetch\w+|AVX3\w+|RTM\w+|UseNewLongLShift|UseIncDec|UseStoreImmI16|AlignVector|UseFPUForSpilling"
    r"|ArrayOperationPartialInlineSize|IntelJccErratumMitigation|UseCondCardMark|MaxVectorSize|OptoLoopAlignment|InteriorEntryAlignment"
)
_SYSTEM = frozenset(
    {
        "UseSharedSpaces",
        "UseAPX",
        "UseObjectMonitorTable",
        "SurvivorAlignmentInBytes",
        "UseOptoBiasInlining",
        "OptimizeFill",
    }
)


@lru_cache(maxsize=4096)
def is_unmodelled(name: str) -> bool:
    """Whether the default of this flag says nothing certain of its final value."""
    return name in _SYSTEM or bool(_PROCESSOR.fullmatch(name))
