"""docs/faults.md: what each fault of rotor, line and tip looks like to the pump, measured.

python -m tests.tools.faults_seen                          # runs them all, prints the page
python -m tests.tools.faults_seen --into docs/faults.md

Each row is a scenario of its own: five days at 300 ug/d, the fault after one day, and the same
without it beside. CPython only.
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from firmware.alarms import alarm_table
from host_sim.run.records import alarms_of, value_at
from host_sim.run.run import run
from host_sim.scenario.load import load
from host_sim.shared import number_text

AT_MS = 86_400_000
SEEN_MS = 900_000  # an alarm as soon as this has seen it
NG_PER_STEP = 6.25
SAME_NG = 1500  # the rollers and the line's content make that much of a difference
BASE = """
name = "Five days, and a fault after one"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "5 d"
[drug]
name = "baclofen"
concentration = "2000 ug/mL"
[head]
volume_per_rev = "10 uL"
[reservoir]
capacity = "20 mL"
fill = "10 mL"
[limits]
max_dose_1h = "200 ug"
max_dose_24h = "1500 ug"
[line]
tubing = "0.14 mL"
catheter = "0.132 mL"
[program]
mode = "continuous"
rate = "300 ug/d"
"""
BOLUS = """
[[at]]
time = "1 d 06:00"
do = "bolus"
dose = "100 ug"
over = "1 min"
"""


class Row(NamedTuple):
    """A fault as a person calls it, its keys, and what else the scenario has."""

    says: str
    fault: str
    more: str = ""


class Found(NamedTuple):
    """What came of it: "seen", "late" or "never"; [(alarm, ms after the fault)]; and what the tip
    did not get, ng, in truth and by the pump's own count of what moved. Below zero: too much.
    """

    verdict: str
    alarms: list
    missing_ng: int
    stated_ng: int


ROWS = {
    "occlusion": Row("line shut", 'kind = "occlusion"'),
    "kink_half": Row("kink, half of the conductance gone", 'kind = "kink"\nby = "50 %"'),
    "kink_most": Row("kink, 99.9 % gone", 'kind = "kink"\nby = "99.9 %"'),
    "kink_bolus": Row(
        "the same, and 100 ug in a minute after 6 h", 'kind = "kink"\nby = "99.9 %"', BOLUS
    ),
    "leak": Row("leak of a third of the flow", 'kind = "leak"\nrate = "0.05 mL/d"'),
    "disconnection": Row("catheter off the tubing", 'kind = "disconnection"'),
    "dislodgement": Row("tip out of its place", 'kind = "dislodgement"'),
    "air": Row("0.1 mL of air drawn in", 'kind = "air"\nvolume = "0.1 mL"'),
    "wear": Row("tube worn, 20 % less a turn", 'kind = "wear"\nby = "20 %"\nover = "1 h"'),
    "empty_early": Row("9.3 mL gone from the reservoir", 'kind = "empty_early"\nvolume = "9.3 mL"'),
    "step_loss": Row("rotor misses 30 % of the steps", 'kind = "step_loss"\nby = "30 %"'),
    "free_flow": Row(
        "tube not closed by the rotor, 1 mL a day runs through by itself",
        'kind = "free_flow"\nrate = "1 mL/d"',
    ),
    "turned": Row("rotor turned from outside, half a turn", 'kind = "turned"\nsteps = 1600'),
    "stall": Row("rotor held for good", 'kind = "stall"'),
    "magnet_sound": Row(
        "field of 45 min that leaves the sensor alone",
        'kind = "magnet"\nlasts = "45 min"\nencoder = "sound"',
    ),
    "magnet": Row("field of 45 min, sensor out of its limits", 'kind = "magnet"\nlasts = "45 min"'),
    "magnet_late": Row(
        "the same, and the rotor free a day later",
        'kind = "magnet"\nlasts = "45 min"\nrecovers_after = "24 h"',
    ),
    "magnet_long": Row("field of 6 h, sensor out of its limits", 'kind = "magnet"\nlasts = "6 h"'),
    "magnet_pulled": Row(
        "field of 45 min that turns the sensor's angle, within its limits",
        'kind = "magnet"\nlasts = "45 min"\nencoder = "pulled"',
    ),
}
HEAD = """# Faults that a pump sees, and those that it does not

