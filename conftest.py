"""How Hypothesis draws in each target, the mark of the tests of the whole pump, and Ctrl-C (CPython
only).

make test              profile `test`: the same examples each time: a verdict does not change
make test-quick        profile `quick`: the same, and a fifth of them
make fuzz-properties   profile `fuzz`: fresh seeds, and five times as many
"""

import gc
import signal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

EXAMPLES_OF = {"quick": Fraction(1, 5), "fuzz": Fraction(5)}  # times what a test asks for
SETTINGS = "_hypothesis_internal_use_settings"  # where Hypothesis keeps what @settings said
WHOLE_PUMP = "tests/property/"

# A busy machine is slow: neither a deadline nor the health check that counts seconds may judge.
CLOCKLESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("test", derandomize=True, **CLOCKLESS)
settings.register_profile("quick", derandomize=True, **CLOCKLESS)
settings.register_profile("fuzz", derandomize=False, print_blob=True, **CLOCKLESS)
settings.load_profile("test")

# Who is started in the background, as by `make test &` in a script, ignores Ctrl-C, and all that it
# starts ignores it too: the tests that end a program by Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Thousands of tests are made and none is thrown away: the collector looks in vain."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(config, items):
    times = EXAMPLES_OF.get(config.getoption("hypothesis_profile", None))
    for item in items:
        if item.nodeid.startswith(WHOLE_PUMP):
            item.add_marker(pytest.mark.property)
        if times and is_hypothesis_test(getattr(item, "obj", None)):
            draw_more_or_fewer(item.obj, times)


def pytest_collection_finish():
    """The pump collects garbage at each power-up; let it not go through thousands of tests then."""
    gc.collect()
    gc.freeze()


def draw_more_or_fewer(test, times):
    """Scale the examples of a property. A parametrized one comes once for each of its rows, and is
    scaled once.
    """
    if not hasattr(test, "examples_are_scaled"):
        own = getattr(test, SETTINGS)
        setattr(test, SETTINGS, settings(own, max_examples=max(1, int(times * own.max_examples))))
        test.examples_are_scaled = True
