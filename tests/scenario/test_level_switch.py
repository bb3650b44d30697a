"""A level switch that knows more than the books, and one that knows nothing, in whole scenarios."""

import pytest

from host_sim.judge.summary import summarise
from host_sim.run.run import run
from host_sim.scenario.load import load

RESIDUAL_PL = 500_000_000
HEAD = '[head]\nvolume_per_rev = "10 uL"\n[reservoir]\ncapacity = "20 mL"\nfill = "20 mL"\n'
OVER = HEAD + '[truth]\nvolume_per_rev = "11.4 uL"\n'

# 14 % over: inside the declared 14.5 %. The switch closes on day 15.79, and air would come on day
# 17.1; by the books it is low on day 18 and empty on day 19.5.
ACTIVE_FOR_DAYS = """
name = "level switch active for days"
board = "rpi_pico"
start = "2026-01-05 08:00"
duration = "20 d"
[program]
mode = "continuous"
rate = "1 mL/d"
[[expect]]
alarm = "LOW_RESERVOIR"
between = ["15 d 18:57", "15 d 19:57"]
[[expect]]
alarm = "EMPTY_RESERVOIR"
between = ["16 d 23:00", "17 d 02:00"]
[[expect]]
no_alarm = "LEVEL_DISAGREES"
[[expect]]
state = "EMPTY"
from = "17 d 02:00"
"""
DRY = """
name = "dry before the books say low"
board = "rpi_pico"
start = "2026-03-02 00:00"
duration = "40 d"
[program]
mode = "continuous"
rate = "0.5 mL/d"
[[expect]]
alarm = "LOW_RESERVOIR"
between = ["31 d", "32 d 12:00"]
[[expect]]
alarm = "EMPTY_RESERVOIR"
between = ["33 d", "34 d 05:00"]
"""
SHORTED = """
name = "level switch shorted on the second day"
board = "rpi_pico"
start = "2026-01-05 08:00"
duration = "18 d"
[program]
mode = "continuous"
rate = "1 mL/d"
[[fault]]
time = "2 d"
kind = "level_stuck"
at = "active"
[[expect]]
alarm = "LEVEL_DISAGREES"
within = "61 s"
of = "2 d"
[[expect]]
alarm = "LOW_RESERVOIR"
within = "61 s"
of = "2 d"
[[expect]]
state = "INFUSING"
from = "00:01"
[[expect]]
delivered = "18 mL"
by = "plant"
"""
CHATTERING = """
name = "level switch that chatters"
board = "rpi_pico"
start = "2026-01-05 08:00"
duration = "3 d"
[program]
mode = "continuous"
rate = "1 mL/d"
[[fault]]
time = "2 d"
every = "1 min"
until = "2 d 00:30"
kind = "level_stuck"
at = "active"
lasts = "20 s"
[[expect]]
alarm = "LEVEL_DISAGREES"
between = ["2 d 00:04", "2 d 00:05"]
[[expect]]
no_alarm = "LOW_RESERVOIR"
[[expect]]
state = "INFUSING"
from = "00:01"
"""


@pytest.mark.parametrize("on", ["cpython", "micropython"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ACTIVE_FOR_DAYS + OVER, id="14 % over"),
        pytest.param(DRY + OVER, id="14 % over, slowly"),
        pytest.param(SHORTED + HEAD, id="shorted"),
        pytest.param(CHATTERING + HEAD, id="chattering"),
    ],
)
def test_the_switch_is_believed_where_it_fits_the_books_and_no_air_is_drawn(tmp_path, text, on):
    path = tmp_path / "case.toml"
    path.write_text(text)
    scenario = load(path)
    outcome = run(scenario, on, tmp_path / "out")
    summary = summarise(scenario, outcome)
    assert summary.passed, (summary.expect, summary.unexpected)
    assert min(row.reservoir_pl for row in outcome.record.trace) > RESIDUAL_PL