What each fault of rotor, line and tip looks like to the pump of today, on a board with a rotor's
sensor, a level switch and a pressure switch. `python -m tests.tools.faults_seen --into
docs/faults.md` makes this page: each row is a run of five days at 300 ug/d (0.15 mL/d) through a
line of 0.272 mL, with the fault from the first day's end on.

*Seen*: an alarm of MEDIUM or above within 15 min. *Late*: one that comes later. *Never*: none in
the four days. *Missing* is what the tip did not get in those days, beside a run without the fault;
*by the pump* is the same by the pump's own count of steps that moved the rotor.

| Fault | | What the pump says | Missing | By the pump |
|---|---|---|---|---|
"""
FOOT = """
- A head delivers what it turns, so a kink raises the pressure and delays the flow, and changes
  nothing else. The line hides it, and an occlusion, for as long as it takes to swell to the
  switch's pressure: 0.1 mL here, 16 h of the basal flow, or a bolus of 200 ug.
- What lies behind the head nobody sees. A leak, a disconnection and a dislodged tip leave every
  number of the pump as it should be; even what is withdrawn at a refill is as expected.
- A tube that the rotor does not close gives by itself, and the rotor says nothing of it. The level
  switch tells it, at the latest when the reservoir is low; that is after days.
- Air comes out as air. It is a gap in the dose that the pump counts as given.
- Where a field drives the sensor's own magnet out of its limits the pump says MOTION_SENSOR and
  goes on with its pulses. If less than half a turn of steps went by meanwhile, the first reading
  after it is a stall. If more went by, that reading is left out (the sensor may have lost a turn),
  no stall is said, and the missed dose stands in the status alone, as steps that did not move.
- A field that turns the angle while its strength stays within the limits is taken for motion:
  FAULT, and steps without a pulse in the books.
- A closed level switch that does not fit the books is LEVEL_DISAGREES; it stops nothing. The
  reservoir then counts as low until the next refill.
"""


def measure(key, folder, reference=None):
    """(Found, the run's Outcome) of a row; `reference`: the outcome of the same without a fault."""
    row = ROWS[key]
    bare = _run(folder, key + "_without", BASE + row.more) if reference is None else reference
    text = f'{BASE}{row.more}\n[[fault]]\ntime = "1 d"\n{row.fault}\n'
    outcome = _run(folder, key, text)
    record, other = outcome.record, bare.record
    raised = [
        (alarm.name, alarm.raised_ms - AT_MS)
        for alarm in alarms_of(record.bench_events())
        if alarm.priority >= alarm_table.MEDIUM
    ]
    end_ms = record.trace[-1].time_ms
    missing_ng = value_at(other.trace, "tip_ng", end_ms) - value_at(record.trace, "tip_ng", end_ms)
    moved = record.status["moved_steps"]
    stated = other.child.emitted_steps - min(record.child.emitted_steps, moved)
    verdict = "never"
    if raised:
        verdict = "seen" if raised[0][1] <= SEEN_MS else "late"
    return Found(verdict, raised, missing_ng, round(stated * NG_PER_STEP)), outcome


def page(found):
    """The text of the page, from {key: Found}."""
    lines = [HEAD]
    for key, row in ROWS.items():
        one = found[key]
        said = ", ".join(f"{name} {_after(ms)}" for name, ms in one.alarms) or "nothing"
        cells = (row.says, one.verdict, said, _dose(one.missing_ng), _dose(one.stated_ng))
        lines.append("| %s |\n" % " | ".join(cells))
    return "".join([*lines, FOOT])


def measured():
    """{key: Found} of all rows."""
    with tempfile.TemporaryDirectory() as folder:
        plain = _run(folder, "plain", BASE)
        return {
            key: measure(key, folder, None if row.more else plain)[0] for key, row in ROWS.items()
        }


def _run(folder, name, text):
    path = Path(folder) / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return run(load(path), "cpython", Path(folder) / name)


def _after(ms):
    return "at once" if ms < 60_000 else f"after {number_text.span(ms)}"


def _dose(ng):
    return "none" if abs(ng) < SAME_NG else f"{ng / 1000:,.0f} ug"


def main(words):
    if words and (words[0] != "--into" or len(words) != 2):
        print(__doc__, file=sys.stderr)
        return 2
    text = page(measured())
    if words:
        Path(words[1]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
