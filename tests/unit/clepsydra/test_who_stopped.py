"""Who stopped the pump is said by each verb that shows a pump, and by its papers (S24)."""

from clepsydra.paper import pump_blocks
from clepsydra.paper.taken import take
from clepsydra.pump.readings import alarm_of
from clepsydra.show.status_lines import alarm_text
from firmware.alarms.alarm_table import REFILL_MISMATCH

OVER, LATCHED, SEEN = 0, 1, 1


# trace: S24.3
def test_status_start_and_the_report_say_who_stopped_the_pump_and_how_long_ago(driven, run):
    driven.infuse(1000)
    said = run("stop")
    assert "leave it stopped? It beeps every 5 min until `clepsydra start`" in said.out
    driven.run(3 * 60_000)
    told = "stopped 3 min ago by a command"
    assert f"nothing is delivered, {told} -> clepsydra start" in run("status").out
    assert f"it was {told}" in run("start", typed="n\n").out
    (row,) = [
        text for label, text in pump_blocks.state(take(driven.pump())).rows if label == "state"
    ]
    assert row.endswith(told)
    assert "INFUSING to STOPPED, by a command" in run("log").out


def test_a_stop_by_the_input_is_told_as_such(driven, run):
    driven.infuse(1000)
    driven.run(60_000, fault={"kind": "stop_input", "lasts_ms": 3_600_000})
    assert "by the stop input -> clepsydra start" in run("status").out
    refused = run("start", "--yes")
    assert refused.status != 0 and "ago by the stop input" in refused.err


def test_an_alarm_that_waits_for_a_clinician_says_so_and_can_still_be_acknowledged():
    waits = alarm_of([REFILL_MISMATCH, OVER, LATCHED, SEEN, 1, 2, 2])
    assert waits.waits and "a clinician alone releases it -> clepsydra ack" in alarm_text(waits)
    holds = alarm_of([REFILL_MISMATCH, 1, LATCHED, SEEN, 1, 2, 2])
    assert not holds.waits and "clinician" not in alarm_text(holds)
