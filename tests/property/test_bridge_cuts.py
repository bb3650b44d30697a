"""S3: a thousand power-ups during the bridges of golden rows A and B, behind a tenth of the path.

What truly passes the tip is worked out from the pulses that left, by a line that is moved. It is
never more than was prescribed while the pump ran, and short by at most the doubt of the front's
place times the difference of the concentrations.
"""

import random

import pytest

from tests.rigs.pump import ML, UL, Bench
from tests.unit.firmware.books.test_fluid_line import Moved

LOW, HIGH = 500_000, 2_000_000
DOSE = 300_000
DAY_MS = 86_400_000
PL_PER_STEP = 3125
PL_PER_ML = 10**9
LINE = {"tubing_pl": 14 * UL, "catheter_pl": 13_200_000, "tolerance_ppt": 0}


# trace: S3.6
@pytest.mark.parametrize(
    ("before", "after", "most_ms", "encoder_dead"),
    [
        (LOW, HIGH, 60_000, False),
        (HIGH, LOW, 1_200_000, False),  # what no record has proved to have left moves no front
        (LOW, HIGH, 60_000, True),
        (HIGH, LOW, 1_200_000, True),
    ],
    ids=["A", "B", "A without proof", "B without proof"],
)
def test_through_many_power_ups_a_bridge_never_gives_more_and_hardly_less(
    before, after, most_ms, encoder_dead
):
    draw, runs = random.Random(most_ms), 250
    line = {**LINE, "holds_tubing_ng_per_ml": before, "holds_catheter_ng_per_ml": before}
    bench = Bench(
        program={"mode": "continuous", "dose_ng_per_day": DOSE},
        drug={"conc_ng_per_ml": before},
        line=line,
        reservoir={"residual_pl": 0},
        encoder_dead=encoder_dead,
    )
    moved = Moved(line, before)
    bench.run_for(minutes=5)
    moved.draw(bench.emitted() * PL_PER_STEP)
    bench.ok(
        "refill",
        withdrawn_pl=19 * ML,
        fill_pl=18 * ML,
        conc_ng_per_ml=after,
        bridge_ng_per_day=DOSE,
    )
    moved.conc, begun_ag, ran_ms, emitted = after, moved.past_ag, 0, bench.emitted()
    ended = 0
    for n in range(runs):
        ms = draw.randrange(1, most_ms)
        bench.run_for(ms=ms)
        ran_ms += ms
        moved.draw((bench.emitted() - emitted) * PL_PER_STEP)
        given_ng = (moved.past_ag - begun_ag) / PL_PER_ML
        prescribed_ng = DOSE * ran_ms / DAY_MS
        doubt_pl = bench.pump.books.ledger.doubt_pl()
        step_ng = PL_PER_STEP * HIGH / PL_PER_ML
        short_ng = doubt_pl * (HIGH - LOW) / PL_PER_ML
        assert given_ng <= prescribed_ng + step_ng, n
        assert given_ng >= prescribed_ng - short_ng - (n + 1) * step_ng, n
        ended += bench.pump.books.line.bridge is None
        bench = bench.restart(encoder_dead=encoder_dead)
        emitted = bench.emitted()
        bench.start_again()
    assert 0 < ended < runs
