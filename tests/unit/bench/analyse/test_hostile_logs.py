"""Logs that somebody made to get a wrong verdict: a figure that the log does not bear is none."""

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.inputs import log_file
from bench.inputs import setup as setups
from bench.shared.errors import BenchError
from tests.rigs.weighing import Z_20, csv_text, made_log, made_setup, raw_setup, times, toml

RATE = 20.0
LOST = 0.02
HOUR_S = 3600.0


def setup(**changes):
    return made_setup(
        set_rate=f"{RATE} uL/min",
        evaporation={"rate": f"{LOST} mg/min", "uncertainty": "30 %"},
        **changes,
    )


def gained(time_s, rate=RATE, lost=LOST):
    return (rate / Z_20 - lost) / 60 * time_s


def analysed(time_s, mass_mg, made=None):
    log = made_log(time_s, mass_mg, 0.1, 0.1)
    return results.summarise(flow.analyse(log, made or setup(), 20_000))


def test_a_reservoir_that_was_filled_up_meanwhile_is_still_one():
    time_s = times(3 * HOUR_S, 2.0)
    mass = 50_000 - gained(time_s, lost=-LOST) + np.where(time_s > 6000, 30_000.0, 0.0)
    found = analysed(time_s, mass)
    assert found["flow_error_pct"] == pytest.approx(0, abs=2 * found["expanded_uncertainty_pct"])
    assert found["verdict"] == "pass"


def test_a_vessel_that_is_emptied_again_and_again_is_no_reservoir():
    time_s = times(3 * HOUR_S, 2.0)
    found = analysed(time_s, gained(time_s) - 20_000.0 * np.floor(time_s / 1500))
    assert found["flow_error_pct"] == pytest.approx(0, abs=2 * found["expanded_uncertainty_pct"])


def test_less_than_nothing_came_only_where_the_setup_says_what_stands_on_the_balance():
    time_s = times(3 * HOUR_S, 2.0)
    mass = 50_000 - gained(time_s, rate=RATE / 10, lost=-LOST)
    found = analysed(time_s, mass)
    assert found["verdict"] == "undecided"
    assert found["contradictions"] == ["direction"]
    assert "[vessel] holds" in found["what_to_change"][0]
    said = analysed(time_s, mass, setup(vessel={"holds": "the reservoir"}))
    assert said["flow_error_pct"] == pytest.approx(-90, abs=0.2)
    assert said["verdict"] == "fail"
    said = analysed(time_s, mass, setup(vessel={"holds": "what is delivered"}))
    assert said["verdict"] == "fail"


def test_a_dead_pump_fails_though_its_vessel_loses_a_thousandth_of_the_set_rate():
    found = analysed(times(3 * HOUR_S, 2.0), gained(times(3 * HOUR_S, 2.0), rate=0.0))
    assert found["flow_error_pct"] == pytest.approx(-100, abs=0.1)
    assert found["verdict"] == "fail"


@pytest.mark.parametrize(
    ("factor", "unit"), [(1 / 60, "times"), (60, "times"), (3600, "times"), (1e-3, "masses")]
)
def test_a_wrong_unit_of_the_times_or_the_masses_is_no_verdict_on_the_pump(factor, unit):
    time_s = times(3 * HOUR_S, 2.0)
    found = analysed(time_s, factor * gained(time_s, rate=1.02 * RATE))
    assert found["verdict"] == "undecided"
    assert f"the unit of the {unit}" in found["verdict_reason"]


def test_the_unit_of_the_times_once_stated_is_believed():
    time_s = times(3 * HOUR_S, 2.0)
    stated = {"set_rate": f"{RATE} uL/min", "columns": {"time_unit": "s"}}
    found = analysed(time_s, gained(time_s, RATE / 60, 0.3), setups.read(raw_setup(**stated)))
    assert found["verdict"] == "fail"


def test_a_log_of_one_reading_throughout_is_refused():
    log = log_file.Log("run.csv", times(HOUR_S, 2.0), np.full(1801, 12_000.0))
    with pytest.raises(BenchError, match="every reading is 12 g; allowed: readings that change"):
        flow.analyse(log, setup())


def test_a_start_beyond_the_log_is_refused_by_its_name():
    time_s = times(3 * HOUR_S, 2.0)
    with pytest.raises(
        BenchError, match=r"sampling\.start: is 108000 s; allowed: before the log's"
    ):
        analysed(time_s, gained(time_s), setup(sampling={"start": "30 h"}))


