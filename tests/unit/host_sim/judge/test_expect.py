"""Every kind of expectation, kept and broken, and what happens to things that nobody expected."""

import pytest

from firmware import events
from firmware.alarms import alarm_table
from host_sim.judge import expect
from host_sim.run.records import alarms_of
from tests.rigs.run import (
    BOLUS_AT_MS,
    BOLUS_MS,
    DAY_MS,
    FREE_MS,
    HOUR_MS,
    LOW_MS,
    SEEN_MS,
    STALL_MS,
    made_scenario,
    made_week,
)

WEEK_MS = 7 * DAY_MS
STALL = {"kind": "alarm", "alarm": "MOTOR_STALL", "from_ms": STALL_MS, "to_ms": STALL_MS + 60_000}
CLEARED = {"kind": "cleared", "alarm": "MOTOR_STALL", "from_ms": FREE_MS - 1, "to_ms": FREE_MS}
QUIET = {"kind": "no_alarm", "alarm": "any", "from_ms": 0, "to_ms": STALL_MS}
STATE = {"kind": "state", "state": "INFUSING", "from_ms": FREE_MS, "to_ms": WEEK_MS}
RATE = {
    "kind": "rate",
    "rate_pl_per_day": 225_000_000,
    "from_ms": 6 * HOUR_MS,
    "to_ms": 81_000_000,
    "tolerance_ppm": 1000,
}
BOOKS = {
    "kind": "delivered",
    "by": "books",
    "volume_pl": 1_405_706_250,
    "at_ms": WEEK_MS,
    "tolerance_ppm": 0,
}
PLANT = {
    "kind": "delivered",
    "by": "plant",
    "volume_pl": 1_448_000_000,
    "at_ms": WEEK_MS,
    "tolerance_ppm": 10_000,
}
REFUSED = {"kind": "refused", "do": "bolus", "from_ms": HOUR_MS, "to_ms": HOUR_MS + 10_000}

KEPT = [
    (STALL, "raised at 5 d 12:00:52"),
    (CLEARED, "cleared at 5 d 14:05"),
    (QUIET, "none raised"),
    (STATE, "INFUSING throughout"),
    ({**STATE, "state": "STALLED", "from_ms": SEEN_MS, "to_ms": SEEN_MS}, "STALLED"),
    (RATE, "0.225 mL/d"),
    (
        {
            **RATE,
            "rate_pl_per_day": 3_825_000_000,
            "from_ms": BOLUS_AT_MS,
            "to_ms": BOLUS_AT_MS + BOLUS_MS,
        },
        "3.825 mL/d",
    ),
    ({**RATE, "rate_pl_per_day": 0, "from_ms": SEEN_MS, "to_ms": SEEN_MS + 60_000}, "0 mL/d"),
    (BOOKS, "1.4057 mL, 0.00 % from 1.4057 mL"),
    (PLANT, "1.4479 mL, 0.00 % from 1.448 mL"),
    (REFUSED, "refused at 01:00: GATE, too much"),
]
BROKEN = [
    (
        {**STALL, "alarm": "OCCLUSION"},
        "never raised; line pressure reached 0.00 of 1 bar",
    ),
    (
        {**STALL, "alarm": "EMPTY_RESERVOIR", "to_ms": WEEK_MS},
        "never raised; the least left in the reservoir was 1.752 mL, residual is 0.5 mL",
    ),
    (
        {**STALL, "alarm": "SUPPLY_LOW"},
        "never raised; the supply fell to 5000 mV, the limit is 4500 mV",
    ),
    ({**STALL, "alarm": "CLOCK_UNSET"}, "never raised"),
    ({**STALL, "to_ms": STALL_MS + 50_000}, "raised at 5 d 12:00:52, 2 s too late"),
    ({**STALL, "from_ms": SEEN_MS + 1000}, "raised at 5 d 12:00:52, 1 s too early"),
    ({**CLEARED, "to_ms": FREE_MS - 1}, "cleared at 5 d 14:05, 1 ms too late"),
    ({**CLEARED, "alarm": "LOW_RESERVOIR"}, "never cleared"),
    (
        {**QUIET, "to_ms": WEEK_MS},
        (
            "MOTOR_STALL raised at 5 d 12:00:52; UNDER_DELIVERY raised at 5 d 12:30:52; "
            "LOW_RESERVOIR raised at 6 d 07:00"
        ),
    ),
    ({**QUIET, "alarm": "LOW_RESERVOIR", "to_ms": LOW_MS}, "LOW_RESERVOIR raised at 6 d 07:00"),
    ({**STATE, "from_ms": STALL_MS}, "STALLED at 5 d 12:00:52"),
    ({**STATE, "from_ms": SEEN_MS, "to_ms": SEEN_MS}, "STALLED at 5 d 12:00:52"),
    ({**RATE, "to_ms": 81_000_001}, "0.125 mL/d at 22:30"),
    ({**RATE, "rate_pl_per_day": 225_300_000}, "0.225 mL/d at 06:00"),
    ({**RATE, "from_ms": SEEN_MS, "to_ms": SEEN_MS}, "0 mL/d at 5 d 12:00:52"),
    (
        {**BOOKS, "volume_pl": 1_500_000_000, "tolerance_ppm": 10_000},
        "1.4057 mL, -6.29 % from 1.5 mL",
    ),
    ({**PLANT, "at_ms": 0}, "0 mL, -100.00 % from 1.448 mL"),
    ({**REFUSED, "from_ms": 0, "to_ms": HOUR_MS - 1000}, "refused at 01:00, 1 s too late"),
    ({**REFUSED, "do": "refill"}, "never refused"),
]


