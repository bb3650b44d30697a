"""A run over power cuts, worked out by hand: each power-up has a time of its own, a run ends with
the power, the program goes on, and a command that came without power was never answered.
"""

import dataclasses

from firmware import events, states
from host_sim.judge import due, expect
from host_sim.machine.recorder import NO_POWER
from host_sim.run.reading import UNPOWERED, read_record
from host_sim.run.records import (
    Outage,
    alarms_of,
    permitted_history,
    pieces_between,
    state_history,
)
from tests.rigs.run import DAY_MS, HOUR_MS, made_config, made_scenario, made_week, write_record

STEADY = {"mode": "continuous", "rate_pl_per_day": 200_000_000}
HALF = {"mode": "continuous", "rate_pl_per_day": 100_000_000}
STEP_MS = 1350  # one step at 0.2 mL/d and 3125 pL a step
OUTAGES = [Outage(2 * HOUR_MS, 2 * HOUR_MS, 5 * HOUR_MS), Outage(HOUR_MS, 6 * HOUR_MS, 6 * HOUR_MS)]


def three_power_ups():
    """Two hours, three without power, an hour that a reset ends, and the rest of the day."""
    commands = [
        (HOUR_MS, {"do": "set_program", "program": HALF}),
        (3 * HOUR_MS, {"do": "set_program", "program": STEADY}),
        (7 * HOUR_MS, {"do": "set_program", "program": STEADY}),
    ]
    scenario = made_scenario(made_config(program=STEADY), duration_ms=DAY_MS, commands=commands)
    _, record = made_week()
    rows = [
        (0, 0, events.STATE, states.INFUSING, states.STOPPED),
        (0, 0, events.RUN_START, 1),
        (0, 0, events.RATE, 200_000_000, 200_000_000),
        (0, HOUR_MS, events.PROGRAM_SET, 2),
        (0, HOUR_MS, events.RATE, 100_000_000, 100_000_000),
        (1, 0, events.BOOT),
        (1, 10 * STEP_MS, events.STATE, states.INFUSING, states.STOPPED),
        (1, 10 * STEP_MS, events.RUN_START, 1),
        (1, 10 * STEP_MS, events.RATE, 100_000_000, 100_000_000),
        (2, 0, events.BOOT, 2),
        (2, HOUR_MS, events.PROGRAM_SET, 2),
        (2, 2 * HOUR_MS, events.STATE, states.INFUSING, states.STOPPED),
        (2, 2 * HOUR_MS, events.RUN_START, 1),
        (2, 2 * HOUR_MS, events.RATE, 200_000_000, 200_000_000),
    ]
    event = record.events[0]
    told = [
        event._replace(
            seq=n,
            time_ms=at_ms,
            code=code,
            a=(*rest, 0, 0)[0],
            b=(*rest, 0, 0)[1],
            c=0,
            power_up=power_up,
        )
        for n, (power_up, at_ms, code, *rest) in enumerate(rows, 1)
    ]
    record = dataclasses.replace(
        record,
        events=told,
        status={**record.status, "now_ms": 18 * HOUR_MS},
        crystal=[(0, 0, 0, 0), (0, 5 * HOUR_MS, 0, 1), (0, 6 * HOUR_MS, 0, 2)],
        outages=OUTAGES,
        lost=[(3 * HOUR_MS, "set_program", 1)],
    )
    return scenario, record


def test_a_run_ends_with_the_power_and_the_program_goes_on_with_the_next_start():
    scenario, record = three_power_ups()
    runs = due.runs(scenario, record.events, record=record)
    assert [(run.power_up, run.start_ms, run.end_ms) for run in runs] == [
        (0, 0, 2 * HOUR_MS),
        (1, 10 * STEP_MS, HOUR_MS),
        (2, 2 * HOUR_MS, 18 * HOUR_MS),
    ]
    hour = HOUR_MS / STEP_MS
    steps = [run.whole_steps() for run in runs]
    assert steps == [int(1.5 * hour), int((hour - 10) / 2), int(16 * hour)]
    assert due.rate_mismatches(runs, record.events) == []


