"""A scenario file becomes a job, expectations and allowances."""

import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import config
from firmware.therapy import programs
from host_sim.machine.job import REQUIRED, TRUTH, Truth
from host_sim.scenario.load import load, trace_every_ms
from tests.rigs.scenario import BASE, DRUG, PROGRAM, WEEKLY, changed, loaded, weekly

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STOCK = sorted(Path("host_sim/scenarios").glob("*.toml"))
DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
READINGS = tomllib.loads(Path(__file__).with_name("readings.toml").read_text(encoding="utf-8"))
FLEX_WEEK = "host_sim/scenarios/flex_week.toml"


def test_the_flex_week_becomes_this_job():
    job = load(FLEX_WEEK).job
    assert job.config["program"] == {
        "mode": "flex",
        "safe_dose_ng_per_day": 250_000,
        "steps": [[0, 300_000], [21_600, 450_000], [81_000, 250_000]],
    }
    assert job.config["drug"] == {"name": "baclofen", "conc_ng_per_ml": 2_000_000}
    assert job.config["head"] == {
        "pl_per_rev": 10_000_000,
        "steps_per_rev": 3200,
        "rollers": 6,
        "safe_state": "hold",
    }
    assert job.config["limits"]["max_dose_1h_ng"] == 100_000
    assert job.truth.pl_per_rev == 10_300_000
    assert job.truth.fill_pl == job.config["reservoir"]["fill_pl"] == 3_200_000_000
    assert (job.start_wall_s, job.duration_ms, job.seed, job.raw_ms) == (
        1_767_571_200,
        7 * DAY,
        1,
        0,
    )
    assert job.commands == [
        [0, {"do": "set_clock", "wall_s": 1_767_571_200}],
        [0, {"do": "start"}],
        [
            2 * DAY + 8 * HOUR,
            {"do": "bolus", "dose_ng": 50_000, "duration_ms": 600_000, "confirm_lowering": 1},
        ],
    ]
    assert job.faults == [[5 * DAY + 12 * HOUR, {"kind": "stall", "lasts_ms": 2 * HOUR}]]


def test_the_flex_week_expects_a_stall_a_recovery_and_a_low_reservoir():
    scenario = load(FLEX_WEEK)
    assert [expect["text"] for expect in scenario.expects] == [
        "MOTOR_STALL is raised between 5 d 12:00 and 5 d 12:01",
        "INFUSING from 5 d 14:15 to 7 d",
        "LOW_RESERVOIR is raised between 5 d 18:00 and 6 d 06:00",
    ]
    assert (
        scenario.expects[0]["kind"] == "alarm"
        and scenario.expects[0]["to_ms"] == 5 * DAY + 12 * HOUR + MINUTE
    )
    assert scenario.allows == [{"alarm": "UNDER_DELIVERY"}]
    assert scenario.truth_stated
    assert scenario.description.startswith("A week on a flex pattern")  # its opening comment


@pytest.mark.parametrize("path", STOCK, ids=lambda path: path.stem)
def test_a_stock_scenario_loads_says_what_it_shows_and_expects_something(path):
    scenario = load(path)
    assert scenario.description and scenario.expects
    assert config.check(scenario.config) == scenario.job.config
    assert scenario.job.commands == sorted(scenario.job.commands, key=lambda command: command[0])


def test_the_stock_is_complete():
    asked_for = (
        "flex_week weekly_workdays reservoir_low_to_empty stall_and_recovery occlusion clock_lost "
        "bolus_against_the_caps tick_wrap seven_years titration refill_mismatch refill_in_order"
    )
    assert set(asked_for.split()) <= {path.stem for path in STOCK}


