"""Every contract case runs on every backend, with fresh raw ticks and 1 s before they wrap."""

import pytest

from hal.ticks import TICKS_PERIOD
from tests.contract.faked import BOARDS
from tests.contract.simulated import SimulatedBench

BACKENDS = {"simulator": SimulatedBench, **BOARDS}
RAW_STARTS = {"fresh": 0, "1 s before the wrap": TICKS_PERIOD - 1000}


@pytest.fixture(params=RAW_STARTS)
def raw_ms(request):
    return RAW_STARTS[request.param]


@pytest.fixture(params=BACKENDS)
def bench(request, raw_ms):
    """A machine at power-up, and hands to work on it: see SimulatedBench."""
    return BACKENDS[request.param](raw_ms)
