"""A patient's bolus that is granted never lowers the basal of the next 24 h, whatever the program,
the caps and what was given before (S6). The pump itself is the oracle: it says when a cap lowers a
rate.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.guard import gate
from tests.rigs.pump import UL, Bench

DAY_MS = 86_400_000
MOST_UL = 3000  # of a program a day: 6 mg


@st.composite
def programs(draw):
    rates = st.integers(0, MOST_UL).map(lambda ul: ul * UL)
    if draw(st.booleans()):
        return {"mode": "continuous", "rate_pl_per_day": draw(rates)}
    starts = draw(st.lists(st.integers(0, 86_399), min_size=1, max_size=5, unique=True))
    steps = [[start_s, draw(rates)] for start_s in sorted(starts)]
    return {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": steps}


def most_of(program):
    """The most of a day, ng, and of an hour, at 2 mg/mL."""
    rates = [program.get("rate_pl_per_day", 0)] + [rate for _, rate in program.get("steps", ())]
    return max(rates) * 2 // 1000


# trace: S6.2
@settings(max_examples=60)
@given(
    programs(),
    st.integers(1_000, 200_000),
    st.sampled_from([600_000, 3 * 3_600_000]),
    st.integers(50, 400),
    st.integers(50, 400),
    st.lists(st.integers(0, DAY_MS // 60_000), min_size=1, max_size=6),
)
def test_no_cap_lowers_the_basal_within_24_h_of_a_granted_bolus(
    program, dose_ng, duration_ms, hour_percent, day_percent, minutes
):
    most_ng = most_of(program) + dose_ng
    bench = Bench(
        program=program,
        limits={
            "max_dose_1h_ng": dose_ng + most_ng * hour_percent // 2400,
            "max_dose_24h_ng": dose_ng + most_ng * day_percent // 100,
            "stopped_limit_s": 30 * 86_400,
        },
        reservoir={"capacity_pl": 10**12, "fill_pl": 10**12},
        patient_bolus={"dose_ng": dose_ng, "duration_ms": duration_ms, "per_day": 48},
    )
    for at in sorted(minutes):
        bench.run_for(ms=max(0, at * 60_000 - bench.now_ms()))
        bench.send("patient_bolus")
    bench.run_for(days=1)
    starts = [event.at_ms for event in bench.events("PATIENT_ACCEPTED")]
    lowered = [event.at_ms for event in bench.events("RATE") if gate.is_dose_cap(event.c)]
    for start_ms in starts:
        assert [at_ms for at_ms in lowered if start_ms <= at_ms <= start_ms + DAY_MS] == []
