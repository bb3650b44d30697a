"""What the pump of a run owed, against cases worked out by hand and plain counting by seconds."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from firmware import events
from firmware.guard import gate
from host_sim.judge import due, in_force
from tests.rigs.run import (
    BOLUS_AT_MS,
    BOLUS_MS,
    DAY_MS,
    FLEX,
    HOUR_MS,
    START_WALL_S,
    made_config,
    made_scenario,
    made_week,
    numbered,
)

STEP_MS = 1350  # one step at 0.2 mL/d and 3125 pL a step
STEADY = {"mode": "continuous", "rate_pl_per_day": 200_000_000}


def steady(duration_ms=DAY_MS, **job):
    return made_scenario(made_config(program=STEADY), duration_ms=duration_ms, **job)


def owed(scenario, event_list, end_ms=None):
    return due.steps(due.runs(scenario, event_list, end_ms))


def pieces_of(scenario, event_list):
    return due.permitted_pieces(due.runs(scenario, event_list))


def mismatches(scenario, event_list):
    return due.rate_mismatches(due.runs(scenario, event_list), event_list)


def run_from_to(*spans):
    return numbered(
        [row for start, end in spans for row in ((start, events.RUN_START), (end, events.RUN_END))]
    )


def clock_set(at_ms, wall_s):
    return (at_ms, events.CLOCK_SET, wall_s, -1)


def test_a_day_at_a_steady_rate_owes_its_volume_in_steps():
    assert owed(steady(), run_from_to((0, DAY_MS))) == 64_000


def test_a_pulse_due_exactly_at_the_stop_counts_and_one_a_millisecond_later_does_not():
    assert owed(steady(), run_from_to((0, 7 * STEP_MS))) == 7
    assert owed(steady(), run_from_to((0, 7 * STEP_MS - 1))) == 6


def test_each_run_drops_its_remainder():
    almost = 2 * STEP_MS - 1
    assert owed(steady(), run_from_to((0, almost), (10_000, 10_000 + almost))) == 2


def test_a_run_that_has_not_ended_ends_with_the_record():
    begun = numbered([(0, events.RUN_START)])
    assert owed(steady(duration_ms=10 * STEP_MS), begun) == 10
    assert owed(steady(duration_ms=10 * STEP_MS), begun, end_ms=12 * STEP_MS) == 12


def test_no_run_owes_nothing():
    assert owed(steady(), []) == 0


def test_a_flex_program_changes_at_wall_clock_instants_and_is_safe_until_the_clock_is_set():
    scenario = made_scenario(duration_ms=DAY_MS)
    rows = [(0, events.RUN_START), clock_set(HOUR_MS, START_WALL_S + 5 * 3600 + 1800)]
    pieces = pieces_of(scenario, numbered(rows))
    half_past = HOUR_MS + HOUR_MS // 2
    assert pieces[:3] == [
        (0, HOUR_MS, FLEX["safe_rate_pl_per_day"]),
        (HOUR_MS, half_past, 150_000_000),
        (half_past, half_past + 33 * HOUR_MS // 2, 225_000_000),
    ]


def test_a_lost_clock_means_the_safe_rate_from_that_instant():
    scenario = made_scenario(duration_ms=DAY_MS)
    rows = [clock_set(0, START_WALL_S), (0, events.RUN_START), (12 * HOUR_MS, events.CLOCK_LOST)]
    assert pieces_of(scenario, numbered(rows))[-1] == (
        12 * HOUR_MS,
        DAY_MS,
        FLEX["safe_rate_pl_per_day"],
    )


def test_a_bolus_adds_its_rate_until_it_is_over():
    rows = [(0, events.RUN_START), (HOUR_MS, events.BOLUS_ACCEPTED, 1000, 7, 0)]
    pieces = pieces_of(steady(), numbered(rows))
    assert [rate for _, _, rate in pieces] == [
        200_000_000,
        200_000_000 + 1000 * DAY_MS // 7,
        200_000_000,
    ]
    assert pieces[1][:2] == (HOUR_MS, HOUR_MS + 7)


def test_a_cancelled_bolus_ends_when_it_was_cancelled():
    rows = [
        (0, events.RUN_START),
        (1000, events.BOLUS_ACCEPTED, 25_000_000, 600_000),
        (61_000, events.BOLUS_ENDED, 1, 2, 0),
    ]
    assert pieces_of(steady(), numbered(rows))[1][:2] == (1000, 61_000)


def test_while_a_dose_cap_holds_the_permitted_rate_is_the_pumps():
    rows = [
        (0, events.RUN_START),
        (0, events.RATE, 200_000_000, 200_000_000, gate.PERMITTED),
        (HOUR_MS, events.RATE, 200_000_000, 6_000_000, gate.DOSE_CAP_24H),
        (2 * HOUR_MS, events.RATE, 200_000_000, 200_000_000, gate.PERMITTED),
    ]
    pieces = pieces_of(steady(), numbered(rows))
    assert pieces[1] == (HOUR_MS, 2 * HOUR_MS, 6_000_000)
    assert mismatches(steady(), numbered(rows)) == []
    assert due.programmed_pieces(steady(), numbered(rows)) == [(0, DAY_MS, 200_000_000)]


def test_any_other_lowered_rate_is_not_believed():
    rows = [(0, events.RUN_START), (0, events.RATE, 200_000_000, 6_000_000, gate.PUMP_MAXIMUM)]
    assert owed(steady(), numbered(rows)) == 64_000
    assert mismatches(steady(), numbered(rows)) == [(0, DAY_MS, 6_000_000, 200_000_000)]


def test_a_clock_that_is_set_during_a_bolus_asks_for_no_more_than_the_pumps_maximum():
    """24 mL/d at the most: the bolus was accepted beside the night's 0.15 mL/d, the day's 0.225
    does not fit.
    """
    bolus_pl, six_am = 23_800_000_000 // 24, START_WALL_S + 6 * 3600
    rows = [
        clock_set(0, START_WALL_S),
        (0, events.RUN_START),
        (0, events.BOLUS_ACCEPTED, bolus_pl, HOUR_MS),
        clock_set(60_000, six_am),
    ]
    pieces = pieces_of(made_scenario(duration_ms=HOUR_MS), numbered(rows))
    bolus_rate = bolus_pl * 24
    assert pieces == [(0, 60_000, 150_000_000 + bolus_rate), (60_000, HOUR_MS, 24 * 10**9)]
    asked = due.programmed_pieces(made_scenario(duration_ms=HOUR_MS), numbered(rows))
    assert asked[-1] == (60_000, HOUR_MS, 225_000_000 + bolus_rate)


def test_a_run_that_ends_in_the_millisecond_of_its_start_owes_nothing_and_mismatches_nothing():
    (run,) = due.runs(steady(), run_from_to((1000, 1000)))
    assert (run.start_ms, run.end_ms, run.whole_steps()) == (1000, 1000, 0)
    assert mismatches(steady(), run_from_to((1000, 1000))) == []


def test_a_refused_program_is_passed_over():
    programs = [{"mode": "continuous", "rate_pl_per_day": rate} for rate in (1_000_000, 2_000_000)]
    sent = [
        [at, {"do": "set_program", "program": program}]
        for at, program in zip((1000, 2000), programs, strict=True)
    ]
    rows = [
        (0, events.RUN_START),
        (1000, events.COMMAND_REFUSED, in_force.SET_PROGRAM, 4),
        (2000, events.PROGRAM_SET, 2),
    ]
    pieces = pieces_of(steady(commands=sent), numbered(rows))
    assert pieces == [(0, 2000, 200_000_000), (2000, DAY_MS, 2_000_000)]


def test_a_rate_that_changes_a_second_late_is_a_mismatch():
    scenario, record = made_week()
    assert mismatches(scenario, record.events) == []
    late = BOLUS_AT_MS + BOLUS_MS
    moved = [
        e._replace(time_ms=e.time_ms + 1000) if e.code == events.RATE and e.time_ms == late else e
        for e in record.events
    ]
    assert mismatches(scenario, moved) == [(late, late + 1000, 3_825_000_000, 225_000_000)]


def test_a_run_that_is_stopped_in_the_instant_of_its_start_owes_nothing_and_is_no_mismatch():
    for told in (run_from_to((5000, 5000)), numbered([(DAY_MS, events.RUN_START)])):
        assert owed(steady(), told) == 0
        assert mismatches(steady(), told) == []


def test_the_made_week_emits_what_it_owes():
    scenario, record = made_week()
    assert owed(scenario, record.events) == record.status["emitted_steps"]


# Counting second by second: slow, and too simple to be wrong

rates = st.integers(0, 24 * 10**9)
seconds = st.integers(0, 1800)
flex_steps = st.lists(
    st.tuples(st.integers(0, 1799), rates), min_size=1, max_size=6, unique_by=lambda step: step[0]
)


def rate_in_second(second, program, clock_from_s, wall_s, bolus):
    """pL/day in one second of a flex program whose clock is set to `wall_s` at `clock_from_s`."""
    if second < clock_from_s:
        rate = program["safe_rate_pl_per_day"]
    else:
        of_day = (wall_s + second - clock_from_s) % 86_400
        begun = [rate for start, rate in program["steps"] if start <= of_day]
        rate = begun[-1] if begun else program["steps"][-1][1]
    at_s, volume, lasts_s, ends_s = bolus
    rate += volume * 86_400 // lasts_s if at_s <= second < min(at_s + lasts_s, ends_s) else 0
    return min(rate, 24 * 10**9)


@given(
    flex_steps,
    rates,
    seconds,
    st.integers(0, 1800),
    st.tuples(seconds, st.integers(1, 10**8), st.integers(1, 900), seconds),
    st.lists(seconds, min_size=2, max_size=6, unique=True),
    st.tuples(st.integers(1, 10**9), st.integers(1, 51_200)),
)
def test_the_oracle_counts_as_many_steps_as_adding_up_every_second(
    steps, safe, clock_s, ahead_s, bolus, stops, calibration
):
    program = {"mode": "flex", "steps": sorted(map(list, steps)), "safe_rate_pl_per_day": safe}
    head = {"pl_per_rev": calibration[0], "steps_per_rev": calibration[1]}
    scenario = made_scenario(made_config(program=program, head=head), duration_ms=1_800_000)
    stops = sorted(stops)
    spans = list(zip(stops[::2], stops[1::2], strict=False))
    bolus = (bolus[0], bolus[1], bolus[2], max(bolus[0], bolus[3]))
    rows = [
        row
        for start, end in spans
        for row in ((start * 1000, events.RUN_START), (end * 1000, events.RUN_END))
    ]
    rows += [clock_set(clock_s * 1000, START_WALL_S + ahead_s)]
    rows += [
        (bolus[0] * 1000, events.BOLUS_ACCEPTED, bolus[1], bolus[2] * 1000),
        (bolus[3] * 1000, events.BOLUS_ENDED, 0, 0, 0),
    ]
    counted = 0
    for start, end in spans:
        volume_days = sum(
            rate_in_second(s, program, clock_s, START_WALL_S + ahead_s, bolus)
            for s in range(start, end)
        )
        counted += Fraction(volume_days * calibration[1], 86_400 * calibration[0]) // 1
    assert owed(scenario, numbered(rows)) == counted
