"""Every method that a setup may name has its analysis and its kind of report."""

import dataclasses

import pytest

from bench.analyse import analyses, boluses, flow, results
from bench.inputs.setup_keys import METHODS
from bench.report import terminal, words
from bench.report.kinds import KINDS
from tests.rigs.weighing import made_log, made_setup, steady, times
from tests.unit.bench.analyse.test_boluses import bolus_setup, doses, one_weighing_each

FLOW_UL_PER_MIN = 400.0


def a_flow():
    time_s = times(7200, 5)
    log = made_log(time_s, steady(time_s, FLOW_UL_PER_MIN), 0.1, 0.1)
    return flow.analyse(log, made_setup(set_rate=f"{FLOW_UL_PER_MIN} uL/min"), 1000)


def a_series_of_boluses():
    return boluses.analyse(one_weighing_each(doses()), bolus_setup(), 1000)


def test_every_method_has_an_analysis_and_a_kind_of_report():
    assert set(analyses.ANALYSE) == set(KINDS) == set(METHODS)


@pytest.mark.parametrize("make", [a_flow, a_series_of_boluses])
def test_the_corrections_end_at_the_error_of_the_result(make):
    analysis = make()
    error = float(words.correction_rows(analysis)[-1][2].split()[0])
    assert error == pytest.approx(analysis.result.value, abs=6e-4)


@pytest.mark.parametrize("make", [a_flow, a_series_of_boluses])
def test_each_kind_has_a_scope_tiles_figures_and_lines_of_its_own(make):
    analysis = make()
    kind, found = KINDS[analysis.setup.method], results.summarise(analysis)
    assert "the log lasts" in kind.scope(analysis)
    assert kind.tiles(found, good=True)[0][-1] is True
    assert all(title and figure["data"] for title, _, figure in kind.figures(analysis))
    assert all(text in terminal.table(found, "out") for _, text in kind.terminal_rows(found))


def test_an_analysis_cannot_be_changed_afterwards():
    for analysis in (a_flow(), a_series_of_boluses()):
        with pytest.raises(dataclasses.FrozenInstanceError):
            analysis.notes = ()
