"""The summary of a run, its lines for the terminal, and reading back what a run left."""

import hashlib
import json
from dataclasses import asdict, replace

import pytest

from firmware import events
from firmware.alarms import alarm_table
from host_sim.judge import summary
from host_sim.report import terminal
from host_sim.run.reading import read_record
from host_sim.run.records import RecordError, alarms_of, pieces_between, value_at
from host_sim.run.run import Outcome
from host_sim.shared import number_text
from tests.rigs.run import DAY_MS, FREE_MS, HOUR_MS, SEEN_MS, made_week, numbered, write_record

PROMISED = {
    *(
        "name",
        "on",
        "interpreter",
        "firmware",
        "commit",
        "dirty",
        "virtual_s",
        "wall_s",
        "speedup",
        "passes",
        "emitted_steps",
        "due_steps",
        "by_source",
        "moved_steps",
        "unexplained_steps",
        "unproven_steps",
        "reserved_steps",
        "overbooked_steps",
        "journal",
    ),
    *(
        "ledger_pl",
        "plant_pl",
        "reservoir_pl",
        "soundings",
        "eri",
        "eos",
        "refills",
        "next_refill",
        "alarms",
        "expect",
        "unexpected",
        "rate_mismatches",
        "config_sha256",
        "passed",
    ),
}


def outcome_of(record):
    return Outcome("cpython", "cpython 3.x", 0.5, None, record)


def summarised(change=None):
    scenario, record = made_week()
    if change:
        change(scenario, record)
    return summary.summarise(scenario, outcome_of(record))


def test_the_summary_holds_all_that_is_promised_and_is_json(tmp_path):
    made = summarised()
    written = json.loads(summary.write(made, tmp_path).read_text())
    assert set(written) >= PROMISED
    assert written == asdict(made)
    assert made.passed
    assert (made.eri, made.eos) == ("2031-12-17", "2032-03-16")
    assert made.speedup == round(made.virtual_s / 0.5)
    assert sum(made.by_source.values()) == made.emitted_steps == made.due_steps


def test_an_alarm_is_summed_up_with_its_instants_in_seconds():
    alarm = summarised().alarms[0]
    assert (alarm.code, alarm.name, alarm.priority) == (
        alarm_table.MOTOR_STALL,
        "MOTOR_STALL",
        "HIGH",
    )
    assert (alarm.raised_s, alarm.cleared_s) == (SEEN_MS / 1000, FREE_MS / 1000)
    assert alarm.acknowledged_s == FREE_MS / 1000 + 3 * 3600


def test_the_configuration_is_known_by_the_sha_256_of_its_canonical_bytes():
    config = made_week()[0].config
    written = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
    assert summarised().config_sha256 == hashlib.sha256(written).hexdigest()


def emitted(record, steps):
    record.child = record.child._replace(emitted_steps=steps)


def test_one_step_too_many_or_too_few_fails_the_run():
    for wrong in (1, -1):
        made = summarised(lambda s, r, wrong=wrong: emitted(r, r.child.emitted_steps + wrong))
        assert not made.passed
        assert made.unexpected == [f"{449_826 + wrong:,} steps left the pin, but 449,826 were due"]


def test_what_was_reserved_when_the_power_went_is_told_apart_from_what_left():
    made = summarised(lambda s, r: None)
    assert made.by_the_rotor() == ""
    made = replace(made, moved_steps=made.emitted_steps + 34, overbooked_steps=34)
    assert made.by_the_rotor() == (
        f"; {made.moved_steps:,} moved by the rotor's sensor, 34 of them reserved when the power "
        "went and never left"
    )


