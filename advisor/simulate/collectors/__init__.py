"""The collectors that can be simulated: one module each, listed here."""

from __future__ import annotations

from advisor.simulate.collectors.cms import Cms
from advisor.simulate.collectors.g1 import G1
from advisor.simulate.collectors.parallel import Parallel
from advisor.simulate.collectors.serial import Serial
from advisor.simulate.collectors.shenandoah import Shenandoah
from advisor.simulate.collectors.shenandoah_generational import ShenandoahGenerational
from advisor.simulate.collectors.zgc import Zgc
from advisor.simulate.collectors.zgc_generational import ZgcGenerational
from advisor.simulate.protocol import CollectorModel

COLLECTORS: tuple[type[CollectorModel], ...] = (
    Serial,
    Parallel,
    Cms,
    G1,
    Zgc,
    ZgcGenerational,
    Shenandoah,
    ShenandoahGenerational,
)
