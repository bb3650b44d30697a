"""[line]: what the pump is to be told, and what the plant gets."""

import math

import pytest

from host_sim.scenario.line_setting import LineSetting
from tests.rigs.scenario import BASE, DRUG, PROGRAM, changed, loaded, problems_of

LINE = '[line]\ntubing = "0.14 mL"\ncatheter_length = "60 cm"\ncatheter_bore = "0.53 mm"\n'
DRY = changed(DRUG, "", changed(PROGRAM, '[program]\nmode = "minimum"\n'))
DRY = changed('max_dose_1h = "200 ug"\nmax_dose_24h = "1500 ug"\n', "", DRY)
# um3 and 1000 um3 in a pL; the reference has 2.2 uL/cm, 0.132 mL
CATHETER_PL = int(math.pi / 4 * 530**2 * 600_000 / 1000)


def holds(tubing, catheter):
    return f'holds_tubing = "{tubing}"\nholds_catheter = "{catheter}"\n'


def test_without_a_line_there_is_none_and_the_tip_is_where_the_pump_is(tmp_path):
    scenario = loaded(tmp_path, BASE)
    assert scenario.line is None
    truth = scenario.job.truth
    assert (truth.conc_ng_per_ml, truth.tubing_pl, truth.catheter_pl) == (2_000_000, 0, 0)


def test_a_line_is_a_plain_object_for_the_pump_and_numbers_for_the_plant(tmp_path):
    scenario = loaded(tmp_path, BASE + LINE + holds("500 ug/mL", "water"))
    assert scenario.line == LineSetting(140_000_000, CATHETER_PL, 100, 500_000, 0)
    truth = scenario.job.truth
    assert (truth.tubing_pl, truth.catheter_pl) == (140_000_000, CATHETER_PL)
    assert (truth.holds_tubing_ng_per_ml, truth.holds_catheter_ng_per_ml) == (500_000, 0)
    assert truth.bore_nm == 530_000


def test_a_line_holds_the_drug_of_the_reservoir_unless_it_says_otherwise(tmp_path):
    line = loaded(tmp_path, BASE + LINE).line
    assert (line.holds_tubing_ng_per_ml, line.holds_catheter_ng_per_ml) == (2_000_000, 2_000_000)
    assert line.tolerance_ppt == 100


def test_what_nobody_knows_the_pump_is_told_so_and_in_truth_it_is_water_unless_stated(tmp_path):
    text = BASE + LINE + holds("unknown", "unknown")
    scenario = loaded(tmp_path, text + '[truth]\nholds_catheter = "drug"\n')
    assert scenario.line[3:] == (None, None)
    truth = scenario.job.truth
    assert (truth.holds_tubing_ng_per_ml, truth.holds_catheter_ng_per_ml) == (0, 2_000_000)


def test_the_truth_may_be_another_line_with_another_drug(tmp_path):
    truth = '[truth]\nconcentration = "500 ug/mL"\ntubing = "0.199 mL"\ncatheter = "0 mL"\n'
    scenario = loaded(tmp_path, BASE + LINE + truth)
    assert scenario.line.holds_tubing_ng_per_ml == 2_000_000
    found = scenario.job.truth
    assert (found.tubing_pl, found.catheter_pl) == (199_000_000, 0)
    assert (found.conc_ng_per_ml, found.holds_tubing_ng_per_ml) == (500_000, 500_000)


def test_a_line_without_a_drug_is_a_line_of_volumes(tmp_path):
    scenario = loaded(tmp_path, DRY + LINE)
    assert scenario.line == LineSetting(140_000_000, CATHETER_PL, 100, 0, 0)
    assert scenario.job.truth.conc_ng_per_ml == 0


@pytest.mark.parametrize(
    ("more", "where"),
    [
        (LINE + holds("500 ug/mL", "water"), "line.holds_tubing"),
        (LINE + '[[expect]]\ntip_dose = "1 ug"\nby = "plant"\n', "expect[1].tip_dose"),
    ],
)
def test_a_dose_of_no_drug_is_refused(tmp_path, more, where):
    (problem,) = problems_of(tmp_path, DRY + more)
    assert f" {where}: " in problem and "no drug is stated" in problem
    assert "add [drug] with its concentration" in problem