def test_a_pulse_due_a_microsecond_after_the_end_of_a_run_may_have_left_and_a_second_one_not():
    """10 mg/d at 3 mg/mL is rounded down to 3333333333 pL/d: the thousandth pulse falls due 8 ns
    after 81 s.
    """

    def ends(record, scenario, steps):
        scenario.config["program"] = {"mode": "continuous", "rate_pl_per_day": 3_333_333_333}
        record.events[:] = numbered(
            [
                (0, events.RUN_START),
                (0, events.RATE, *[3_333_333_333] * 2),
                (81_000, events.RUN_END),
            ]
        )
        emitted(record, steps)

    def surprises(steps):
        made = summarised(lambda s, r: ends(r, s, steps))
        return made, [text for text in made.unexpected if "steps left the pin" in text]

    made, found = surprises(1000)
    assert (made.due_steps, made.due_at_once, found) == (999, 1, [])
    assert "equal but for 1 due within microseconds of the end of a run" in terminal.table(
        made, "there"
    )
    assert surprises(999)[1] == []
    assert surprises(1001)[1] == ["1,001 steps left the pin, but 999 were due"]


def test_after_an_underrun_fewer_steps_than_due_are_no_surprise_but_more_are():
    def ran_dry(record, steps):
        record.events[:] = [
            e._replace(c=events.RUN_UNDERRUN) if e.code == events.RUN_END else e
            for e in record.events
        ]
        emitted(record, record.child.emitted_steps + steps)

    assert summarised(lambda s, r: ran_dry(r, -5)).passed
    assert not summarised(lambda s, r: ran_dry(r, 5)).passed


def test_a_rate_that_the_oracle_does_not_share_fails_the_run():
    def wrong_rate(scenario, record):
        record.events[:] = [
            e._replace(b=e.b + 1) if e.code == events.RATE and e.time_ms == DAY_MS else e
            for e in record.events
        ]

    made = summarised(wrong_rate)
    assert made.rate_mismatches == 1
    assert not made.passed


def test_a_verdict_says_what_was_not_judged():
    made = summarised()
    assert terminal.table(made, "there").splitlines()[-1].split(None, 1) == ["verdict", "passed"]
    made.expect[0] = replace(made.expect[0], passed=None)
    assert (
        terminal.table(made, "there")
        .splitlines()[-1]
        .endswith("passed, 1 of 2 expectations not judged")
    )


def test_a_broken_expectation_fails_the_run_and_one_that_is_not_judged_does_not():
    def expect_never(beyond_end):
        stall = {
            "kind": "alarm",
            "alarm": "OCCLUSION",
            "from_ms": 0,
            "to_ms": 1,
            "text": "it",
            "beyond_end": beyond_end,
        }
        return lambda scenario, record: scenario.expects.append(stall)

    assert not summarised(expect_never(False)).passed
    assert summarised(expect_never(True)).passed


def test_the_terminal_shows_each_expectation_with_a_mark_and_the_verdict_last():
    def disappoint(scenario, record):
        scenario.expects[1]["state"] = "STALLED"
        scenario.allows.clear()

    lines = terminal.table(summarised(disappoint), "build/it").splitlines()
    assert "ok    MOTOR_STALL within 60 s of 5 d 12:00: raised at 5 d 12:00:52" in lines[-5]
    assert "FAIL  INFUSING from 5 d 14:15: INFUSING at 5 d 14:15" in lines[-4]
    assert "FAIL  UNDER_DELIVERY raised at 5 d 12:30:52" in lines[-3]
    assert lines[-2:] == ["output      build/it", "verdict     FAILED"]


