"""Boluses told apart in a log, and their mean with its uncertainty."""

import numpy as np
import pytest

from bench.analyse import boluses, results
from bench.inputs import setup
from bench.shared.errors import BenchError
from tests.rigs.weighing import Z_20, made_log, raw_setup, steady, times

DOSE_UL = 10.0


def bolus_setup(**changes):
    raw = raw_setup(without=("set_rate", "limits"))
    return setup.read(
        {**raw, "method": "bolus", "set_dose": "10 uL", "limits": {"bolus_error": "5 %"}, **changes}
    )


def doses(n=25, mean=10.1, spread=0.1, seed=4):
    return np.random.default_rng(seed).normal(mean, spread, n)


def one_weighing_each(given, noise_mg=0.0, every_s=120.0):
    time_s = every_s * np.arange(len(given) + 1)
    return made_log(
        time_s, np.concatenate(([0], np.cumsum(given))) / Z_20 - 0.005 * time_s, noise_mg, 0.0
    )


def running_on(given, takes_s=2.0, every_s=120.0, noise_mg=0.0, read_every_s=1.0):
    time_s = times(len(given) * every_s, read_every_s)
    begins = every_s * (np.arange(len(given)) + 0.4)
    volume = sum(dose * np.clip((time_s - at) / takes_s, 0, 1) for dose, at in zip(given, begins))
    return made_log(time_s, volume / Z_20 - 0.005 * time_s, noise_mg, 0.1)


def analysed(log, setup):
    return results.summarise(boluses.analyse(log, setup, 20_000))


def test_one_weighing_after_each_bolus_gives_each_bolus():
    given = doses()
    found = analysed(one_weighing_each(given), bolus_setup())["bolus"]
    errors = 100 * (given / DOSE_UL - 1)
    assert found["n"] == 25
    assert found["mean_error_pct"] == pytest.approx(errors.mean(), abs=1e-5)
    assert (found["max_pct"], found["min_pct"]) == pytest.approx(
        (errors.max(), errors.min()), abs=1e-4
    )
    assert found["cv_pct"] == pytest.approx(100 * given.std(ddof=1) / given.mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("takes_s", "sampling"),
    [(2.0, {}), (2.0, {"interval": "120 s"}), (60.0, {"interval": "120 s"})],
)
def test_a_log_that_runs_on_gives_the_same_boluses(takes_s, sampling):
    given = doses()
    found = analysed(running_on(given, takes_s, noise_mg=0.1), bolus_setup(sampling=sampling))
    assert found["bolus"]["n"] in (24, 25)
    assert found["bolus"]["mean_error_pct"] == pytest.approx(
        100 * (given.mean() / DOSE_UL - 1), abs=0.3
    )
    assert found["bolus"]["max_pct"] == pytest.approx(100 * (given.max() / DOSE_UL - 1), abs=2.5)


@pytest.mark.parametrize(
    ("takes_s", "read_every_s"), [(2.0, 0.1), (5.0, 0.2), (20.0, 1.0), (60.0, 0.5), (60.0, 5.0)]
)
def test_boluses_are_told_however_many_readings_one_lasts(takes_s, read_every_s):
    given = doses()
    found = analysed(
        running_on(given, takes_s, noise_mg=0.05, read_every_s=read_every_s), bolus_setup()
    )["bolus"]
    errors = 100 * (given / DOSE_UL - 1)
    assert found["n"] == 25
    assert (found["mean_error_pct"], found["max_pct"], found["min_pct"]) == pytest.approx(
        (errors.mean(), errors.max(), errors.min()), abs=2.0
    )


def test_with_the_cycle_stated_the_first_and_the_last_bolus_count_if_it_is_quiet_around_them():
    given = doses()
    for begins in np.arange(15, 40, 5):
        time_s = times(25 * 120, 0.5)
        volume = sum(
            dose * np.clip((time_s - 120 * n - begins) / 60, 0, 1) for n, dose in enumerate(given)
        )
        log = made_log(time_s, volume / Z_20 - 0.005 * time_s, 0.05, 0.1)
        assert analysed(log, bolus_setup(sampling={"interval": "120 s"}))["bolus"]["n"] == 25


