"""What is due of a fault, and what is false, on real runs of three hours, whose events are then
falsified: an alarm is taken out, comes late, or comes without a cause.
"""

from dataclasses import replace

import pytest

from firmware import events
from firmware.alarms import alarm_table
from host_sim.campaign.pump_row import row_of
from host_sim.judge.causes import CAUSES, false_alarms
from host_sim.judge.course import Course
from host_sim.judge.promises import RULES, UNJUDGED, promises
from host_sim.plant.faults import KINDS
from tests.rigs.small_campaign import BASE, loaded, run

CODES = {row.name: code for code, row in alarm_table.TABLE.items()}
STALL = 'kind = "stall"\nlasts = "20 min"'


def played(folder, fault, base=BASE):
    text = f'name = "One"\nscenario = "hours.toml"\n[[fault]]\ntime = "1 h"\n{fault}\n'
    return run(loaded(folder, text, base), 1, folder)


def without(record, names):
    """The same, but the pump never raised those alarms."""
    codes = [CODES[name] for name in names.split()]
    kept = [e for e in record.events if not (_raises(e) and e.a in codes)]
    return replace(record, events=kept)


def later(record, name, by_ms):
    """The same, but it raised the alarm so much later."""
    moved = [
        e._replace(time_ms=e.time_ms + by_ms) if _raises(e) and e.a == CODES[name] else e
        for e in record.events
    ]
    return replace(record, events=sorted(moved, key=lambda e: e.time_ms))


def _raises(event):
    return event.code == events.ALARM_RAISED


@pytest.mark.parametrize(
    ("fault", "alarm"),
    [
        (STALL, "MOTOR_STALL"),
        ('kind = "step_loss"\nby = "30 %"', "UNDER_DELIVERY"),
        ('kind = "encoder_dead"\nlasts = "1 min"', "MOTION_SENSOR"),
        ('kind = "magnet"\nlasts = "10 min"', "MOTION_SENSOR"),
        ('kind = "driver_reset"', "DRIVER_FAULT"),
        ('kind = "supply_dip"\nto = "4000 mV"\nlasts = "10 s"', "SUPPLY_LOW"),
        ('kind = "button_stuck"\nlasts = "2 min"', "BUTTON_STUCK"),
        ('kind = "stop_input"\nlasts = "1 s"', "STOP_PRESSED"),
        ('kind = "turned"\nsteps = 400', "OVER_DELIVERY"),
        ('kind = "level_stuck"\nat = "active"\nlasts = "5 min"', "LEVEL_DISAGREES LOW_RESERVOIR"),
        ('kind = "power_cut"\nlasts = "10 min"', "THERAPY_INTERRUPTED"),
        ('kind = "reset"', "THERAPY_INTERRUPTED"),
        ('kind = "occlusion"', "OCCLUSION"),
    ],
)
def test_what_the_documents_promise_comes_in_time_and_is_missed_when_it_does_not(
    tmp_path, fault, alarm
):
    base = BASE + '[truth]\nocclusion_threshold = "0.05 bar"\n'
    scenario, record = played(tmp_path, fault, base)
    row = row_of(1, scenario, record)
    assert (row["verdict"], row["due"], row["seen"]) == ("sound", 1, 1)
    missing = row_of(1, scenario, without(record, alarm))
    assert (missing["verdict"], missing["missed"]) == ("alarm missed", 1)


def test_an_alarm_that_comes_after_its_time_is_late(tmp_path):
    scenario, record = played(tmp_path, STALL)
    row = row_of(1, scenario, later(record, "MOTOR_STALL", 600_000))
    assert (row["verdict"], row["late"], row["missed"]) == ("alarm late", 1, 0)


@pytest.mark.parametrize(
    "fault",
    [
        'kind = "stall"\nlasts = "10 s"',
        'kind = "step_loss"\nby = "5 %"',
        'kind = "leak"\nrate = "0.05 mL/d"',
        'kind = "free_flow"\nrate = "0.05 mL/d"',
        'kind = "turned"\nsteps = 8',
        'kind = "supply_dip"\nto = "4900 mV"\nlasts = "10 s"',
    ],
)
def test_nothing_is_due_of_what_nobody_sees_or_is_over_before(tmp_path, fault):
    scenario, record = played(tmp_path, fault)
    (promise,) = promises(Course(scenario, record))
    assert promise.due_ms is None
    assert row_of(1, scenario, record)["verdict"] == "sound"


def test_nothing_is_due_of_a_fault_when_another_alarm_has_ended_the_run(tmp_path):
    turned = '[[fault]]\ntime = "60 min 30 s"\nkind = "turned"\nsteps = 400'
    scenario, record = played(tmp_path, f'kind = "stall"\nlasts = "1 h"\n{turned}')
    held, _ = promises(Course(scenario, record))
    assert [alarm.name for alarm in Course(scenario, record).alarms] == ["OVER_DELIVERY"]
    assert held.due_ms is None
    assert row_of(1, scenario, record)["verdict"] == "sound"


def test_a_power_up_that_is_cut_at_once_leaves_what_it_has_to_tell_to_the_next(tmp_path):
    cut = 'kind = "flash_cut"\noperation = 1\nmode = "none"\nlasts = "1 min"'
    fault = f'kind = "power_cut"\nlasts = "10 min"\n[[fault]]\ntime = "65 min"\n{cut}'
    scenario, record = played(tmp_path, fault)
    first, second = record.outages
    assert second.off_ms - first.on_ms < 1_000
    row = row_of(1, scenario, record)
    assert (row["verdict"], row["due"], row["seen"]) == ("sound", 1, 1)
    missing = row_of(1, scenario, without(record, "THERAPY_INTERRUPTED"))
    assert (missing["verdict"], missing["due"]) == ("alarm missed", 1)


@pytest.mark.parametrize("name", sorted(CODES))
def test_an_alarm_out_of_nothing_is_false_unless_its_time_has_come(tmp_path, name):
    text = 'name = "Peace"\nscenario = "hours.toml"\n'
    scenario, record = run(loaded(tmp_path, text), 1, tmp_path)
    last = record.events[-1]
    out_of_nothing = last._replace(
        seq=last.seq + 1, time_ms=7_200_000, code=events.ALARM_RAISED, a=CODES[name], b=0, c=0
    )
    record = replace(record, events=[*record.events, out_of_nothing])
    found = [alarm.name for alarm in false_alarms(Course(scenario, record))]
    scheduled = ("ERI", "EOS", "PLAN_DUE", "PRIME_INCOMPLETE")
    assert found == ([] if name in scheduled else [name])


def test_each_kind_of_fault_has_a_rule_or_is_one_that_nobody_promises_to_see():
    never = {"kink", "leak", "disconnection", "dislodgement", "air", "wear", "free_flow"}
    never |= {"clock_lost"}  # by itself it is no fault: only a program by the clock asks for one
    cuts = {"power_cut", "reset", "flash_cut"}
    assert set(RULES) | never | cuts | set(UNJUDGED) == set(KINDS)
    assert not set(RULES) & never


def test_each_cause_is_of_an_alarm_and_a_fault_that_there_is():
    assert set(CAUSES) <= set(CODES)
    for cause in CAUSES.values():
        assert set(cause.kinds) <= set(KINDS)