def test_what_is_not_stated_has_the_documented_defaults(tmp_path):
    scenario = loaded(tmp_path, changed('max_rate = "24 mL/d"\n', ""))
    assert scenario.config["limits"] == {
        "max_rate_pl_per_day": 24 * 10**9,
        "min_rate_pl_per_day": 6_000_000,
        "program_max_rate_pl_per_day": 24 * 10**9,
        "max_dose_1h_ng": 200_000,
        "max_dose_24h_ng": 1_500_000,
        "max_bolus_ng": 100_000,
        "max_prime_ng": 300_000,
        "bolus_lockout_s": 0,
        "blind_pl": 1_000_000,
        "stopped_limit_s": 3600,
        "supply_min_mv": 4500,
        "stall_steps": 40,
        "monitor_1h_pl": None,
        "monitor_24h_pl": None,
        "holiday_s": 172_800,
        "restart_dose_ng_per_day": None,
    }
    reservoir = scenario.config["reservoir"]
    assert (reservoir["low_pl"], reservoir["residual_pl"]) == (2 * 10**9, 5 * 10**8)
    assert (reservoir["level_tolerance_pl"], reservoir["level_belief_ppt"]) == (10**8, 300)
    assert scenario.job.truth == Truth(
        pl_per_rev=10_000_000,
        rollers=6,
        steps_per_rev=3200,
        backlash_steps=0,
        barrel_pl=None,
        counts_per_rev=4096,
        fill_pl=10**10,
        residual_pl=5 * 10**8,
        level_switch_pl=2 * 10**9,
        conc_ng_per_ml=2_000_000,
        tubing_pl=0,
        catheter_pl=0,
        bore_nm=530_000,
        holds_tubing_ng_per_ml=0,
        holds_catheter_ng_per_ml=0,
        compliance_pl_per_pa=1000,
        line_tau_ms=2000,
        occlusion_pa=100_000,
        pulsation_ppt=100,
        roller_spread_ppt=10,
        crystal_ppb=0,
        supply_mv=5000,
        pull_in_hz=8000,
    )
    for row in TRUTH:  # what the world is by default is said in both places
        assert row.default in (REQUIRED, getattr(scenario.job.truth, row.name))
    assert not scenario.truth_stated and scenario.description == ""


def test_with_a_drug_a_program_is_kept_as_doses(tmp_path):
    text = changed(
        '"2000 ug/mL"',
        '"3 ng/mL"',
        changed(PROGRAM, '[program]\nmode = "continuous"\nrate = "10 ng/d"\n'),
    )
    assert loaded(tmp_path, text).config["program"] == {
        "mode": "continuous",
        "dose_ng_per_day": 10,
    }


def test_a_scenario_without_a_drug_speaks_in_volumes(tmp_path):
    text = changed(
        DRUG,
        "",
        changed(
            'max_dose_1h = "200 ug"\nmax_dose_24h = "1500 ug"\n',
            "",
            changed(PROGRAM, '[program]\nmode = "minimum"\n'),
        ),
    )
    text += '[[at]]\ntime = "1 d"\ndo = "bolus"\nvolume = "25 uL"\nover = "10 min"\n'
    job = loaded(tmp_path, text).job
    assert job.config["drug"]["conc_ng_per_ml"] == 0
    assert config.check(job.config)
    assert job.commands[-1] == [
        DAY,
        {"do": "bolus", "volume_pl": 25_000_000, "duration_ms": 600_000, "confirm_lowering": 1},
    ]


def test_a_week_names_its_patterns_monday_first(tmp_path):
    program = loaded(tmp_path, weekly()).config["program"]
    assert program["days"] == ["workday"] * 5 + ["weekend"] * 2
    assert program["patterns"] == {
        "workday": [[0, 300_000]],
        "weekend": [[28_800, 400_000]],
    }
    assert programs.check(program, loaded(tmp_path, weekly()).config["limits"], 2_000_000) is None


def test_the_pump_is_told_the_time_and_started_unless_the_scenario_says_no(tmp_path):
    top = 'duration = "7 d"\n'
    assert loaded(tmp_path, changed(top, top + 'clock = "unset"\n')).job.commands == [
        [0, {"do": "start"}]
    ]
    assert [
        c[1]["do"] for c in loaded(tmp_path, changed(top, top + "autostart = false\n")).job.commands
    ] == ["set_clock"]
    assert (
        loaded(tmp_path, changed(top, top + 'clock = "unset"\nautostart = false\n')).job.commands
        == []
    )


def test_the_raw_counter_may_start_just_before_its_wrap(tmp_path):
    top = 'duration = "7 d"\n'
    assert (
        loaded(tmp_path, changed(top, top + 'raw_ticks = "1 s before wrap"\n')).job.raw_ms
        == 2**30 - 1000
    )
    assert loaded(tmp_path, changed(top, top + "raw_ticks = 12345\n")).job.raw_ms == 12345


def readings(kind):
    cases = READINGS[kind]
    return pytest.mark.parametrize(
        "case", cases, ids=[case["text"].split('"')[1] for case in cases]
    )


@readings("at")
def test_each_event_becomes_a_command(tmp_path, case):
    text = '%s[[at]]\ntime = "1 d"\n%s\n' % (BASE, case["text"])
    assert loaded(tmp_path, text).job.commands[-1] == [DAY, case["becomes"]]


@readings("fault")
def test_each_fault_becomes_whole_numbers(tmp_path, case):
    text = '%s[[fault]]\ntime = "1 d"\n%s\n' % (BASE, case["text"])
    assert loaded(tmp_path, text).job.faults == [[DAY, case["becomes"]]]


