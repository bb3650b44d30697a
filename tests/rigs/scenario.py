"""A small scenario to change in tests, and the problems that a change makes."""

import re

from host_sim.scenario.load import ScenarioError, load

PLACE = re.compile(r"\.toml:\d+:\d+:")

BASE = """\
name = "Base"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "7 d"

[drug]
name = "baclofen"
concentration = "2000 ug/mL"

[head]
volume_per_rev = "10 uL"

[reservoir]
capacity = "20 mL"
fill = "10 mL"

[limits]
max_rate = "24 mL/d"
max_dose_1h = "200 ug"
max_dose_24h = "1500 ug"

[program]
mode = "flex"
safe_rate = "250 ug/d"
steps = [["00:00", "300 ug/d"], ["06:00", "450 ug/d"]]
"""
DRUG = '[drug]\nname = "baclofen"\nconcentration = "2000 ug/mL"\n'
PROGRAM = BASE[BASE.index("[program]") :]
PLAN = """\
[program]
mode = "plan"
advance = "auto"
origin = "spinal"
[[program.stages]]
days = 2
[program.stages.program]
mode = "continuous"
rate = "300 ug/d"
[[program.stages]]
days = 3
[program.stages.program]
mode = "continuous"
rate = "390 ug/d"
"""
WEEKLY = """\
[program]
mode = "weekly"
safe_rate = "250 ug/d"
[program.patterns]
workday = [["00:00", "300 ug/d"]]
weekend = [["08:00", "400 ug/d"]]
[program.days]
mon = "workday"
tue = "workday"
wed = "workday"
thu = "workday"
fri = "workday"
sat = "weekend"
sun = "weekend"
"""


def changed(old, new, text=BASE):
    """The base with one piece of it replaced."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def weekly(old="", new=""):
    """The base with a weekly program, one piece of that replaced."""
    return changed(PROGRAM, changed(old, new, WEEKLY) if old else WEEKLY)


def loaded(folder, text, **options):
    """The scenario with this text."""
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, **options)


def problems_of(folder, text):
    """The problems that it has, [] if none, each without line and column."""
    try:
        loaded(folder, text)
    except ScenarioError as error:
        assert str(error) == "\n".join(error.problems) and len(str(error).splitlines()) == len(
            error.problems
        )
        return [PLACE.sub(".toml:", problem, count=1) for problem in error.problems]
    return []