def test_a_program_that_was_sent_without_power_is_not_taken_for_the_next_one():
    scenario, record = three_power_ups()
    scenario.job.commands[1][1]["program"] = {"mode": "stopped"}
    runs = due.runs(scenario, record.events, record=record)
    assert due.rate_mismatches(runs, record.events) == []
    taken = dataclasses.replace(record, lost=[])
    assert due.rate_mismatches(due.runs(scenario, taken.events, record=taken), taken.events)


def test_what_a_program_asks_for_when_the_power_is_back_it_asked_for_in_the_outage():
    scenario, record = three_power_ups()
    assert due.programmed_on_bench(scenario, record) == [
        (0, HOUR_MS, 200_000_000),
        (HOUR_MS, 2 * HOUR_MS, 100_000_000),
        (2 * HOUR_MS, 6 * HOUR_MS, 100_000_000),
        (6 * HOUR_MS, 7 * HOUR_MS, 100_000_000),
        (7 * HOUR_MS, DAY_MS, 200_000_000),
    ]


def test_without_power_there_is_no_state_and_no_rate():
    _, record = three_power_ups()
    shown = record.bench_events()
    start_ms = 5 * HOUR_MS + 10 * STEP_MS
    assert pieces_between(state_history(shown, OUTAGES), 0, DAY_MS) == [
        (0, 2 * HOUR_MS, states.INFUSING),
        (2 * HOUR_MS, 5 * HOUR_MS, NO_POWER),
        (5 * HOUR_MS, start_ms, states.STOPPED),
        (start_ms, 6 * HOUR_MS, states.INFUSING),
        (6 * HOUR_MS, 8 * HOUR_MS, states.STOPPED),
        (8 * HOUR_MS, DAY_MS, states.INFUSING),
    ]
    rates = pieces_between(permitted_history(shown, OUTAGES), 0, DAY_MS)
    assert [(at, rate) for at, _, rate in rates] == [
        (0, 200_000_000),
        (HOUR_MS, 100_000_000),
        (2 * HOUR_MS, 0),
        (start_ms, 100_000_000),
        (6 * HOUR_MS, 0),
        (8 * HOUR_MS, 200_000_000),
    ]


def judged(kind, from_ms, to_ms, **more):
    scenario, record = three_power_ups()
    span = {"kind": kind, "from_ms": from_ms, "to_ms": to_ms, "text": "", **more}
    scenario.expects = [span]
    (verdict,) = expect.judge(scenario, record)
    return verdict.passed, verdict.found


def test_a_state_is_not_asked_for_in_an_outage_and_fails_within_one():
    start_ms = 5 * HOUR_MS + 10 * STEP_MS
    assert judged("state", HOUR_MS, 5 * HOUR_MS, state="INFUSING")[0]
    assert judged("state", 3 * HOUR_MS, start_ms, state="STOPPED")[0]
    assert not judged("state", HOUR_MS, start_ms, state="INFUSING")[0]
    assert judged("state", 3 * HOUR_MS, 4 * HOUR_MS, state="INFUSING") == (False, "no power")
    assert judged("state", 3 * HOUR_MS, 3 * HOUR_MS, state="STOPPED") == (False, "no power")
    rate = {"rate_pl_per_day": 0, "tolerance_ppm": 0}
    assert judged("rate", 2 * HOUR_MS, start_ms, **rate)[0]


def test_a_record_over_power_cuts_is_read_as_it_was_written(tmp_path):
    _, record = three_power_ups()
    write_record(record, tmp_path)
    again = read_record(tmp_path)
    assert (again.events, again.outages, again.lost) == (
        record.events,
        record.outages,
        record.lost,
    )
    assert again.refused == [(3 * HOUR_MS, "set_program", UNPOWERED, "the pump has no power")]


def test_an_alarm_that_outlives_a_power_cut_is_one_occurrence():
    _, record = three_power_ups()
    (first, *_), (second, *_) = record.events, record.events[5:]
    rows = [
        first._replace(code=events.ALARM_RAISED, a=17),
        second._replace(code=events.ALARM_CLEARED, a=17, time_ms=60_000),
    ]
    record = dataclasses.replace(record, events=rows)
    (alarm,) = alarms_of(record.bench_events())
    assert (alarm.raised_ms, alarm.cleared_ms) == (0, 5 * HOUR_MS + 60_000)
