"""No stretch is laid on a grant from before: whatever changes what is wanted or permitted, in any
order, the gate is asked anew.

At each stretch that the real pump lays, the test asks the gate about that stretch alone: what is
wanted it reads off the configuration in force, the wall clock and the running overlay, what is
committed off the books, and it keeps nothing from one stretch to the next. CPython only.
"""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import config as configuration
from firmware.books.books import BooksNow
from firmware.guard import gate
from firmware.motion.timeline import Timeline
from firmware.therapy import programs
from firmware.therapy.revision import Revision
from firmware.units import dose_ng
from tests.rigs.config import NEVER_NG
from tests.rigs.doses import in_doses
from tests.rigs.pump import HOUR_MS, ML, MONDAY_S, UL, Bench

ROUNDING_NG = 3  # a window's dose, a stretch's and a step's are each rounded up


class Witness:
    """Sees each stretch of a bench's pump before it is booked. planned: how many; wrong: what was
    planned against what is wanted and permitted.
    """

    def __init__(self, bench, monkeypatch):
        self.planned, self.wrong = 0, []
        self._bench = bench
        lay = Timeline.lay

        def seen(timeline, until_ms):
            self._judge(timeline.planned_ms, until_ms, timeline._rate_pl_per_day)
            return lay(timeline, until_ms)

        monkeypatch.setattr(Timeline, "lay", seen)

    def _judge(self, from_ms, until_ms, rate):
        pump = self._bench.pump
        limits = self._limits(pump.settings.config)
        reason, permitted = self._ask(pump, limits, from_ms, until_ms)
        self.planned += 1
        # On the way back from a cap the pump asks for a bucket to spare, and may plan less.
        if rate > permitted or (rate != permitted and not limits.has_caps):
            self.wrong.append((from_ms, until_ms, rate, permitted, gate.NAMES[reason]))

    def _limits(self, config):
        return gate.Limits(config["limits"], config["drug"]["conc_ng_per_ml"])

    def _ask(self, pump, limits, from_ms, until_ms):
        """(reason, pL/day) of the gate for this stretch, with the books of now."""
        config, overlay = pump.settings.config, pump.demand.overlays.running
        program = programs.build(
            config["program"], limits.min_rate_pl_per_day, config["drug"]["conc_ng_per_ml"]
        )
        basal, _ = program.rate_at(pump.wall_clock.wall_ms(from_ms))
        runs = overlay is not None and from_ms < overlay.end_ms
        beside = overlay.rate_pl_per_day if runs else 0
        reserved = gate.NOTHING_RESERVED
        if beside:
            reserved = [
                self._reserved_ng(limits, overlay, from_ms, until_ms - from_ms, *window)
                for window in gate.WINDOWS_MS
            ]
        wanted = gate.Wanted(basal, beside, until_ms - from_ms, reserved, held_pl_per_day=None)
        may_infuse = pump.state.moves()
        rate, reason = gate.permit_rate(limits, may_infuse, self._books(pump), wanted)
        return reason, rate

    def _reserved_ng(self, limits, overlay, from_ms, duration_ms, counted_ms, lag_ms):
        volume_pl = overlay.volume_to_come(from_ms, duration_ms, counted_ms, lag_ms)
        return dose_ng(volume_pl, limits.conc_ng_per_ml)

    def _books(self, pump):
        """What is committed, without the step to spare that the planner asks for each time: within
        one grant that step may have been booked already.
        """
        books, now_ms = pump.books, self._bench.now_ms()
        return BooksNow(
            books.reservoir.usable_pl(books.ledger.committed_pl()),
            books.windows.hour.total_ng(now_ms) - ROUNDING_NG,
            books.windows.day.total_ng(now_ms) - ROUNDING_NG,
        )


# What can be done to the pump. Each takes the bench and a number to choose by.

RATES = (0, 20 * UL, 150 * UL, 500 * UL, 3 * ML)


def program(n):
    if n % 3:
        return {"mode": "continuous", "rate_pl_per_day": RATES[n % len(RATES)]}
    steps = [[hour * 3600, RATES[(n + hour) % len(RATES)]] for hour in range(24)]
    return {"mode": "flex", "safe_rate_pl_per_day": RATES[(n + 3) % len(RATES)], "steps": steps}