def test_a_record_is_read_back_as_it_was_written(tmp_path):
    _, record = made_week()
    write_record(record, tmp_path)
    assert read_record(tmp_path) == record


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("events.csv", "seq,time\n", "header is 'seq,time'"),
        (
            "events.csv",
            "seq,time_ms,wall_s,code,a,b,c,power_up\n1,0,0,1,0,0,0,0\n2,0,0\n",
            "events.csv line 3",
        ),
        ("trace.csv", "", "header is ''"),
        ("status.json", "{", "status.json"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, name, text, told):
    write_record(made_week()[1], tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(RecordError, match=told):
        read_record(tmp_path)


def test_a_file_that_was_never_written_is_named(tmp_path):
    with pytest.raises(RecordError, match=r"events\.csv.*did not write it"):
        read_record(tmp_path)


def test_a_latched_alarm_may_be_raised_again_and_one_acknowledgement_is_for_both():
    code = alarm_table.MOTOR_STALL
    rows = [
        (0, events.ALARM_RAISED, code),
        (1, events.ALARM_CLEARED, code),
        (2, events.ALARM_RAISED, code),
        (9, events.ALARM_ACKNOWLEDGED, code),
    ]
    assert [(a.raised_ms, a.cleared_ms, a.acknowledged_ms) for a in alarms_of(numbered(rows))] == [
        (0, 1, 9),
        (2, None, 9),
    ]


def test_an_alarm_that_does_not_latch_is_over_when_it_clears():
    code = alarm_table.LOW_RESERVOIR
    rows = [
        (0, events.ALARM_RAISED, code),
        (1, events.ALARM_CLEARED, code),
        (2, events.ALARM_RAISED, code),
        (9, events.ALARM_ACKNOWLEDGED, code),
    ]
    assert [(a.raised_ms, a.cleared_ms, a.acknowledged_ms) for a in alarms_of(numbered(rows))] == [
        (0, 1, None),
        (2, None, 9),
    ]


@pytest.mark.parametrize("code", [alarm_table.MOTOR_STALL, alarm_table.LOW_RESERVOIR])
def test_an_alarm_acknowledged_while_it_holds_is_cleared_later_and_the_next_is_another(code):
    rows = [
        (0, events.ALARM_RAISED, code),
        (1, events.ALARM_ACKNOWLEDGED, code),
        (2, events.ALARM_CLEARED, code),
    ]
    rows += [(3, events.ALARM_RAISED, code), (4, events.ALARM_ACKNOWLEDGED, code)]
    assert [(a.raised_ms, a.cleared_ms, a.acknowledged_ms) for a in alarms_of(numbered(rows))] == [
        (0, 2, 1),
        (3, None, 4),
    ]


def test_pieces_are_cut_to_the_span_and_none_is_empty():
    history = [(0, "a"), (10, "b"), (10, "c"), (20, "d")]
    assert pieces_between(history, 5, 25) == [(5, 10, "a"), (10, 20, "c"), (20, 25, "d")]
    assert pieces_between(history, 0, 10) == [(0, 10, "a")]
    assert pieces_between(history, 10, 10) == [(10, 10, "c")]


def test_the_trace_holds_its_ends_beyond_them():
    trace = made_week()[1].trace
    assert value_at(trace, "emitted_steps", 99 * DAY_MS) == trace[-1].emitted_steps
    assert value_at(trace, "outlet_pl", HOUR_MS) == trace[1].outlet_pl
    with pytest.raises(RecordError, match="no rows"):
        value_at([], "outlet_pl", 0)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (number_text.volume(1_312_345_678), "1.312 mL"),
        (number_text.volume(25_000_000), "25 uL"),
        (number_text.volume(1_999_999_375), "2.000 mL"),
        (number_text.volume(0), "0 mL"),
        (number_text.volume(42), "42 pL"),
        (number_text.dose(50_000), "50 ug"),
        (number_text.rate(225_000_000), "0.2250 mL/d"),
        (number_text.percent(1_331, 1_312), "+1.45 %"),
        (number_text.percent(999_999, 1_000_000), "0.00 %"),
        (number_text.percent(1, 0), "-"),
        (number_text.span(7 * DAY_MS), "7 d"),
        (number_text.span(90 * 60_000), "90 min"),
        (number_text.span(150 * 60_000), "2.5 h"),
        (number_text.span(1), "1 ms"),
        (number_text.moment(SEEN_MS + 999), "5 d 12:00:52"),
        (number_text.significant(0.00012345), "0.0001234"),
        (number_text.civil(8 * HOUR_MS, 1_767_571_200), "Mon 5 Jan 2026 08:00"),
        (
            number_text.in_units("1999999375 pL left, 110090 ng over 600000 ms"),
            "2.000 mL left, 110.1 ug over 10 min",
        ),
    ],
)
def test_numbers_read_as_a_person_would_say_them(told, text):
    assert told == text