def verdict_on(expectation):
    _, record = made_week()
    record.refused = [(HOUR_MS, "bolus", "GATE", "too much")]
    return expect.judge(made_scenario(expects=[{**expectation, "text": "it"}]), record)[0]


@pytest.mark.parametrize(("expectation", "found"), KEPT)
def test_an_expectation_that_holds_says_what_was_found(expectation, found):
    assert verdict_on(expectation) == expect.Verdict("it", True, found)


@pytest.mark.parametrize(("expectation", "found"), BROKEN)
def test_an_expectation_that_does_not_hold_says_what_was_found_instead(expectation, found):
    assert verdict_on(expectation) == expect.Verdict("it", False, found)


def test_an_expectation_beyond_the_end_is_neither_kept_nor_broken():
    assert verdict_on({**STALL, "beyond_end": True}).passed is None


def test_what_came_out_between_two_rows_of_the_trace_lies_on_the_straight_line():
    half_past = {
        **BOOKS,
        "at_ms": HOUR_MS // 2,
        "volume_pl": 150_000_000 // 48,
        "tolerance_ppm": 1000,
    }
    assert verdict_on(half_past).passed


def test_an_alarm_of_medium_or_above_that_nobody_names_is_unexpected():
    _, record = made_week()
    found = expect.unexpected(made_scenario(expects=[STALL]), record)
    assert found == ["UNDER_DELIVERY raised at 5 d 12:30:52"]  # LOW_RESERVOIR is of LOW priority


def test_a_low_reservoir_that_grew_urgent_counts_by_the_highest_priority_that_it_had():
    scenario, record = made_week()
    low = next(e for e in record.events if e.a == alarm_table.LOW_RESERVOIR)
    for priority, before in ((2, 1), (1, 2)):
        risen = low._replace(code=events.ALARM_PRIORITY, b=priority, c=before)
        record.events.append(risen)
    raised = [a for a in alarms_of(record.events) if a.name == "LOW_RESERVOIR"]
    assert [alarm.priority for alarm in raised] == [alarm_table.MEDIUM]
    assert expect.unexpected(scenario, record) == ["LOW_RESERVOIR raised at 6 d 07:00"]


@pytest.mark.parametrize(
    "allowance", [{"kind": "alarm", "alarm": "UNDER_DELIVERY"}, {"alarm": "UNDER_DELIVERY"}]
)
def test_an_allowance_names_an_alarm(allowance):
    _, record = made_week()
    assert expect.unexpected(made_scenario(expects=[STALL], allows=[allowance]), record) == []


def test_expecting_that_an_alarm_stays_away_does_not_allow_it():
    _, record = made_week()
    quiet = {**QUIET, "alarm": "UNDER_DELIVERY"}
    assert expect.unexpected(made_scenario(expects=[STALL, quiet]), record) == [
        "UNDER_DELIVERY raised at 5 d 12:30:52"
    ]


