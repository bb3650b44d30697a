"""What a scenario asks for, before it runs."""

import json

import pytest

from host_sim import __main__ as cli
from host_sim.judge.foresight import foresee
from tests.rigs.scenario import BASE, changed, loaded

DAY = 86_400_000
HOUR = DAY // 24
BOLUS = '[[at]]\nat_times = ["08:00", "20:00"]\ndo = "bolus"\ndose = "20 ug"\nover = "%s"\n'
TWICE = BASE + BOLUS % "10 min"
JUDGED = '[[expect]]\nno_alarm = "any"\n'
BASAL_PL = 7 * (6 * 150_000_000 + 18 * 225_000_000) // 24  # 300 and 450 ug/d at 2000 ug/mL
DOSED = changed(
    'max_dose_1h = "200 ug"\nmax_dose_24h = "1500 ug"',
    'max_dose_1h = "30 ug"\nmax_dose_24h = "400 ug"',
    TWICE,
)


def test_the_dose_is_read_back_by_source_and_in_the_windows_of_the_caps(tmp_path):
    seen = foresee(loaded(tmp_path, TWICE))
    assert (seen.boluses, seen.basal_pl) == (14, BASAL_PL)
    assert seen.bolus_pl == pytest.approx(14 * 10_000_000, abs=14)
    assert seen.most_1h_pl == pytest.approx(10_000_000 + 225_000_000 // 24, abs=2)
    assert seen.most_24h_pl == pytest.approx(BASAL_PL // 7 + 20_000_000, abs=3)


def test_nothing_is_asked_for_while_it_is_stopped(tmp_path):
    stops = '[[at]]\ntime = "1 d"\ndo = "stop"\n[[at]]\ntime = "6 d"\ndo = "start"\n'
    seen = foresee(loaded(tmp_path, BASE + stops))
    assert seen.basal_pl == BASAL_PL * 2 // 7


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TWICE + JUDGED, None),
        (TWICE, "nothing is expected: a run of it is not judged"),
        (
            DOSED + JUDGED,
            (
                "the scenario asks for 38.75 ug in 1 h, the cap is 30 ug\n"
                "the scenario asks for 452.5 ug in 24 h, the cap is 400 ug"
            ),
        ),
        (DOSED + '[[expect]]\nalarm = "DOSE_CAP"\nbetween = ["0 s", "7 d"]\n', None),
        (
            changed('"10 mL"', '"2.5 mL"', TWICE) + JUDGED,
            "the reservoir is low Wed 7 Jan 2026 07:04, no refill comes after it",
        ),
        (
            changed('"10 mL"', '"2.5 mL"', TWICE)
            + '[[at]]\ntime = "3 d"\ndo = "refill"\nwithdrawn = "20 mL"\nfill = "19.5 mL"\n'
            + JUDGED,
            "the reservoir is low Wed 7 Jan 2026 07:04, the refill comes 16.9",
        ),
        (
            TWICE.replace("20 ug", "20 mg") + JUDGED,
            "is its unit right? (13 more like it)",
        ),
        (
            changed("[limits]", '[limits]\nbolus_lockout = "13 h"', TWICE) + JUDGED,
            "the bolus at 20:00 comes within the lockout of 13 h (12 more like it)",
        ),
    ],
)
def test_what_is_likely_a_mistake_is_a_warning(text, told, tmp_path):
    warnings = "\n".join(foresee(loaded(tmp_path, text)).warnings)
    assert told in warnings if told else warnings == ""


def test_check_reads_a_scenario_and_runs_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(TWICE)
    assert cli.main(["check", "own.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert cli.main(["check", "own.toml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["boluses"], told["basal_pl"] + told["bolus_pl"]) == (14, 1_583_750_000)
    assert lines[1] == "drug        baclofen 2,000 ug/mL"
    assert lines[2] == (
        "programmed  452.5 ug/d (basal 412.5 ug/d, boluses 40 ug/d), 0.2263 mL/d; 14 boluses"
    )
    assert lines[3].startswith(
        "most        38.75 ug in 1 h, the cap is 200 ug; 452.5 ug in 24 h, the cap is"
    )
    assert lines[4].startswith("reservoir   10 mL; never low in this run, from the fill at this")
    assert lines[5] == "warning     nothing is expected: a run of it is not judged"
    assert [path.name for path in tmp_path.iterdir()] == ["own.toml"]


def test_check_refuses_what_run_refuses(capsys):
    assert cli.main(["check", "flexweek"]) == 2
    assert 'did you mean "flex_week"?' in capsys.readouterr().err
