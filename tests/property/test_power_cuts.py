"""Random therapies with random power cuts and resets, each through the whole simulator: what left
the pin is what was owed in every power-up, nothing that left is unbooked, and no therapy ends in
silence.
"""

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware import events
from firmware.alarms.alarm_table import THERAPY_INTERRUPTED
from firmware.link.commands import CONFIRM
from host_sim.judge import due
from host_sim.machine import job, start
from host_sim.run.reading import read_record
from host_sim.run.records import by_power_up, run_spans
from tests.rigs.config import UL, made_config, made_job
from tests.rigs.run import MadeScenario

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DURATION_MS = 8 * HOUR_MS
MONDAY_S = 1_767_571_200
CONC_NG_PER_ML = 2_000_000
# Steps that one power cut leaves unproven at the most: 60 s of a bolus at 3 mL/day, and what was
# asked for when they were reserved
MOST_OVERBOOKED = 4 * 1280
RATES = (100 * UL, 500 * UL, 3000 * UL)

instants = st.integers(1, DURATION_MS // MINUTE_MS - 1).map(lambda minute: minute * MINUTE_MS + 137)
starts = st.sampled_from([None, *RATES]).map(  # with the dose of the rate, as after a cut
    lambda rate: {"do": "start", **({} if rate is None else {CONFIRM: rate * 2 // 1000})}
)
commands = st.one_of(
    starts,
    starts,
    st.sampled_from(RATES).map(lambda rate: {"do": "confirm_dose", CONFIRM: rate * 2 // 1000}),
    st.just({"do": "stop"}),
    st.just({"do": "acknowledge"}),
    st.just({"do": "set_clock", "wall_s": MONDAY_S}),
    st.sampled_from(RATES).map(
        lambda rate: {
            "do": "set_program",
            "program": {"mode": "continuous", "rate_pl_per_day": rate},
        }
    ),
    st.integers(1, 40).map(
        lambda ul: {"do": "bolus", "volume_pl": ul * UL, "duration_ms": 20 * MINUTE_MS}
    ),
)
resets = st.sampled_from(["watchdog", "intended", "unknown"]).map(
    lambda cause: {"kind": "reset", "cause": cause}
)
cuts = st.sampled_from([1, 59_999, 30 * MINUTE_MS]).map(
    lambda ms: {"kind": "power_cut", "lasts_ms": ms}
)


@st.composite
def therapies(draw):
    """(commands, faults) of a job; the power cuts do not overlap."""
    sent = sorted(
        draw(st.lists(st.tuples(instants, commands), max_size=12)), key=lambda row: row[0]
    )
    faults, end_ms = [], 0
    times = sorted(draw(st.lists(instants, min_size=1, max_size=5, unique=True)))
    for at_ms in times:
        if at_ms > end_ms:
            fault = draw(st.one_of(resets, cuts))
            end_ms = at_ms + fault.get("lasts_ms", 0)
            faults.append([at_ms, fault])
    first = [[0, {"do": "set_clock", "wall_s": MONDAY_S}], [0, {"do": "start"}]]
    return first + [list(row) for row in sent], faults


def played(sent, faults, crystal_ppb, after_reset="stop"):
    """(scenario, record) of a run in this process."""
    config = made_config(
        {"mode": "continuous", "rate_pl_per_day": 500 * UL},
        drug={"name": "baclofen", "conc_ng_per_ml": CONC_NG_PER_ML},
        limits={"max_dose_1h_ng": 400_000, "max_dose_24h_ng": 2_000_000, "bolus_lockout_s": 1800},
        pump={"after_reset": after_reset},
    )
    made = made_job(config, DURATION_MS, sent, faults)
    made = made._replace(truth=made.truth._replace(crystal_ppb=crystal_ppb))
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("job.json", "schedule.jsonl")]
        job.write(made, *paths)
        start.main(*paths, folder)
        return MadeScenario("cuts", config, made), read_record(folder)


BOLUS = {"do": "bolus", "volume_pl": 20 * UL, "duration_ms": 20 * MINUTE_MS}


@settings(max_examples=40)
@given(therapies(), st.sampled_from([0, 0, 40_000, -700_000]), st.sampled_from(["stop", "resume"]))
@example(
    ([[0, {"do": "start"}]], [[DURATION_MS - 1, {"kind": "power_cut", "lasts_ms": HOUR_MS}]]),
    0,
    "stop",
)
@example(
    (
        [[0, {"do": "start"}], [HOUR_MS, BOLUS]],
        [[HOUR_MS, {"kind": "reset", "cause": "watchdog"}]],
    ),
    0,
    "resume",
)
def test_what_is_owed_is_given_and_booked_over_power_cuts_and_no_therapy_ends_in_silence(
    therapy, crystal_ppb, after_reset
):
    scenario, record = played(*therapy, crystal_ppb, after_reset)
    runs = due.runs(scenario, record.events, record=record)
    assert record.child.emitted_steps == due.steps(runs)
    assert due.rate_mismatches(runs, record.events) == []
    status = record.status
    unproven = status["unproven_steps"]
    assert sum(status["by_source"].values()) + unproven == status["emitted_steps"]
    most_overbooked = record.child.power_ups * MOST_OVERBOOKED
    assert due.steps(runs) <= status["emitted_steps"] <= due.steps(runs) + most_overbooked
    assert status["dose_24h_ng"] * 10**9 >= due.steps(runs) * 3125 * CONC_NG_PER_ML
    ends_ms = record.ends_ms(scenario)
    power_ups = by_power_up(record.events, len(ends_ms))
    for told, end_ms, after in zip(power_ups, ends_ms, power_ups[1:], strict=False):
        assert after[0].code == events.BOOT
        spans = run_spans(told, end_ms)
        ended = sum(event.code == events.RUN_END for event in told)
        if len(spans) > ended:
            assert THERAPY_INTERRUPTED in raised_at_once(after)


def raised_at_once(told):
    return [event.a for event in told if event.code == events.ALARM_RAISED and event.time_ms == 0]
