"""A jump of the clock moves no lockout, no dose window, no count and no powered time (S22).

Two pumps get the same therapy, and have their clocks set at the same instants: one to what it was,
the other forth and back, by seconds or years, with other offsets. All that goes by the pump's own
time is the same in both.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.therapy import overlays
from tests.rigs.recorded_pump import MONDAY_S, BenchPump, made_pump_config

MINUTE_MS, DAY_MS = 60_000, 86_400_000
MOST_WALL_S = 7_258_118_400  # that set_clock takes
LOCKOUT_S = 3600
END_MS = 2 * DAY_MS

instants = st.integers(1, END_MS - 1)
jumps = st.lists(
    st.tuples(
        instants,
        st.one_of(
            st.integers(-40_000_000, 400_000_000),  # a year back, twelve on
            st.integers(-100_000, 100_000),
        ),
        st.integers(-14, 14),
    ),
    min_size=1,
    max_size=6,
)
boluses = st.lists(instants, max_size=8)


def therapy(bolus_times, jump_list):
    """The commands of one pump, in order of time."""
    sent = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, {"do": "start"})]
    for at_ms in bolus_times:
        bolus = {"do": "bolus", "volume_pl": 5 * 10**6, "duration_ms": 5 * MINUTE_MS}
        sent.append((at_ms, bolus))
    for at_ms, by_s, hours in jump_list:
        jump = {"do": "set_clock", "wall_s": MONDAY_S + at_ms // 1000 + by_s, "confirm_jump": 1}
        sent.append((at_ms, dict(jump, offset_s=hours * 3600)))
    return sorted(sent, key=lambda one: one[0])


def answers(bench):
    """What became of each bolus: carried out, or why not and by how much."""
    return [
        (heard.at_ms, heard.reply["ok"], heard.reply.get("reason"), heard.reply.get("measured"))
        for heard in bench.heard
        if heard.event is None and heard.payload["do"] == "bolus"
    ]


# trace: S22.6
@settings(max_examples=30)
@given(bolus_times=boluses, jump_list=jumps)
def test_no_jump_of_the_clock_moves_a_lockout_a_dose_window_or_powered_time(bolus_times, jump_list):
    config = made_pump_config(
        limits={"bolus_lockout_s": LOCKOUT_S, "max_dose_1h_ng": 200_000, "max_dose_24h_ng": 10**6},
        service={"tube_revs": 20},
    )
    still, jumping = (
        BenchPump(config, therapy(bolus_times, chosen), END_MS).run()
        for chosen in ([(at_ms, 0, 0) for at_ms, _, _ in jump_list], jump_list)
    )
    assert answers(still) == answers(jumping)
    windows = [one.pump.books.windows for one in (still, jumping)]
    assert windows[0].hour.total_ng(END_MS) == windows[1].hour.total_ng(END_MS)
    assert windows[0].day.total_ng(END_MS) == windows[1].day.total_ng(END_MS)
    lives = [one.pump.life.snapshot(END_MS) for one in (still, jumping)]
    for life in lives:
        life.pop("worn_s")  # a date: it goes with the clock
    assert lives[0] == lives[1]
    since = [
        one.pump.demand.overlays.since_last_ms(overlays.BOLUS, END_MS) for one in (still, jumping)
    ]
    assert since[0] == since[1]
    assert still.emitted() == jumping.emitted()


@settings(max_examples=30)
@given(
    clock_list=st.lists(
        st.tuples(
            instants,
            st.one_of(st.just(0), st.integers(0, 100_000), st.integers(0, MOST_WALL_S)),
            st.integers(-14, 14),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_time_the_clock_is_set_to_a_power_up_takes_what_was_kept(clock_list):
    sent = therapy([], [])
    for at_ms, wall_s, hours in sorted(clock_list):
        clock = {"do": "set_clock", "wall_s": wall_s, "offset_s": hours * 3600, "confirm_jump": 1}
        sent.append((at_ms, clock))
    config = made_pump_config(service={"tube_revs": 20})
    bench = BenchPump(config, sent, END_MS).run()
    assert all(heard.reply["ok"] for heard in bench.heard if heard.event is None)
    for _, keeper in bench.pump.keepers():
        keeper.check(keeper.snapshot(END_MS))
