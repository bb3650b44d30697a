"""Commands and faults that come again; messages with their line; a unit that was meant."""

import pytest

from host_sim.scenario.load import ScenarioError
from tests.rigs.scenario import BASE, changed, loaded, problems_of

HOUR = 3_600_000
DAY = 24 * HOUR
BOLUS = 'do = "bolus"\ndose = "5 ug"\nover = "10 min"\n'


def entry(lines, head="[[at]]\n", base=BASE):
    return base + head + lines


def boluses(folder, lines, base=BASE, **options):
    job = loaded(folder, entry(lines + "\n" + BOLUS, base=base), **options).job
    return [at for at, payload in job.commands if payload["do"] == "bolus"]


def test_a_bolus_every_12_h_comes_to_the_end_of_the_run(tmp_path):
    found = boluses(tmp_path, 'time = "08:00"\nevery = "12 h"')
    assert found == [8 * HOUR + n * 12 * HOUR for n in range(14)]


def test_until_is_the_last_instant(tmp_path):
    found = boluses(tmp_path, 'time = "08:00"\nevery = "12 h"\nuntil = "1 d 08:00"')
    assert found == [8 * HOUR, 20 * HOUR, DAY + 8 * HOUR]


def test_times_of_day_are_those_of_the_bench_each_day(tmp_path):
    base = changed('start = "2026-01-05 00:00"', 'start = "2026-01-05 09:30"')
    found = boluses(tmp_path, 'at_times = ["20:00", "08:00"]', base)
    first = int(10.5 * HOUR)
    assert found == [first + n * 12 * HOUR for n in range(14)]


def test_times_of_day_begin_at_time_and_end_at_until(tmp_path):
    lines = 'at_times = ["08:00", "20:00"]\ntime = "1 d 08:00"\nuntil = "2 d 12:00"'
    assert boluses(tmp_path, lines) == [DAY + 8 * HOUR, DAY + 20 * HOUR, 2 * DAY + 8 * HOUR]


def test_a_shorter_or_longer_run_has_fewer_or_more(tmp_path):
    lines = 'at_times = ["08:00"]'
    assert boluses(tmp_path, lines, duration_ms=2 * DAY) == [8 * HOUR, DAY + 8 * HOUR]
    assert len(boluses(tmp_path, lines, duration_ms=30 * DAY)) == 30


@pytest.mark.parametrize("do", ['do = "acknowledge"', 'do = "set_clock"', 'do = "alarm_test"'])
def test_any_command_may_come_again(tmp_path, do):
    commands = loaded(tmp_path, entry('at_times = ["08:00"]\n' + do + "\n")).job.commands[2:]
    assert [at for at, _ in commands] == [n * DAY + 8 * HOUR for n in range(7)]
    if "clock" in do:  # each time the bench's own
        assert [payload["wall_s"] - commands[0][1]["wall_s"] for _, payload in commands] == [
            n * 86_400 for n in range(7)
        ]


def test_a_fault_may_come_again(tmp_path):
    lines = 'at_times = ["08:00", "20:00"]\nkind = "stall"\nlasts = "1 h"\n'
    faults = loaded(tmp_path, entry(lines, "[[fault]]\n")).job.faults
    assert len(faults) == 14
    assert faults[1] == [20 * HOUR, {"kind": "stall", "lasts_ms": HOUR}]


def test_repeated_faults_that_overlap_are_told_once(tmp_path):
    lines = 'time = "1 h"\nevery = "1 h"\nkind = "stall"\nlasts = "2 h"\n'
    (problem,) = problems_of(tmp_path, entry(lines, "[[fault]]\n"))
    assert "02:00 lies within another stall" in problem


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "at[1].time: is missing; allowed: 0 s to the end of the run; add it: when, after the"),
        ('time = "1 h"\nuntil = "2 h"', "at[1].until: ends what is not repeated"),
        ('time = "3 h"\nevery = "1 h"\nuntil = "2 h"', "at[1].until: ends before it begins"),
        ('time = "3 h"\nevery = "1 h"\nuntil = "9 d"', "at[1].until: reaches to 9 d, after the"),
        ('time = "3 h"\nevery = "1 h"\nat_times = ["08:00"]', "at[1]: has both every and at_times"),
        ("at_times = []", "at[1].at_times: [] is not a list of times"),
        ('at_times = ["25:00"]', "is not a time of day; allowed: hh:mm"),
    ],
)
def test_keys_that_do_not_fit_together_are_refused(tmp_path, lines, told):
    (problem,) = problems_of(tmp_path, entry(lines + "\n" + BOLUS))
    assert told in problem


def test_each_problem_has_its_line(tmp_path):
    text = entry('time = "1 d"\n' + BOLUS) + "\n\n" + "[[at]]\n" + 'time = "1 d"\ndo = "dance"\n'
    text += "[[at]]\n" + 'time = "2 d"\ndo = "set_program"\n[at.program]\nmode = "hop"\n'
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, text)
    lines = text.splitlines()
    places = [problem.split(".toml:")[1].split(":")[:2] for problem in caught.value.problems]
    assert [lines[int(line) - 1] for line, _ in places] == ['do = "dance"', 'mode = "hop"']
    assert all(column == "1" for _, column in places)


def test_a_key_that_is_missing_has_the_line_of_its_table(tmp_path):
    text = entry('time = "1 d"\ndo = "bolus"\ndose = "5 ug"\n')
    with pytest.raises(ScenarioError, match=r"\.toml:%d:1: at\[1\]\.over: is missing" % 26):
        loaded(tmp_path, text)
    assert text.splitlines()[25] == "[[at]]"


# trace: wrong units
@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (
            "170 mg/d",
            '"170 mg/d" is 340 mL/d at 500 ug/mL, 14 times the maximum: did you mean "170 ug/d"?',
        ),
        ("900 ug/h", '"900 ug/h" is 43.2 mL/d at 500 ug/mL: did you mean "900 ug/d"?'),
        ("30 mL/d", '"30 mL/d" is 30 mL/d: did you mean "30 uL/d"?'),
    ],
)
def test_a_unit_that_is_too_large_is_said_with_the_one_that_fits(tmp_path, rate, told):
    text = changed('"2000 ug/mL"', '"500 ug/mL"')
    text = changed('"300 ug/d"', '"%s"' % rate, text)
    (problem,) = problems_of(tmp_path, text)
    assert told in problem and problem.endswith("correct the unit")


def test_a_dates_of_toml_and_iso_are_taken(tmp_path):
    for start in ("2026-01-05T00:00:00", '"2026-01-05T00:00"', "2026-01-05", "2026-01-05 00:00:00"):
        text = changed('start = "2026-01-05 00:00"', "start = " + start)
        assert loaded(tmp_path, text).job.start_wall_s == loaded(tmp_path, BASE).job.start_wall_s


def test_the_true_steps_of_a_revolution_may_differ(tmp_path):
    job = loaded(tmp_path, BASE + "[truth]\nsteps_per_rev = 1600\n").job
    assert (job.truth.steps_per_rev, job.config["head"]["steps_per_rev"]) == (1600, 3200)
