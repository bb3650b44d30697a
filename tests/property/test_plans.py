"""A plan that advances by itself gives the floor of what its stages ask for, at every pass, and
passes from stage to stage to the millisecond. CPython only.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import events
from tests.property.test_exactness import check_books, check_every_pass
from tests.rigs.owed import Owed
from tests.rigs.recorded_pump import DAY_MS, MONDAY_S, BenchPump, made_pump_config

HOUR_MS = 3_600_000
NO_DRUG = {"conc_ng_per_ml": 0}
START = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, {"do": "start"})]


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
