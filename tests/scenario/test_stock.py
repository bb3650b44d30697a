"""Every stock scenario: it passes, to the step, alike on both interpreters and wherever the chip's
counter starts.
"""

from itertools import pairwise

from firmware import events
from firmware.alarms import alarm_table
from host_sim.run.records import books_pl
from host_sim.shared.quantities import MS_PER_DAY
from host_sim.shared.values import RAW_TICKS_PERIOD_MS
from tests.scenario.stock import CUT_DAYS, NAMES, each

COUNTS_PER_REV = 4096
SPREAD = ("flex_week", "stall_and_recovery")  # enough to show what the seed does
# How far the plant's volume lies from the books, in parts per thousand (least, most): the
# calibration that is off, and the steps of tries that moved nothing. Everywhere else they are the
# same but for the line's content and the rollers.
PLANT_FROM_BOOKS = {
    "flex_week": (28, 29),
    "titration": (9.9, 10.1),
    "stall_and_recovery": (-7, -6),
    "mri_scan": (-12.2, -12),
}
# Steps that the books have and the pin has not: at each of three cuts in a run, 4 uL that were
# reserved, and what was asked for when they were
OVERBOOKED = {"power_cuts": 3 * (4 * 320 + 2 * 320)}
SAME = (-0.5, 0.5)


def test_the_stock_scenarios_are_those_that_are_promised():
    promised = (
        "flex_week weekly_workdays reservoir_low_to_empty stall_and_recovery occlusion clock_lost "
        "bolus_against_the_caps tick_wrap seven_years refill_mismatch refill_in_order"
    )
    assert set(promised.split()) <= set(NAMES)


@each()
def test_a_stock_scenario_passes_and_says_so(runs, name):
    made = runs.stock(name)
    assert made.status == 0, made.printed
    label, verdict = made.printed.splitlines()[-1].split(maxsplit=1)
    assert (
        label == "verdict" and verdict.split(",")[0] == "passed"
    )  # of a run cut short it says what was not judged
    assert made.summary["unexpected"] == []
    assert 100_000 < (made.folder / "report.html").stat().st_size < 1_500_000


@each()
def test_every_expectation_is_judged_and_holds(runs, name):
    verdicts = runs.stock(name).summary["expect"]
    assert verdicts, "it expects nothing"
    beyond = [expect.get("beyond_end", False) for expect in runs.stock(name).scenario.expects]
    assert [verdict["passed"] for verdict in verdicts] == [
        None if late else True for late in beyond
    ]
    assert name in CUT_DAYS or not any(beyond)


@each()
def test_every_step_that_was_due_left_the_pin(runs, name):
    summary = runs.stock(name).summary
    assert summary["emitted_steps"] == summary["due_steps"] > 0
    assert summary["rate_mismatches"] == 0
    assert summary["overbooked_steps"] <= OVERBOOKED.get(name, 0)
    booked = sum(summary["by_source"].values()) + summary["unproven_steps"]
    assert booked == summary["emitted_steps"] + summary["overbooked_steps"]


@each()
def test_the_books_are_the_emitted_steps_at_the_calibration(runs, name):
    made = runs.stock(name)
    steps = made.summary["emitted_steps"] + made.summary["overbooked_steps"]
    steps -= made.summary["by_source"]["take_up"]  # the play of a screw is no volume
    assert made.summary["ledger_pl"] == books_pl(made.scenario.config, steps)
    assert made.record.trace[-1].emitted_steps == made.summary["emitted_steps"]


@each()
def test_the_plant_differs_from_the_books_as_far_as_the_scenario_says(runs, name):
    summary = runs.stock(name).summary
    least, most = PLANT_FROM_BOOKS.get(name, SAME)
    assert least <= 1000 * (summary["plant_pl"] / summary["ledger_pl"] - 1) <= most


@each()
def test_what_the_rotor_turned_came_out_at_the_outlet(runs, name):
    made = runs.stock(name)
    truth, last = made.scenario.job.truth, made.record.trace[-1]
    turned_pl = last.moved_counts * truth.pl_per_rev // COUNTS_PER_REV
    if name == "syringe_day":  # its rotor turned back meanwhile
        turned_pl = made.summary["ledger_pl"]
    assert (
        abs(last.outlet_pl - turned_pl) < truth.pl_per_rev // 5
    )  # pulsation and spread within one turn, and the line


@each()
def test_both_interpreters_write_the_same_bytes_wherever_the_counter_starts(runs, name):
    # CPython, which is faster, begins elsewhere: one run shows that neither of the two matters.
    one, other = runs.stock(name), runs.changed(name, on="cpython", raw_ms=_elsewhere(runs, name))
    assert one.bytes_of("schedule.jsonl") == other.bytes_of("schedule.jsonl")
    assert one.bytes_of("events.csv") == other.bytes_of("events.csv")
    assert one.bytes_of("trace.csv") == other.bytes_of("trace.csv")
    assert one.record.status == other.record.status


