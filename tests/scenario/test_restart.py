"""A scenario in which the pump goes on by itself after a watchdog reset, a power cut and a cut of
its flash; on both interpreters.
"""

import pytest

from firmware.alarms.alarm_table import HIGH, MEDIUM
from host_sim.judge import due
from host_sim.judge.expect import judge
from host_sim.run.records import alarms_of
from host_sim.run.run import run
from host_sim.scenario.load import load

NOTEBOOK = """
name = "It goes on by itself"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "2 d"

[drug]
name = "baclofen"
concentration = "2000 ug/mL"

[head]
volume_per_rev = "10 uL"

[reservoir]
capacity = "20 mL"
fill = "10 mL"

[limits]
max_dose_1h = "100 ug"
max_dose_24h = "1000 ug"

[pump]
after_reset = "resume"
store_grace = "6 h"

[program]
mode = "continuous"
rate = "480 ug/d"

[[fault]]                        # for seconds: it goes on with its program
time = "06:00"
kind = "reset"
cause = "watchdog"

[[fault]]                        # for an hour, but it does not know: the minimum rate
time = "12:00"
kind = "power_cut"
lasts = "1 h"

[[at]]
time = "15:00"
do = "confirm_dose"
dose = "480 ug/d"

[[at]]
time = "15:01"
do = "acknowledge"

[[fault]]
time = "20:00"
kind = "flash_cut"
operation = 2
mode = "bits"
lasts = "30 min"

[[at]]
time = "22:00"
do = "stop"

[[at]]                           # refused: nobody has stated the dose
time = "22:04"
do = "start"

[[at]]
time = "22:05"
do = "start"
confirm_dose = "480 ug/d"

[[expect]]
rate = "480 ug/d"
from = "06:01"
until = "11:59"

[[expect]]
alarm = "RESTART_DOSE"
within = "11 s"
of = "13:00"

[[expect]]
rate = "0.006 mL/d"
from = "13:01"
until = "14:59"

[[expect]]
cleared = "RESTART_DOSE"
within = "1 s"
of = "15:00"

[[expect]]
rate = "480 ug/d"
from = "15:01"
until = "19:50"

[[expect]]
refused = "start"
within = "1 s"
of = "22:04"

[[expect]]
rate = "480 ug/d"
from = "22:06"

[[allow]]
alarm = "THERAPY_INTERRUPTED"
"""


# trace: S13.4
@pytest.mark.parametrize("on", ["cpython", "micropython"])
def test_a_pump_that_resumes_goes_on_as_the_outage_lets_it(tmp_path, on):
    path = tmp_path / "resume.toml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    scenario = load(path)
    record = run(scenario, on, tmp_path / "out").record
    assert [(v.text, v.found) for v in judge(scenario, record) if not v.passed] == []
    interrupted = [a for a in alarms_of(record.bench_events()) if a.name == "THERAPY_INTERRUPTED"]
    assert [alarm.priority for alarm in interrupted] == [MEDIUM, HIGH, HIGH]
    runs = due.runs(scenario, record.events, record=record)
    assert record.child.emitted_steps == due.steps(runs)
    assert due.rate_mismatches(runs, record.events) == []
    assert record.child.power_ups == 4