def test_a_refused_command_that_nobody_names_is_unexpected():
    scenario, record = made_week()
    record.refused = [(HOUR_MS, "bolus", "GATE", "of 25000000 pL over 600000 ms")]
    assert expect.unexpected(scenario, record) == [
        "bolus refused at 01:00: GATE, of 25 uL over 10 min"
    ]
    scenario.allows.append({"refused": "bolus"})
    assert expect.unexpected(scenario, record) == []


def test_of_many_refusals_of_a_kind_three_are_told_and_the_rest_is_counted():
    scenario, record = made_week()
    row = ("bolus", "STATE", "nothing is being infused")
    record.refused = [(hour * HOUR_MS, *row) for hour in range(1, 19)]
    record.refused[5:5] = [(HOUR_MS, "refill", "RANGE", "too much")]
    first, *_, refill, last = expect.unexpected(scenario, record)
    assert first == "bolus refused at 01:00: STATE, nothing is being infused"
    assert refill == "refill refused at 01:00: RANGE, too much"
    assert last == "bolus: 15 more, the last at 18:00"
    assert len(expect.unexpected(scenario, record)) == 5


def test_the_alarm_table_and_the_events_are_those_of_the_made_week():
    _, record = made_week()
    raised = [event.a for event in record.events if event.code == events.ALARM_RAISED]
    assert raised == [
        alarm_table.MOTOR_STALL,
        alarm_table.UNDER_DELIVERY,
        alarm_table.LOW_RESERVOIR,
    ]


# the made week gives 2 ng for each nL that left the outlet
TIP = {
    "kind": "tip_dose",
    "by": "plant",
    "dose_ng": 400_000,
    "from_ms": DAY_MS,
    "to_ms": 2 * DAY_MS,
    "tolerance_ppm": 50_000,
}
ARRIVES = {"kind": "arrives", "arrives": "drug", "from_ms": HOUR_MS, "to_ms": 2 * HOUR_MS}


def judged(one, arrivals=(), tips=()):
    scenario, record = made_week()
    record.arrivals[:] = arrivals
    record.tips[:] = tips
    scenario.expects[:] = [{**one, "text": "it is so"}]
    (verdict,) = expect.judge(scenario, record)
    return verdict.passed, verdict.found


def test_a_dose_at_the_tip_is_that_of_its_span_by_the_plant():
    _, record = made_week()
    spent = [row.tip_ng for row in record.trace if row.time_ms in (DAY_MS, 2 * DAY_MS)]
    dose_ng = spent[1] - spent[0]
    passed, found = judged({**TIP, "dose_ng": dose_ng, "tolerance_ppm": 0})
    assert passed and found.startswith(f"{dose_ng / 1000:.10g} ug")
    assert not judged({**TIP, "dose_ng": dose_ng + 1, "tolerance_ppm": 0})[0]
    assert not judged({**TIP, "dose_ng": 2 * dose_ng})[0]


def test_that_no_drug_reaches_the_tip_can_be_expected():
    nothing = {**TIP, "dose_ng": 0}
    assert judged({**nothing, "to_ms": DAY_MS}) == (True, "0 ng")
    assert not judged(nothing)[0]


def test_a_dose_at_the_tip_by_the_pump_is_what_its_status_said_then():
    said = [(DAY_MS + 20, 5_000), (2 * DAY_MS + 15, 9_000)]
    by_pump = {**TIP, "by": "pump", "dose_ng": 4_000, "tolerance_ppm": 0}
    assert judged(by_pump, tips=said)[0]
    assert not judged({**by_pump, "dose_ng": 4_001}, tips=said)[0]
    _, record = made_week()
    to_the_end = {**by_pump, "from_ms": 0, "to_ms": WEEK_MS, "dose_ng": record.status["tip_ng"]}
    assert judged(to_the_end)[0]


def test_a_pump_that_does_not_answer_states_no_dose():
    passed, found = judged({**TIP, "by": "pump"}, tips=[(DAY_MS + 3_000, 5_000)])
    assert not passed and found.startswith("the pump did not answer at ")


def test_drug_arrives_within_its_window_early_late_or_never():
    arrival = [5_400_000, 2_000_000]
    assert judged(ARRIVES, [arrival]) == (True, "arrived at 01:30")
    assert judged(ARRIVES, [[HOUR_MS - 60_000, 1]]) == (
        False,
        "arrived at 00:59, 1 min too early",
    )
    assert judged(ARRIVES, [[3 * HOUR_MS, 1]])[1] == "arrived at 03:00, 1 h too late"
    assert judged(ARRIVES) == (False, "never arrived")
