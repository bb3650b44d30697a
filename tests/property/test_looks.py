"""A board looks every 4 s, in each state. The simulated machine leaves looks out that can find
nothing, and the pump does the same to the byte. A line that is shut or leaks is left out here: its
pressure is integrated in steps of the waits.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import events
from hal.contract import WATCH_PERIOD_MS
from tests.rigs.config import UL
from tests.rigs.recorded_pump import BenchPump, BenchWorld, made_pump_config

DURATION_MS = 3 * 3_600_000
AT = st.integers(0, DURATION_MS - 1)
LASTS = st.one_of(st.integers(1, 9_000), st.integers(1, DURATION_MS))


class BoardlikeWorld(BenchWorld):
    """Leaves no look out."""

    def _must_look(self):
        return True

    def _judge(self):
        super()._judge()
        self._unseen_ms = 0


def _fault(kind, **keys):
    return st.tuples(AT, st.fixed_dictionaries(dict(keys, kind=st.just(kind))))


FAULTS = st.one_of(
    _fault("stall", lasts_ms=LASTS),
    _fault("step_loss", by_ppt=st.sampled_from([100, 333, 450, 700]), lasts_ms=LASTS),
    _fault("encoder_dead", lasts_ms=LASTS),
    _fault("free_flow", rate_pl_per_day=st.sampled_from([100 * UL, 20_000 * UL]), lasts_ms=LASTS),
    _fault("turned", steps=st.sampled_from([1, 12, 60, 4000])),
    _fault("driver_reset"),
    _fault("clock_lost"),
    _fault("supply_dip", to_mv=st.sampled_from([2000, 4499, 4550]), lasts_ms=LASTS),
    _fault("slow_crystal", by_ppb=st.integers(0, 50_000)),
)
COMMANDS = st.tuples(
    AT, st.sampled_from([{"do": do} for do in ("start", "stop", "reset_fault", "acknowledge")])
)
RATES = st.sampled_from([0, 20 * UL, 500 * UL, 5000 * UL])


def _in_time(entries):
    return sorted(entries, key=lambda entry: entry[0])


def _run(rate, commands, faults, safe_state, boardlike):
    config = made_pump_config(
        program={"mode": "continuous", "rate_pl_per_day": rate},
        head={"safe_state": safe_state},
        limits={
            "max_rate_pl_per_day": 24_000 * UL,
            "program_max_rate_pl_per_day": 24_000 * UL,
            "supply_min_mv": 4500,
            "stopped_limit_s": 1800,
        },
    )
    pump = BenchPump(
        config, [(0, {"do": "start"})] + _in_time(commands), DURATION_MS, _in_time(faults)
    )
    if boardlike:
        pump.world.__class__ = BoardlikeWorld
    return pump.run(look=False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    RATES,
    st.lists(COMMANDS, max_size=8),
    st.lists(FAULTS, max_size=5),
    st.sampled_from(["hold", "off"]),
)
def test_a_look_that_is_left_out_would_have_found_nothing(rate, commands, faults, safe_state):
    sparing, boardlike = [
        _run(rate, commands, faults, safe_state, boardlike) for boardlike in (False, True)
    ]
    assert sparing.heard == boardlike.heard
    assert sparing.world.passes == boardlike.world.passes
    assert sparing.emitted() == boardlike.emitted()


def test_at_rest_the_simulated_machine_leaves_most_looks_out():
    looked = []
    pump = BenchPump(made_pump_config(), [(0, {"do": "stop"})], DURATION_MS)
    watch = pump.pump.safety.watch
    pump.pump.safety.watch = lambda: looked.append(1) or watch()
    pump.run(look=False)
    assert len(looked) < 60 < DURATION_MS // WATCH_PERIOD_MS
    assert not pump.events(events.ALARM_RAISED)
