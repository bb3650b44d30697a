"""A plan that advances by itself gives the floor of what its stages ask for, at every pass, and
passes from stage to stage to the millisecond; a bit that flips in it brings no other dose. CPython
only.
"""

import random
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import events
from tests.property.test_exactness import check_books, check_every_pass
from tests.rigs.flips import BITS, numbers_of
from tests.rigs.owed import Owed
from tests.rigs.recorded_pump import DAY_MS, MONDAY_S, BenchPump, made_pump_config

HOUR_MS = 3_600_000
NO_DRUG = {"conc_ng_per_ml": 0}
START = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, {"do": "start"})]
FLIPS = 12


@st.composite
def plans(draw):
    """Stages of one day, each within the limits of the one before."""
    rate, stages = draw(st.integers(10**6, 10**9)), []
    for _ in range(draw(st.integers(1, 4))):
        program = {"mode": "continuous", "rate_pl_per_day": rate}
        if draw(st.booleans()):  # the same in a day, and uneven within it
            uneven = draw(st.integers(0, rate))
            program = {"mode": "flex", "safe_rate_pl_per_day": rate}
            program["steps"] = [[0, rate + uneven], [12 * 3600, rate - uneven]]
        stages.append({"days": 1, "program": program})
        rate = draw(st.integers(-(-rate * 80 // 100), rate * 115 // 100))
    return {"mode": "plan", "advance": "auto", "origin": "cerebral", "stages": stages}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(plans(), st.integers(10**6, 10**8), st.integers(200, 12_800), st.data())
def test_each_stage_gives_the_floor_of_its_demand_at_every_pass(plan, per_rev, steps, data):
    days = len(plan["stages"])
    commands = list(START)
    for _ in range(data.draw(st.integers(0, 2))):
        # Short enough that the day counts; not over a day's end, where the pump has to infuse
        at_ms = data.draw(st.integers(0, days - 1)) * DAY_MS
        at_ms += data.draw(st.integers(HOUR_MS, DAY_MS - 2 * HOUR_MS))
        commands += [(at_ms, {"do": "stop"}), (at_ms + 1_800_000, {"do": "start"})]
    commands.sort(key=lambda command: command[0])
    config = made_pump_config(per_rev, steps, program=plan, drug=NO_DRUG)
    bench = BenchPump(config, commands, days * DAY_MS - 1).run()
    begun = [event.at_ms for event in bench.events(events.PLAN_STAGE)]
    assert begun == [day * DAY_MS for day in range(days)]
    check_books(bench)
    check_every_pass(bench, Owed(bench))


def flipped(seed):
    """What a plan of two days gave with a bit of its numbers flipped: (place, the events of the
    stages that began).
    """
    chance = random.Random(f"plan {seed}")
    stages = [
        {"days": 1, "program": {"mode": "continuous", "rate_pl_per_day": rate}}
        for rate in (10**8, 115 * 10**6)
    ]
    plan = {"mode": "plan", "advance": "auto", "origin": "cerebral", "stages": stages}
    config = made_pump_config(program=plan, drug=NO_DRUG)
    bench = BenchPump(config, START, 3 * DAY_MS)
    found = []

    def flip(at_ms, argument):
        own = dict(vars(bench.pump.plan), _demand=None, _ledger=None)
        fields = sorted({place.field() for place in numbers_of(SimpleNamespace(**own))})
        field = chance.choice(fields)
        parts = SimpleNamespace(plan=bench.pump.plan)
        (*_, place) = [p for p in numbers_of(parts) if p.field() == "plan." + field]
        found.append(place.path)
        place.flip(chance.randrange(BITS))

    bench.world.at(chance.randrange(HOUR_MS, DAY_MS), flip)
    bench.run(look=False)
    return found, bench.events(events.PLAN_STAGE)


# trace: critical values
def test_whatever_bit_of_a_plan_flips_no_stage_comes_early_and_none_has_another_dose():
    for seed in range(FLIPS):
        found, begun = flipped(seed)
        doses = [event.b for event in begun]
        assert doses in ([10**8], [10**8, 115 * 10**6]), (seed, found, doses)
        assert all(event.at_ms >= DAY_MS for event in begun[1:]), (seed, found)