@pytest.mark.parametrize("ul_per_min", np.geomspace(1, 250, 13))
def test_a_steady_flow_is_no_train_of_boluses(ul_per_min):
    time_s = times(3600, 1)
    with pytest.raises(BenchError, match="are recognised"):
        analysed(made_log(time_s, steady(time_s, ul_per_min, 0.3), 0.1, 0.1), bolus_setup())


def test_a_limit_of_the_flow_error_is_with_boluses_the_limit_of_the_mean_bolus():
    log = one_weighing_each(doses(mean=11.0))
    for limit, word in (("15 %", "pass"), ("5 %", "fail")):
        by_either = [
            analysed(log, bolus_setup(limits={key: limit})) for key in ("flow_error", "bolus_error")
        ]
        assert [found["verdict"] for found in by_either] == [word, word]
    assert analysed(log, bolus_setup(limits={}))["verdict"] is None


def test_two_limits_of_one_bolus_error_are_refused():
    with pytest.raises(
        BenchError,
        match=r"limits\.bolus_error: is the limit that flow_error states already; allowed: one of",
    ):
        bolus_setup(limits={"flow_error": "5 %", "bolus_error": "3 %"})


def test_what_does_not_apply_to_boluses_is_null():
    found = analysed(one_weighing_each(doses()), bolus_setup())
    nulls = (
        "mean_flow_ul_per_min",
        "flow_error_pct",
        "error_first_period_pct",
        "error_last_period_pct",
        "trumpet_t1",
        "trumpet_t2",
        "trumpet_whole",
        "startup",
        "longest_no_flow_s",
    )
    assert all(found[key] is None for key in nulls)
    assert found["verdict"] == "pass" and found["expanded_uncertainty_pct"] > 0


def test_a_tare_between_boluses_is_no_bolus():
    log = one_weighing_each(doses())
    log.mass_mg[12:] -= 500.0
    found = analysed(log, bolus_setup())
    assert found["bolus"]["n"] == 24 and any(
        "is no bolus and is left out" in note for note in found["notes"]
    )


def test_boluses_that_one_display_step_spoils_keep_only_their_mean():
    found = analysed(one_weighing_each(doses(mean=1.0, spread=0.01)), bolus_setup(set_dose="1 uL"))
    assert (
        found["bolus"]["max_pct"] is found["bolus"]["min_pct"] is found["bolus"]["cv_pct"] is None
    )
    assert found["bolus"]["mean_error_pct"] is not None and any(
        "weigh 6 boluses at a time" in note for note in found["notes"]
    )


def test_fewer_boluses_than_the_method_wants_are_told():
    assert any(
        "25 successive boluses; these are 8" in note
        for note in analysed(one_weighing_each(doses(8)), bolus_setup())["notes"]
    )


def test_readings_that_are_not_stable_do_not_count():
    given = doses()
    log = running_on(given, noise_mg=0.05)
    moving = (log.time_s % 120 > 47) & (log.time_s % 120 < 56)
    log.mass_mg[moving] += 40
    log.columns["stable"] = (~moving).astype(float)
    found = analysed(log, bolus_setup())
    assert found["bolus"]["n"] == 25 and found["bolus"]["max_pct"] == pytest.approx(
        100 * (given.max() / DOSE_UL - 1), abs=1.5
    )


def test_a_log_without_boluses_is_refused():
    time_s = times(3600, 1)
    with pytest.raises(
        BenchError,
        match=r"fewer than 2 boluses of some 10 uL are recognised; allowed: 2 or more; log one",
    ):
        analysed(made_log(time_s, 0.0 * time_s, 0.05, 0.1), bolus_setup())


def test_a_dose_that_is_not_that_of_the_log_is_refused():
    with pytest.raises(BenchError, match="set_dose"):
        analysed(one_weighing_each(doses(mean=90.0)), bolus_setup())