@pytest.mark.parametrize("tremble_mg", [0.0, 0.1])
def test_what_comes_at_once_after_a_stop_that_lacks_it_counts_as_delivered(tremble_mg):
    time_s = times(3 * HOUR_S, 2.0)
    held = (time_s > 6000) & (time_s < 7200)
    mass = gained(time_s) + np.random.default_rng(1).normal(0, 0.1, len(time_s))
    mass[held] = gained(6000.0) + tremble_mg * np.random.default_rng(2).integers(0, 2, held.sum())
    log = made_log(time_s, mass, 0.0, 0.1)
    found = results.summarise(flow.analyse(log, setup(), 20_000))
    assert found["flow_error_pct"] == pytest.approx(0, abs=2 * found["expanded_uncertainty_pct"])
    # A display that trembles may as well be a line that was blocked: the stop is not forgotten
    assert found["verdict"] == ("undecided" if tremble_mg else "pass")


def test_what_is_put_on_after_a_stop_that_lacks_something_else_is_not_delivered():
    time_s = times(3 * HOUR_S, 2.0)
    flowing = np.minimum(time_s, 6000) + np.maximum(time_s - 7200, 0)
    for put_on_mg in (200.0, 800.0):
        mass = gained(flowing) - LOST / 60 * (time_s - flowing)
        found = analysed(time_s, mass + np.where(time_s >= 7200, put_on_mg, 0.0))
        assert found["flow_error_pct"] == pytest.approx(-100 / 6, abs=0.3)
        assert any("not delivered" in flag["text"] for flag in found["flags"])


def weighed_between_blanks(folder, loss_of, gain=1.0, sampling=None, tare=False, blank_mg_min=-0.3):
    """12 h at 2 uL/min from a vessel with a loss that is a function of the hours, between blanks of
    an hour.
    """
    time_s, blank_s = times(12 * HOUR_S, 60.0), times(HOUR_S, 5.0)
    hours = time_s / HOUR_S
    lost = np.concatenate(([0.0], np.cumsum(loss_of((hours[1:] + hours[:-1]) / 2))))
    for n, name in enumerate(("before.csv", "after.csv")):
        mass = np.random.default_rng(n).normal(0, 0.1, len(blank_s)) + blank_mg_min * blank_s / 60
        (folder / name).write_text(csv_text(blank_s, mass))
    raw = raw_setup(set_rate="2 uL/min", method="ambulatory", sampling=sampling or {})
    raw["evaporation"] = {"blank_before": "before.csv", "blank_after": "after.csv"}
    raw["limits"] = {"flow_error": "1 %"}
    (folder / "setup.toml").write_text(toml(raw))
    mass = 2 * gain / Z_20 * time_s / 60 - lost - np.where(time_s > 9 * HOUR_S, 3000.0 * tare, 0.0)
    log = made_log(time_s, mass, 0.1, 0.1)
    return results.summarise(flow.analyse(log, setups.load(folder / "setup.toml"), 20_000))


def by_day(hours):
    """Equal at both ends, and more in between."""
    return 0.3 + 0.05 * np.sin(np.pi * hours / 12)


@pytest.mark.parametrize("tare", [False, True])
@pytest.mark.parametrize("sampling", [{}, {"stabilisation": "0 s"}])
def test_a_loss_that_rose_between_equal_blanks_is_in_the_interval(tmp_path, tare, sampling):
    """However much of the run is left out at its start, and though the log is cut."""
    found = weighed_between_blanks(tmp_path, by_day, sampling=sampling, tare=tare)
    assert abs(found["flow_error_pct"]) < found["expanded_uncertainty_pct"] < 3
    assert found["verdict"] == "undecided"


def test_a_pump_that_starts_slowly_does_not_make_a_steady_loss_doubtful(tmp_path):
    def loss_of(hours):  # as a pump that is 10 % slow in its first two hours
        return 0.3 + np.where(hours < 2, 0.2, 0.0)

    found = weighed_between_blanks(tmp_path, loss_of)
    assert found["expanded_uncertainty_pct"] < 0.2
    assert found["verdict"] == "pass"


def test_a_blank_that_gains_as_if_the_pump_were_on_is_refused(tmp_path):
    with pytest.raises(BenchError, match=r"before.csv:2:1: gains 1 mg/min, as if the pump were on"):
        weighed_between_blanks(tmp_path, by_day, blank_mg_min=1.0)


def test_a_blank_that_gains_a_little_is_told(tmp_path):
    found = weighed_between_blanks(tmp_path, by_day, blank_mg_min=0.02)
    assert any("before.csv gains 0.02 mg/min" in note for note in found["notes"])
    found = weighed_between_blanks(tmp_path, by_day)
    assert not any("gains" in note for note in found["notes"])