def other_config(bench, n):
    """Other caps, maxima, minimum, horizon and program; the same head and drug."""
    config = copy.deepcopy(bench.pump.settings.config)
    config["program"] = in_doses(program(n), config["drug"]["conc_ng_per_ml"])
    config["limits"].update(
        max_rate_pl_per_day=(4 * ML, 24 * ML)[n % 2],
        program_max_rate_pl_per_day=3 * ML,
        min_rate_pl_per_day=(0, 6 * UL, 100 * UL)[n % 3],
        blind_pl=(UL, UL // 10, 20 * UL)[n // 5 % 3],
    )
    if config["drug"]["conc_ng_per_ml"]:
        config["limits"].update(
            max_dose_1h_ng=(NEVER_NG, 30_000, 100_000)[n // 2 % 3],
            max_dose_24h_ng=(NEVER_NG, 200_000, 900_000)[n // 3 % 3],
        )
    return configuration.check(config)


def bolus(bench, n):
    duration_ms = (1000, 60_000, 600_000, 2 * HOUR_MS)[n % 4]
    bench.send("bolus", volume_pl=1 + n * 60 * UL // 100, duration_ms=duration_ms)


def adopt(bench, n):
    bench.pump.adopt(other_config(bench, n), bench.now_ms())
    bench.step()  # nothing is queued after a cut: the pass that makes one plans anew


def adopt_at_rest(bench, n):
    """A head and drug too, then on again."""
    bench.send("stop")
    config = other_config(bench, n)
    config["head"]["pl_per_rev"] = (8 * UL, 10 * UL, 12 * UL)[n % 3]
    config["drug"]["conc_ng_per_ml"] = (500_000, 2_000_000)[n % 2]
    bench.pump.adopt(config, bench.now_ms())
    bench.send("start")


def refill(bench, n):
    bench.refill_to(510 * UL + n * 2 * UL if n % 2 else 20 * ML)


ACTIONS = {
    "set_program": lambda bench, n: bench.send("set_program", program=program(n)),
    "bolus": bolus,
    "stop": lambda bench, n: bench.send("stop"),
    "start": lambda bench, n: bench.send("start"),
    "refill": refill,
    "set_clock": lambda bench, n: bench.send("set_clock", wall_s=MONDAY_S + n * 2000),
    "clock_lost": lambda bench, n: bench.fault("clock_lost"),
    "adopt": adopt,
    "adopt_at_rest": adopt_at_rest,
    "stall": lambda bench, n: bench.fault("stall", lasts_ms=1 + n * 10_000),
    "hang": lambda bench, n: bench.hang(1 + n * 80),
}

MINUTES = (0, 0, 1, 7, 7, 40, 130)
histories = st.lists(
    st.tuples(
        st.sampled_from(sorted(ACTIONS) + ["start", "bolus"]),
        st.integers(0, 99),
        st.sampled_from(MINUTES),
    ),
    min_size=1,
    max_size=25,
)


def made_bench(sections=(), **limits):
    sections = dict(sections)
    limits = {"program_max_rate_pl_per_day": 3 * ML, "stall_steps": 30, **limits}
    return Bench(program=program(3), limits=limits, reservoir={"low_pl": 600 * UL}, **sections)


@settings(max_examples=40)
@given(histories, st.sampled_from([(None, None), (60_000, None), (None, 500_000)]))
def test_whatever_is_done_in_any_order_no_stretch_is_laid_on_a_grant_from_before(history, caps):
    bench = made_bench(max_dose_1h_ng=caps[0], max_dose_24h_ng=caps[1])
    with pytest.MonkeyPatch.context() as monkeypatch:
        witness = Witness(bench, monkeypatch)
        for action, n, minutes in history:
            ACTIONS[action](bench, n)
            bench.run_for(ms=300 + 7 * n, minutes=minutes)
            assert not witness.wrong, (action, n, witness.wrong[0])
        bench.send("start")
        bench.run_for(minutes=20)
    assert not witness.wrong, witness.wrong[0]
    assert witness.planned or bench.status()["permitted_pl_per_day"] == 0


# The witness notices: each of these changes goes wrong if the revision does not rise.

CHANGES = {
    "another program": lambda bench: bench.ok("set_program", program=program(1)),
    "a bolus": lambda bench: bench.ok("bolus", volume_pl=10 * UL, duration_ms=600_000),
    "the clock set": lambda bench: bench.ok("set_clock", wall_s=MONDAY_S + 6 * 3600),
    "the clock lost": lambda bench: bench.fault("clock_lost"),
    "a refill with little": lambda bench: bench.refill_to(501 * UL),
    "another program adopted": lambda bench: adopt(bench, 1),
}


@pytest.mark.parametrize("bumps", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_planned_right_at_once_and_wrong_where_the_revision_does_not_rise(
    change, bumps, monkeypatch
):
    # Without a drug: caps have the gate asked for each stretch of a bolus, revision or not.
    bench = made_bench({"drug": {"conc_ng_per_ml": 0}})
    bench.run_for(minutes=5)
    if not bumps:
        monkeypatch.setattr(Revision, "bump", lambda revision: None)
    witness = Witness(bench, monkeypatch)
    CHANGES[change](bench)
    bench.run_for(minutes=5)
    assert bool(witness.wrong) is not bumps
