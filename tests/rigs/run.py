"""A hand-made run for the tests of the judging side: a flex week with a bolus, a stall and a low
reservoir.

    scenario, record = made_week()

Written out event by event, so that nothing here leans on the simulator, on the firmware or on the
oracle. CPython only.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from firmware import events, states
from firmware.alarms import alarm_table
from firmware.config import harmless
from firmware.therapy.overlays import SOURCES
from host_sim.machine.job import Job, make_job, make_truth
from host_sim.machine.result import Result, write
from host_sim.run.records import Event, Record, TraceRow
from host_sim.scenario.line_setting import LineSetting

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
START_WALL_S = 1_767_571_200  # 2026-01-05 00:00, a Monday
CONC_NG_PER_ML = 2_000_000
NIGHT, DAY, EVENING = 150_000_000, 225_000_000, 125_000_000  # 300, 450 and 250 ug/d at 2000 ug/mL
FLEX = {
    "mode": "flex",
    "safe_rate_pl_per_day": EVENING,
    "steps": [[0, NIGHT], [21_600, DAY], [81_000, EVENING]],
}
BOLUS_AT_MS, BOLUS_MS, BOLUS_PL = 2 * DAY_MS + 8 * HOUR_MS, 600_000, 25_000_000
BOLUS_RATE = 3_600_000_000
STALL_MS = 5 * DAY_MS + 12 * HOUR_MS
SEEN_MS, RETRY_MS, FREE_MS = STALL_MS + 52_000, STALL_MS + 112_000, STALL_MS + 2 * HOUR_MS + 300_000
LOW_MS = 6 * DAY_MS + 7 * HOUR_MS


@dataclass
class MadeScenario:
    """The part of host_sim.scenario.load.Scenario that judging and reporting look at."""

    name: str
    config: dict
    job: Job
    description: str = ""
    expects: list = field(default_factory=list)
    allows: list = field(default_factory=list)
    path: Path = Path("made.toml")
    calibration: "dict | None" = None
    line: "LineSetting | None" = None
    to_come: tuple = ()


def made_config(**changes):
    config = {
        "version": 1,
        "name": "Made week",
        "board": "rpi_pico",
        "drug": {"name": "baclofen", "conc_ng_per_ml": CONC_NG_PER_ML},
        "head": {
            "pl_per_rev": 10_000_000,
            "steps_per_rev": 3200,
            "rollers": 6,
            "safe_state": "hold",
        },
        "limits": {
            "max_rate_pl_per_day": 24 * 10**9,
            "min_rate_pl_per_day": 6_000_000,
            "max_dose_1h_ng": 100_000,
            "max_dose_24h_ng": 1_500_000,
            "supply_min_mv": 4500,
        },
        "reservoir": {
            "capacity_pl": 20 * 10**9,
            "fill_pl": 3_200_000_000,
            "low_pl": 2 * 10**9,
            "residual_pl": 500_000_000,
        },
        "line": harmless()["line"],
        "service": {
            "tube_revs": None,
            "tube_months": None,
            "first_use_day": None,
            "at_eos": "keep",
        },
        "program": FLEX,
    }
    config.update(changes)
    return config


def made_job(config, duration_ms=7 * DAY_MS, commands=(), faults=()):
    truth = make_truth(
        pl_per_rev=10_300_000,
        steps_per_rev=3200,
        rollers=6,
        fill_pl=config["reservoir"]["fill_pl"],
        residual_pl=config["reservoir"]["residual_pl"],
        level_switch_pl=config["reservoir"]["low_pl"],
        conc_ng_per_ml=config["drug"]["conc_ng_per_ml"],
    )
    return make_job(
        config=config,
        truth=truth,
        duration_ms=duration_ms,
        start_wall_s=START_WALL_S,
        commands=list(commands),
        faults=list(faults),
        trace_every_ms=HOUR_MS,
    )


def made_scenario(config=None, expects=(), allows=(), **job):
    config = config or made_config()
    return MadeScenario(
        "Made week", config, made_job(config, **job), "A week by hand.", list(expects), list(allows)
    )


def numbered(rows):
    """Event tuples from (time_ms, code, a, b, c), with shorter rows filled up with zeros."""
    rows = sorted(rows, key=lambda row: row[0])
    return [
        Event(n + 1, row[0], START_WALL_S + row[0] // 1000, *(tuple(row[1:]) + (0, 0, 0))[:4])
        for n, row in enumerate(rows)
    ]


def made_week():
    """(scenario, record) of a week in which everything goes as it should."""
    bolus = [BOLUS_AT_MS, {"do": "bolus", "volume_pl": BOLUS_PL, "duration_ms": BOLUS_MS}]
    stall = [STALL_MS, {"kind": "stall", "lasts_ms": 2 * HOUR_MS}]
    expects = [
        {
            "kind": "alarm",
            "alarm": "MOTOR_STALL",
            "from_ms": STALL_MS,
            "to_ms": STALL_MS + 60_000,
            "text": "MOTOR_STALL within 60 s of 5 d 12:00",
        },
        {
            "kind": "state",
            "state": "INFUSING",
            "from_ms": STALL_MS + 8_100_000,
            "to_ms": 7 * DAY_MS,
            "text": "INFUSING from 5 d 14:15",
        },
    ]
    scenario = made_scenario(
        commands=[bolus],
        faults=[stall],
        expects=expects,
        allows=[{"kind": "alarm", "alarm": "UNDER_DELIVERY"}],
    )
    event_list = numbered(
        _start()
        + _program_steps()
        + _bolus()
        + _stall()
        + [(LOW_MS, events.ALARM_RAISED, alarm_table.LOW_RESERVOIR, 1_999_900_000, 2 * 10**9)]
    )
    return scenario, _record(event_list, scenario)


def write_record(record, out_dir):
    """The five files that the child would have written."""
    for name, rows, fields in (
        ("events.csv", record.events, Event._fields),
        ("trace.csv", record.trace, TraceRow._fields),
    ):
        lines = [",".join(fields)] + [",".join(map(str, row)) for row in rows]
        (Path(out_dir) / name).write_text("\n".join(lines) + "\n")
    (Path(out_dir) / "status.json").write_text(json.dumps(record.status))
    write(record.child, Path(out_dir) / "child.json")
    notes = [["crystal", *row] for row in record.crystal]
    notes += [["refused", *row] for row in record.refused]
    notes += [["lost", *row] for row in record.lost]
    notes += [["arrives", *row] for row in record.arrivals]
    for pump_ms, off_ms, on_ms in record.outages:
        notes += [["off", pump_ms, off_ms], ["on", on_ms]]
    (Path(out_dir) / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in notes))


def _start():
    return [
        (0, events.BOOT),
        (0, events.CLOCK_SET, START_WALL_S, -1),
        (0, events.STATE, states.INFUSING, states.STOPPED, states.BY_COMMAND),
        (0, events.RUN_START, 1, 0),
        (0, events.RATE, NIGHT, NIGHT, 0),
    ]


def _program_steps():
    steps = []
    for day in range(7):
        for start_s, rate in FLEX["steps"]:
            at_ms = day * DAY_MS + start_s * 1000
            if at_ms:
                steps.append((at_ms, events.RATE, rate, rate, 0))
    return steps


def _bolus():
    return [
        (BOLUS_AT_MS, events.BOLUS_ACCEPTED, BOLUS_PL, BOLUS_MS, BOLUS_RATE),
        (BOLUS_AT_MS, events.RATE, DAY + BOLUS_RATE, DAY + BOLUS_RATE, 0),
        (BOLUS_AT_MS + BOLUS_MS, events.BOLUS_ENDED, 8000, 8000, 1),
        (BOLUS_AT_MS + BOLUS_MS, events.RATE, DAY, DAY, 0),
    ]


def _stall():
    run_ends = [(at, events.RUN_END, 0, 0, events.RUN_STALL) for at in (SEEN_MS, RETRY_MS + 40_000)]
    stops = [(at, events.RATE, DAY, 0, 1) for at in (SEEN_MS, RETRY_MS + 40_000)]
    starts = [(at, events.RUN_START, n, 0) for n, at in ((2, RETRY_MS), (3, FREE_MS))]
    rates = [(at, events.RATE, DAY, DAY, 0) for at in (RETRY_MS, FREE_MS)]
    return (
        run_ends
        + stops
        + starts
        + rates
        + [
            (SEEN_MS, events.ALARM_RAISED, alarm_table.MOTOR_STALL, 41, 40),
            (SEEN_MS, events.STATE, states.STALLED, states.INFUSING, states.BY_STALL),
            (RETRY_MS, events.STALL_RETRY, 1, 60_000),
            (SEEN_MS + 1_800_000, events.ALARM_RAISED, alarm_table.UNDER_DELIVERY, 240, 480),
            (FREE_MS, events.STATE, states.INFUSING, states.STALLED, states.BY_MOTION),
            (FREE_MS, events.STALL_RECOVERED, 2, FREE_MS - SEEN_MS),
            (FREE_MS, events.ALARM_CLEARED, alarm_table.MOTOR_STALL),
            (FREE_MS + 1_500_000, events.ALARM_CLEARED, alarm_table.UNDER_DELIVERY),
            (FREE_MS + 3 * HOUR_MS, events.ALARM_ACKNOWLEDGED, alarm_table.MOTOR_STALL),
        ]
    )


def _record(event_list, scenario):
    """The trace that belongs to the events: steps are the floor of what each run owed so far."""
    trace, rates = [], {}
    for event in event_list:
        if event.code == events.RATE:
            rates[event.time_ms] = (event.a, event.b)
    stops = {event.time_ms for event in event_list if event.code == events.RUN_END}
    changes = {event.time_ms: event.a for event in event_list if event.code == events.STATE}
    instants = sorted(
        {event.time_ms for event in event_list}
        | set(range(0, scenario.job.duration_ms + 1, HOUR_MS))
    )
    demand, permitted, state, owed, before, last, outlet = (
        0,
        0,
        states.STOPPED,
        Fraction(0),
        0,
        0,
        0,
    )
    for at in instants:
        stretch = Fraction(permitted * (at - last) * 3200, 10_000_000 * DAY_MS)
        owed, last = owed + stretch, at
        outlet += (
            0
            if STALL_MS < at <= FREE_MS
            else int(stretch * 3125 * 1.03 * (1 + 0.01 * ((at // HOUR_MS * 7) % 5 - 2)))
        )
        if at in stops:
            before, owed = before + owed // 1, Fraction(0)
        demand, permitted = rates.get(at, (demand, permitted))
        state = changes.get(at, state)
        steps = int(before + owed // 1)
        trace.append(
            TraceRow(
                at,
                state,
                demand,
                permitted,
                steps,
                steps,
                outlet,
                3_200_000_000 - outlet,
                400,
                5000,
                2 * outlet // 1000,
            )
        )
    emitted = trace[-1].emitted_steps
    status = {
        "by_source": dict.fromkeys(SOURCES, 0) | {"basal": emitted - 8000, "bolus": 8000},
        "moved_steps": emitted,
        "unexplained_steps": 0,
        "unproven_steps": 0,
        "reserved_steps": emitted + 1280,
        "emitted_steps": emitted,
        "missed_steps": 0,
        "now_ms": 7 * DAY_MS,
        "offset_s": 0,
        "eri_day": 22_630,  # 2031-12-17
        "eos_day": 22_720,
        "low_in_ms": 0,
        "empty_in_ms": 10 * DAY_MS,
        "ledger_pl": emitted * 3125,
        "tip_ng": emitted * 3125 * CONC_NG_PER_ML // 10**9,
        "counted_ng": emitted * 3125 * CONC_NG_PER_ML // 10**9,
        "firmware": "0.2.0",
        "commit": "1f0c2d3e4a",
        "dirty": 0,
    }
    child = Result(
        passes=9000,
        emitted_steps=emitted,
        plant_pl=outlet,
        reservoir_pl=trace[-1].reservoir_pl,
        tip_ng=trace[-1].tip_ng,
        soundings=2,
        interpreter="made",
        heap_bytes=None,
        power_ups=1,
        journal={"records": 875, "erases": 24, "worst_sector_erases": 1},
        late_ms=0,
    )
    return Record(event_list, trace, status, child, crystal=[(0, 0, 0, 0)], refused=[])
