"""Power cuts at the worst instants, with the volumes of the monitor that follow from the other
limits: whatever the head, the rate, the caps and the sensor, they alone are no over-delivery.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.least_volumes import CUTS_1H
from tests.rigs.pump import Bench

MINUTE_MS, DAY_MS = 60_000, 86_400_000
MOST_HZ, MOST_RATE = 50, 240 * 10**9  # faster ones take long, or burst the line
CONC_NG_PER_ML = 10**6  # a pL is a thousandth of a ng
MANY_PL = 10**15

heads = st.tuples(st.integers(10**6, 10**8), st.sampled_from([10, 200, 3200, 25_600]))
# in millionths of the highest rate, of five minutes at it, and of an hour at it
parts = st.integers(10, 10**6)
caps = st.one_of(st.none(), st.integers(20_000, 10**6))
gaps = st.lists(st.integers(1, 14 * MINUTE_MS), min_size=CUTS_1H, max_size=CUTS_1H)


def made(head, rate_part, blind_part, cap_part, encoder):
    pl_per_rev, steps_per_rev = head
    most = min(MOST_RATE, MOST_HZ * DAY_MS // 1000 * pl_per_rev // steps_per_rev)
    rate = max(1000, most * rate_part // 10**6)
    limits = {
        "max_rate_pl_per_day": rate,
        "program_max_rate_pl_per_day": rate,
        "min_rate_pl_per_day": 0,
        "blind_pl": max(1, 5 * rate // 1440 * blind_part // 10**6),
    }
    if cap_part is not None:
        hour_ng = max(1, rate // 24 * cap_part // 10**6 * CONC_NG_PER_ML // 10**9)
        limits.update(max_dose_1h_ng=hour_ng, max_dose_24h_ng=20 * hour_ng)
    return Bench(
        rate,
        limits=limits,
        head={"pl_per_rev": pl_per_rev, "steps_per_rev": steps_per_rev},
        drug={"conc_ng_per_ml": 0 if cap_part is None else CONC_NG_PER_ML},
        reservoir={"capacity_pl": MANY_PL, "fill_pl": MANY_PL, "low_pl": 0, "residual_pl": 0},
        encoder_dead=not encoder,
    )


def cut_after(bench, gap_ms, encoder):
    """The power goes right after the next reservation: then it books most too much."""
    bench.run_for(ms=gap_ms)
    before, until_ms = bench.memory.reserved_steps, bench.now_ms() + 2 * MINUTE_MS
    while bench.memory.reserved_steps == before and bench.now_ms() < until_ms:
        bench.run_for(ms=max(1, min(bench.due_ms() - bench.now_ms(), 10_000)))
    return bench.restart(encoder_dead=not encoder), bench.emitted()


@settings(max_examples=6)
@given(heads, parts, parts, caps, st.booleans(), gaps)
@example((10**7, 3200), 10**6, 12_000, None, False, [5 * MINUTE_MS] * CUTS_1H)
@example((10**7, 3200), 900_000, 120_000, None, True, [13 * MINUTE_MS] * CUTS_1H)
@example((10**7, 3200), 900_000, 30_000, 10**6, False, [2 * MINUTE_MS] * CUTS_1H)
@example((10**8, 10), 1000, 10, 50_000, False, [9 * MINUTE_MS] * CUTS_1H)
def test_four_power_cuts_in_an_hour_are_no_over_delivery_and_each_step_that_left_is_counted(
    head, rate_part, blind_part, cap_part, encoder, gaps_ms
):
    bench = made(head, rate_part, blind_part, cap_part, encoder)
    bench.run_for(minutes=62)
    left = 0
    for gap_ms in gaps_ms:
        bench, steps = cut_after(bench, gap_ms, encoder)
        left += steps
        assert bench.pump.books.ledger.emitted_steps >= left
        bench.start_again()
        assert bench.state() == "INFUSING"
    bench.run_for(minutes=20)
    assert bench.state() == "INFUSING"
    assert bench.raised("OVER_DELIVERY") == []
