"""A crystal that is off: the scenario speaks of the bench's time, and so does all that judges and
shows a run.
"""

import pytest

from host_sim.judge import expect
from host_sim.judge.summary import summarise
from host_sim.report.series import Series
from host_sim.run.records import alarms_of
from host_sim.run.run import run
from host_sim.scenario.load import load

DAY_MS = 86_400_000
THERAPY = """
name = "Twelve days, and a supply dip"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "13 d"
[head]
volume_per_rev = "10 uL"
[reservoir]
capacity = "20 mL"
fill = "18 mL"
[truth]
crystal = "%d ppm"
[program]
mode = "continuous"
rate = "0.5 mL/d"
[[fault]]
kind = "slow_crystal"
time = "6 d"
by = "%d ppm"
[[fault]]
kind = "supply_dip"
time = "12 d"
to = "4200 mV"
lasts = "6 h"
[[at]]
do = "stop"
time = "12 d 12:00"
[[expect]]
alarm = "SUPPLY_LOW"
within = "5 min"
of = "12 d"
[[expect]]
state = "STOPPED"
from = "12 d 12:00"
until = "13 d"
[[expect]]
state = "INFUSING"
from = "0:01"
until = "12 d 11:59:59"
[[expect]]
rate = "0.5 mL/d"
at = "12 d 11:59:59"
[[expect]]
rate = "0 mL/d"
at = "12 d 12:00"
[[allow]]
alarm = "NOTHING_DELIVERED"
"""


@pytest.mark.parametrize(
    ("crystal_ppm", "slower_ppm"), [(500, 1), (-500, 1), (0, 1000), (-37, 13), (1000, 1000)]
)
def test_verdicts_and_alarms_are_on_the_bench_s_time_when_the_crystal_is_off(
    tmp_path, crystal_ppm, slower_ppm
):
    path = tmp_path / "crystal.toml"
    path.write_text(THERAPY % (crystal_ppm, slower_ppm), encoding="utf-8")
    scenario = load(path)
    outcome = run(scenario, "cpython", tmp_path / "out")
    record = outcome.record

    assert [
        (verdict.passed, verdict.found)
        for verdict in expect.judge(scenario, record)
        if not verdict.passed
    ] == []
    summary = summarise(scenario, outcome)
    assert summary.passed, summary.unexpected
    assert summary.emitted_steps == summary.due_steps
    (raised_s,) = [alarm.raised_s for alarm in summary.alarms if alarm.name == "SUPPLY_LOW"]
    assert 0 <= raised_s - 12 * 86_400 <= 300
    (pump_own,) = [
        alarm.raised_ms for alarm in alarms_of(record.events) if alarm.name == "SUPPLY_LOW"
    ]
    ahead_s = (raised_s * crystal_ppm - (raised_s - 6 * 86_400) * slower_ppm) / 10**6
    assert abs(pump_own / 1000 - raised_s - ahead_s) <= 0.002
    times, rates = Series(scenario, record).permitted()
    assert min(abs(at_ms - 12.5 * DAY_MS) for at_ms in times) <= 1 and rates[-1] == 0
    assert abs(record.bench_ms(record.status["now_ms"]) - 13 * DAY_MS) <= 1
