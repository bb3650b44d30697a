"""Random therapies: a configuration, what is sent when, and how the machine behaves.

Hypothesis strategies. CPython only.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.rigs.recorded_pump import JUST_BEFORE_THE_WRAP_MS, MONDAY_S, BenchPump, made_pump_config

DAY_MS = 86_400_000
ODD_PL_PER_REV = [100_000, 999_983, 10_000_000, 10_300_001, 123_456_789, 10**9]
ODD_STEPS_PER_REV = [200, 3200, 3217, 12_800, 51_200]


@dataclass
class Therapy:
    config: dict
    duration_ms: int
    commands: list
    faults: list = field(default_factory=list)
    raw_ms: int = 0
    late_ms: tuple = ()

    def bench(self, tap=False, slow=None):
        return BenchPump(
            self.config,
            self.commands,
            self.duration_ms,
            self.faults,
            self.raw_ms,
            self.late_ms,
            tap,
            slow=slow,
        )


def rates_up_to(most):
    """Nothing, a whisper, the highest, or anything between."""
    return st.one_of(
        st.sampled_from([0, 1, most]), st.integers(0, max(1, most // 1000)), st.integers(0, most)
    )


@st.composite
def flex_steps(draw, rates, begin_s, span_s, most=48):
    """A day's table; most of its steps lie within a run that begins at begin_s of the day and lasts
    span_s.
    """
    near = st.integers(0, max(1, span_s)).map(lambda s: (begin_s + s) % 86_400)
    starts = draw(
        st.lists(
            st.one_of(near, near, st.integers(0, 86_399)), min_size=1, max_size=most, unique=True
        )
    )
    return [[start_s, draw(rates)] for start_s in sorted(starts)]


@st.composite
def programs(
    draw, most, begin_s, span_s, modes=("stopped", "minimum", "continuous", "flex", "weekly")
):
    mode, rates = draw(st.sampled_from(modes)), rates_up_to(most)
    if mode == "continuous":
        return {"mode": mode, "rate_pl_per_day": draw(rates)}
    if mode == "flex":
        steps = draw(flex_steps(rates, begin_s, span_s, most=draw(st.sampled_from([3, 12, 48]))))
        return {"mode": mode, "safe_rate_pl_per_day": draw(rates), "steps": steps}
    if mode == "weekly":
        patterns = {
            name: draw(flex_steps(rates, begin_s, span_s, most=4)) for name in ("work", "rest")
        }
        days = draw(st.lists(st.sampled_from(["work", "rest"]), min_size=7, max_size=7))
        return {
            "mode": mode,
            "safe_rate_pl_per_day": draw(rates),
            "patterns": patterns,
            "days": days,
        }
    return {"mode": mode}


@st.composite
def therapies(draw, hz=(1, 20, 100, 1000), pulses=20_000, most_commands=12):
    """Up to `pulses` pulses at up to one of `hz`, with all that a user can do to a run."""
    steps_per_rev = draw(st.one_of(st.sampled_from(ODD_STEPS_PER_REV), st.integers(200, 51_200)))
    pl_per_rev = draw(st.one_of(st.sampled_from(ODD_PL_PER_REV), st.integers(100_000, 10**9)))
    highest_hz = draw(st.sampled_from(hz))
    most = max(10, highest_hz * 86_400 * pl_per_rev // steps_per_rev)
    duration_ms = draw(st.integers(5_000, max(20_000, 1000 * pulses // highest_hz)))
    span_s, begin_s = duration_ms // 1000, draw(st.sampled_from([0, 3600, 86_399 - 5]))
    wall_s = MONDAY_S + begin_s + 86_400 * draw(st.integers(0, 6))
    config = made_pump_config(
        pl_per_rev,
        steps_per_rev,
        limits={
            "max_rate_pl_per_day": most,
            "program_max_rate_pl_per_day": most,
            "min_rate_pl_per_day": min(6_000_000, most),
            "blind_pl": draw(st.sampled_from([1, 1_000_000, 10**9])),
        },
        program=draw(
            programs(most, begin_s, span_s, ("minimum", "continuous", "flex", "flex", "weekly"))
        ),
    )
    commands = [(0, {"do": "set_clock", "wall_s": wall_s})] if draw(st.integers(0, 3)) else []
    commands.append((0, {"do": "start"}))
    size = draw(st.integers(0, most_commands))
    at_some_time = st.tuples(
        st.integers(0, duration_ms - 1), actions(most, duration_ms, begin_s, wall_s)
    )
    commands += draw(st.lists(at_some_time, min_size=size, max_size=size))
    return Therapy(
        config,
        duration_ms,
        sorted(commands, key=lambda command: command[0]),
        [
            (at_ms, {"kind": "clock_lost"})
            for at_ms in sorted(draw(st.lists(st.integers(0, duration_ms), max_size=1)))
        ],
        draw(st.sampled_from([0, JUST_BEFORE_THE_WRAP_MS])),
        tuple(draw(st.one_of(st.just([]), st.lists(st.integers(0, 400), min_size=1, max_size=7)))),
    )


def actions(most, duration_ms, begin_s, wall_s):
    """One command; most are taken, a bolus beside a high basal rate is refused."""
    return st.one_of(
        st.sampled_from([{"do": "stop"}, {"do": "start"}, {"do": "start"}, {"do": "status"}]),
        st.sampled_from([{"do": "start"}, {"do": "cancel_bolus"}]),
        st.builds(
            lambda ms, share: {
                "do": "bolus",
                "duration_ms": ms,
                "volume_pl": max(1, most * share * ms // (100 * DAY_MS)),
            },
            st.integers(1000, max(1001, duration_ms // 2)),
            st.sampled_from([1, 7, 30, 60, 99, 110]),
        ),
        programs(most, begin_s, duration_ms // 1000).map(
            lambda program: {"do": "set_program", "program": program, "confirm_no_therapy": 1}
        ),
        st.tuples(st.integers(-20_000, 20_000), st.sampled_from([0, 0, 3600, -5 * 3600])).map(
            lambda set_: {
                "do": "set_clock",
                "wall_s": wall_s + set_[0],
                "offset_s": set_[1],
                "confirm_jump": 1,
            }
        ),
    )