@each(SPREAD)
def test_both_interpreters_write_the_same_bytes(runs, name):
    one, other = runs.stock(name), runs.changed(name, on="cpython")
    assert one.bytes_of("job.json") == other.bytes_of("job.json")
    assert one.bytes_of("events.csv") == other.bytes_of("events.csv")
    assert one.bytes_of("trace.csv") == other.bytes_of("trace.csv")
    assert one.record.status == other.record.status


@each(SPREAD)
def test_a_counter_that_wraps_after_a_second_changes_nothing(runs, name):
    # On one interpreter; tick_wrap and the stories wrap on MicroPython.
    stock = runs.changed(name, on="cpython")
    other = runs.changed(name, on="cpython", raw_ms=_elsewhere(runs, name))
    assert stock.bytes_of("events.csv") == other.bytes_of("events.csv")
    assert stock.bytes_of("trace.csv") == other.bytes_of("trace.csv")


def _elsewhere(runs, name):
    """A counter that wraps after a second, or one that begins at 0 where the scenario's does."""
    near = RAW_TICKS_PERIOD_MS - 1000
    return 0 if runs.stock(name).scenario.job.raw_ms == near else near


@each(SPREAD)
def test_the_same_seed_gives_the_same_trace_and_another_seed_another(runs, name):
    first = runs.stock(name)
    seed = first.scenario.job.seed
    again, other = runs.changed(name, seed=seed), runs.changed(name, seed=seed + 1)
    assert first.bytes_of("trace.csv") == again.bytes_of("trace.csv")
    assert first.bytes_of("trace.csv") != other.bytes_of("trace.csv")
    # The pump cannot see how its rollers differ, but for when the level switch closes.
    assert _but_low(first.record.events) == _but_low(other.record.events)


def _but_low(event_list):
    low = (events.ALARM_RAISED, events.ALARM_PRIORITY)
    return [e for e in event_list if not (e.code in low and e.a == alarm_table.LOW_RESERVOIR)]


@each(SPREAD[:1])
def test_without_spread_the_seed_changes_nothing(runs, name):
    even = {"roller_spread_ppt": 0}
    one, other = runs.changed(name, truth=even, seed=1), runs.changed(name, truth=even, seed=2)
    assert one.bytes_of("trace.csv") == other.bytes_of("trace.csv")


@each(["stall_and_recovery"])
def test_a_stall_is_tried_again_after_1_2_5_and_then_every_10_minutes(runs, name):
    made = runs.stock(name)
    rests_min = [
        event.b // 60_000 for event in made.record.events if event.code == events.STALL_RETRY
    ]
    assert rests_min[:3] == [1, 2, 5] and set(rests_min[3:]) == {10}
    assert len(rests_min) > 15  # three hours of it
    assert [event.a for event in made.record.events if event.code == events.STALL_RECOVERED] == [
        len(rests_min)
    ]


@each(["tick_wrap"])
def test_both_wraps_lie_within_a_bolus(runs, name):
    made = runs.stock(name)
    to_wrap_ms = RAW_TICKS_PERIOD_MS - made.scenario.job.raw_ms
    boluses = [
        (event.time_ms, event.time_ms + event.b)
        for event in made.record.events
        if event.code == events.BOLUS_ACCEPTED
    ]
    assert len(boluses) == 2
    for (start, end), wrap in zip(boluses, (to_wrap_ms, to_wrap_ms + RAW_TICKS_PERIOD_MS)):
        assert start < wrap < end


@each(["occlusion"])
def test_nothing_comes_out_of_a_shut_line_and_the_trapped_millilitre_comes_at_once(runs, name):
    trace = runs.stock(name).record.trace
    out = {row.time_ms: row.outlet_pl for row in trace}
    opened = 3 * MS_PER_DAY + MS_PER_DAY // 2
    assert out[opened] - out[MS_PER_DAY] < 10_000_000  # 10 uL in two and a half days
    assert out[opened + 10_000] - out[opened] > 900_000_000  # 0.9 mL in ten seconds


@each()
def test_volumes_are_judged_at_rows_of_the_trace(runs, name):
    made = runs.stock(name)
    rows = [row.time_ms for row in made.record.trace]
    instants = [
        expect["at_ms"]
        for expect in made.scenario.expects
        if expect["kind"] == "delivered" and not expect.get("beyond_end")
    ]
    assert all(
        min(abs(row - at_ms) for row in rows) <= 1 for at_ms in instants
    )  # 1 ms: a crystal that is off
    assert all(a <= b for a, b in pairwise(rows))


# trace: S19.4
@each(["seven_years", "seven_years_of_therapy"])
def test_years_without_faults_sound_at_most_once_a_month(runs, name):
    summary = runs.stock(name).summary
    assert summary["soundings"] <= summary["virtual_s"] // (30 * 86_400)


def test_each_silence_that_an_alarm_breaks_is_a_sounding(runs):
    assert runs.stock("weekly_workdays").summary["soundings"] == 0
    assert runs.stock("occlusion").summary["soundings"] == 3