@readings("expect")
def test_each_expectation_has_one_normal_form_and_a_line_of_text(tmp_path, case):
    (expect,) = loaded(tmp_path, "%s[[expect]]\n%s\n" % (BASE, case["text"])).expects
    text = expect.pop("text")
    assert expect == case["becomes"]
    assert len(text) > 10 and len(text.splitlines()) == 1


def test_allowances_name_an_alarm_or_a_command(tmp_path):
    text = BASE + '[[allow]]\nalarm = "UNDERRUN"\n[[allow]]\nrefused = "bolus"\n'
    assert loaded(tmp_path, text).allows == [{"alarm": "UNDERRUN"}, {"refused": "bolus"}]


LATER = """
[[at]]
time = "1 d"
do = "stop"
[[at]]
time = "5 d"
do = "start"
[[fault]]
time = "6 d"
kind = "clock_lost"
[[expect]]
alarm = "CLOCK_UNSET"
within = "10 min"
of = "6 d"
[[expect]]
state = "STOPPED"
from = "1 d 00:01"
until = "5 d"
[[expect]]
delivered = "1 mL"
by = "books"
"""


def test_a_shortened_run_leaves_out_what_comes_later_and_does_not_judge_it(tmp_path):
    scenario = loaded(tmp_path, BASE + LATER, duration_ms=3 * DAY)
    assert scenario.job.duration_ms == 3 * DAY
    assert [at for at, _ in scenario.job.commands] == [0, 0, DAY]
    assert scenario.job.faults == []
    alarm, state, delivered = scenario.expects
    assert alarm["beyond_end"] and delivered["beyond_end"]
    assert "beyond_end" not in state and state["to_ms"] == 3 * DAY  # what was run of it is judged


def test_a_run_of_its_own_length_judges_everything(tmp_path):
    assert not any("beyond_end" in expect for expect in loaded(tmp_path, BASE + LATER).expects)


def test_a_seed_on_the_command_line_comes_before_the_files(tmp_path):
    text = changed('duration = "7 d"\n', 'duration = "7 d"\nseed = 5\n')
    assert loaded(tmp_path, text).job.seed == 5
    assert loaded(tmp_path, text, seed=9).job.seed == 9
    assert loaded(tmp_path, text, seed=0).job.seed == 0


def test_a_refill_by_schedule_is_repeated_to_the_end_of_the_run(tmp_path):
    text = (
        BASE + '[[at]]\ntime = "1 d"\ndo = "refill"\nwithdrawn = "20 mL"\n'
        'fill = "19.5 mL"\nevery = "2 d"\n'
    )
    refills = [
        at for at, payload in loaded(tmp_path, text).job.commands if payload["do"] == "refill"
    ]
    assert refills == [DAY, 3 * DAY, 5 * DAY]
    longer = [
        at
        for at, payload in loaded(tmp_path, text, duration_ms=10 * DAY).job.commands
        if payload["do"] == "refill"
    ]
    assert longer == [DAY, 3 * DAY, 5 * DAY, 7 * DAY, 9 * DAY]


@given(st.integers(1, 7305 * DAY))
def test_a_trace_has_a_row_an_hour_up_to_90_days_and_some_2000_above(duration_ms):
    every = trace_every_ms(duration_ms)
    assert every % HOUR == 0
    assert every == HOUR if duration_ms <= 90 * DAY else duration_ms / every <= 2000


def test_a_scenario_cannot_be_changed_after_it_was_checked(tmp_path):
    with pytest.raises(FrozenInstanceError):
        loaded(tmp_path, BASE).name = "other"


def test_a_stopped_program_and_a_weekly_one_may_be_set_later(tmp_path):
    later = WEEKLY.replace("[program", "[at.program")
    text = BASE + '[[at]]\ntime = "1 d"\ndo = "set_program"\n' + later
    text += '[[at]]\ntime = "2 d"\ndo = "set_program"\n[at.program]\nmode = "stopped"\n'
    first, second = [payload["program"] for _, payload in loaded(tmp_path, text).job.commands[-2:]]
    assert first["mode"] == "weekly" and second == {"mode": "stopped"}


@pytest.mark.parametrize(("own", "longest_s"), [("", 10_800), ('longest_pause = "4 h"\n', 14_400)])
def test_a_program_pauses_as_long_as_the_limits_say_unless_it_states_its_own(
    tmp_path, own, longest_s
):
    text = changed("[limits]\n", '[limits]\nlongest_pause = "3 h"\n')
    text = changed(PROGRAM, PROGRAM + own, text)
    assert loaded(tmp_path, text).config["program"]["longest_pause_s"] == longest_s
