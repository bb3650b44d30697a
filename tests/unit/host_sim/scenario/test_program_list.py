"""Stages of a plan name programs of one list."""

import pytest

from clepsydra.errors import BadInput
from clepsydra.prescription.program_file import read_program_text

CONFIG = {
    "drug": {"name": "baclofen", "conc_ng_per_ml": 500_000},
    "limits": {
        "max_rate_pl_per_day": 24 * 10**9,
        "min_rate_pl_per_day": 10**6,
        "program_max_rate_pl_per_day": 5 * 10**9,
    },
}
LISTED = """[program]
mode = "plan"
origin = "spinal"

[program.programs.low]
mode = "continuous"
rate = "400 ug/d"

[program.programs.night]
mode = "flex"
safe_rate = "300 ug/d"
steps = [["00:00", "400 ug/d"], ["08:00", "480 ug/d"]]

[[program.stages]]
days = 3
program = "low"

[[program.stages]]
days = 2
program = "night"

[[program.stages]]
days = 4
program = "low"
"""
LOW = '{mode = "continuous", rate = "400 ug/d"}'
NIGHT = """{mode = "flex", safe_rate = "300 ug/d", steps = [["00:00", "400 ug/d"], \
["08:00", "480 ug/d"]]}""".replace("\\\n", "")


def read(text):
    return read_program_text(text, CONFIG, "plan.toml")


def test_a_stage_that_names_a_program_is_the_stage_that_has_it():
    head = LISTED.partition("[program.programs")[0]
    rows = [(3, LOW), (2, NIGHT), (4, LOW)]
    each = "".join(f"[[program.stages]]\ndays = {days}\nprogram = {one}\n" for days, one in rows)
    assert read(LISTED) == read(head + each)
    mixed = LISTED.replace('days = 4\nprogram = "low"', f"days = 4\nprogram = {LOW}")
    assert read(mixed) == read(LISTED)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"night"',
            '"nigth"',
            'stages[2].program: "nigth" is not a program, did you mean "night"?',
        ),
        ('"night"', '"low"', "programs.night: is the program of no stage"),
        ('"flex"', '"stopped"', "programs.night.mode: is"),
        ('"night"', "3", "stages[2].program: 3 is not a table"),
        ("400 ug/d", "400 mg/d", "programs.low.rate"),
        ("[program.programs.low]", "[program.programs.low.more]", "programs.low"),
    ],
)
def test_a_slip_in_the_list_is_named_with_its_place(old, new, told):
    with pytest.raises(BadInput) as refused:
        read(LISTED.replace(old, new, 1))
    assert told in str(refused.value)


def test_a_name_without_a_list_is_refused():
    text = (
        LISTED.partition("[program.programs")[0] + '[[program.stages]]\ndays = 1\nprogram = "low"'
    )
    with pytest.raises(BadInput, match="allowed: a table, since"):
        read(text)
