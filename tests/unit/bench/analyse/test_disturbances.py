"""What a room, a balance and an interface do to a log, and that the interval knows of it."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.inputs import setup as setups
from bench.reduction import frozen, resolution
from bench.reduction.gaps_and_steps import sort_out
from tests.rigs.weighing import Z_20, csv_text, made_log, made_setup, raw_setup, times

RATE, LOST = 20.0, 0.02
AIR_PER_HPA = 1.1878e-3  # mg/cm3 at 20 degC, by hand


def setup(columns=(), **changes):
    stated = {
        "set_rate": f"{RATE} uL/min",
        "evaporation": {"rate": f"{LOST} mg/min", "uncertainty": "30 %"},
    }
    return made_setup(columns, **{**stated, **changes})


def run(lasts_s=7200, every_s=5.0, rate=RATE, noise_mg=0.1, more_mg=0.0, seed=1, columns=None):
    time_s = times(lasts_s, every_s)
    mass_mg = (rate / Z_20 - LOST) / 60 * time_s + more_mg
    return made_log(time_s, mass_mg, noise_mg, 0.1, seed, columns)


def found(log, stated):
    return results.summarise(flow.analyse(log, stated, 20_000))


def share_of(told, name):
    return next(row["contribution_pct"] for row in told["budget"] if row["name"] == name)


def draught(n, step_s, tau_s, sd, seed):
    rng, out = np.random.default_rng(seed), [0.0]
    keep = np.exp(-step_s / tau_s)
    for new in rng.normal(0, sd * np.sqrt(1 - keep**2), n - 1):
        out.append(keep * out[-1] + new)
    return np.array(out)


@pytest.mark.parametrize("tau_s", [60, 150, 300])
def test_a_draught_too_slow_to_be_seen_from_reading_to_reading_is_in_the_budget(tau_s):
    inside = 0
    for seed in range(8):
        more = draught(2161, 5.0, tau_s, 0.7, seed)
        log = run(10_800, more_mg=more, seed=100 + seed)
        told = found(log, setup())
        truth = 0.0
        inside += abs(told["flow_error_pct"] - truth) <= told["expanded_uncertainty_pct"]
        assert share_of(told, "slow noise") > 50
    assert inside >= 6 and any("come back" in note for note in told["notes"])


def test_a_pump_that_wanders_is_not_taken_for_a_draught():
    shares = []
    for seed in range(6):
        time_s = times(10_800, 5)
        uneven = 1 + draught(len(time_s), 5.0, 900, 0.05, seed)
        gained = np.cumsum((RATE / Z_20 * uneven - LOST) / 60 * 5.0)
        log = made_log(time_s, gained, 0.1, 0.1, 100 + seed)
        shares.append(share_of(found(log, setup()), "slow noise"))
    assert np.median(shares) == 0


@pytest.mark.parametrize("turn_s", [12.0, 20.0, 47.0])
def test_a_pump_that_pulsates_is_not_taken_for_a_draught(turn_s):
    time_s = times(7200, 1)
    volume = 400 / 60 * (time_s + 0.3 * turn_s / (2 * np.pi) * np.sin(2 * np.pi * time_s / turn_s))
    log = made_log(time_s, volume / Z_20 - LOST / 60 * time_s, 0.1, 0.1)
    told = found(log, setup(set_rate="400 uL/min"))
    # Of 15 mg that the pump swells and sinks by, two readings would make 0.15 %
    assert told["expanded_uncertainty_pct"] < 0.03


def pressure_run(volume_cm3, stated):
    """49 h at half a millilitre a day while the air pressure falls by 20 hPa."""
    time_s = times(49 * 3600, 120)
    hpa = 1015 - 20 * time_s / time_s[-1]
    lift = AIR_PER_HPA * (hpa[0] - hpa) * volume_cm3
    log = made_log(time_s, (0.3472 / Z_20 - 0.008) / 60 * time_s + lift, 0.1, 0.1)
    log.columns["pressure_hpa"] = hpa
    changes = {} if stated is None else {"vessel": {"volume": stated}}
    raw = raw_setup(
        set_rate="0.5 mL/d", method="ambulatory", limits={"flow_error": "1 %"},
        evaporation={"rate": "0.008 mg/min", "uncertainty": "5 %"}, **changes,
    )  # fmt: skip
    del raw["environment"]["pressure"]
    return found(log, setups.read(raw, log.columns))


@pytest.mark.parametrize("volume_cm3", [60, 140, 300])
def test_the_lift_of_what_stands_on_the_pan_is_taken_off_row_by_row(volume_cm3):
    told = pressure_run(volume_cm3, f"{volume_cm3} cm3")
    assert abs(told["flow_error_pct"]) < 0.1 < told["expanded_uncertainty_pct"]
    assert share_of(told, "buoyancy of the vessel") > 0


def test_without_a_stated_volume_the_lift_is_in_the_budget_and_asked_for():
    told = pressure_run(140, None)
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"]
    assert any("state [vessel] volume" in note for note in told["notes"])


def blanks_around(tmp_path, loss_of, columns_of=None, more=""):
    """A run of 12 h at 2 uL/min with the loss of a function of the part gone by, and two blanks."""
    heads = "time_s,mass_g" + (",humidity_pct" if columns_of else "")
    for name, part in (("before.csv", -0.04), ("after.csv", 1.04)):
        time_s = times(3600, 5)
        mass = -loss_of(part) / 60 * time_s + np.random.default_rng(len(name)).normal(0, 0.1, 721)
        rows = csv_text(time_s, np.round(mass, 1)).splitlines()[1:]
        extra = f",{columns_of(part):.1f}" if columns_of else ""
        (tmp_path / name).write_text("\n".join([heads, *(row + extra for row in rows)]) + "\n")
    time_s = times(12 * 3600, 60)
    part = time_s / time_s[-1]
    lost = np.concatenate(([0.0], np.cumsum(loss_of(part)[1:]))) * 1.0
    log = made_log(time_s, 2.0 / Z_20 / 60 * time_s - lost, 0.1, 0.1)
    if columns_of:
        log.columns["humidity_pct"] = columns_of(part)
    text = (
        'set_rate = "2 uL/min"\nmethod = "ambulatory"\n[balance]\nreadability = "0.1 mg"\n'
        'repeatability = "0.1 mg"\nlinearity = "0.3 mg"\ndrift = "0.02 mg/h"\n[environment]\n'
        'water = "20 degC"\nair = "20 degC"\npressure = "1013 hPa"\nhumidity = "50 %"\n'
        '[evaporation]\nblank_before = "before.csv"\nblank_after = "after.csv"\n'
        f'{more}[sampling]\nstabilisation = "0 s"\n[limits]\nflow_error = "1 %"\n'
    )
    (tmp_path / "setup.toml").write_text(text)
    return found(log, setups.load(tmp_path / "setup.toml", log.columns))


def cycle(part):
    return 0.29 + 0.075 * np.sin(np.pi * np.clip(part, 0, 1))


def test_two_equal_blanks_are_no_proof_that_the_loss_was_the_same_in_between(tmp_path):
    told = blanks_around(tmp_path, cycle)
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"]
    assert told["verdict"] == "undecided"
    assert any("the pump or the evaporation" in note for note in told["notes"])


def test_an_uncertainty_beside_the_blanks_counts_instead(tmp_path):
    told = blanks_around(tmp_path, cycle, more='uncertainty = "30 %"\n')
    assert share_of(told, "evaporation, beyond the blanks") > 50
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"]


def test_a_steady_loss_between_two_blanks_costs_nothing(tmp_path):
    told = blanks_around(tmp_path, lambda part: 0.29 + 0 * np.asarray(part))
    assert told["expanded_uncertainty_pct"] < 0.15 and told["verdict"] == "pass"


def test_where_the_humidity_is_logged_the_loss_follows_it(tmp_path):
    def humidity(part):
        return 50 - 12 * np.sin(np.pi * np.clip(part, 0, 1))

    def driven(part):
        return 0.29 * (100 - humidity(part)) / 50

    told = blanks_around(tmp_path, driven, humidity)
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"] < 0.8
    assert any("follows the air" in note for note in told["notes"])


def test_a_humidity_that_moved_beside_a_stated_loss_is_warned_of():
    log = run()
    log.columns["humidity_pct"] = np.linspace(35, 60, len(log.time_s))
    told = found(log, setup(log.columns))
    assert any("humidity moved by" in note for note in told["notes"])


def test_three_blanks_are_taken_together(tmp_path):
    for n in range(3):
        time_s = times(1800, 5)
        mass = -(0.28 + 0.01 * n) / 60 * time_s
        (tmp_path / f"{n}.csv").write_text(csv_text(time_s, mass))
    stated = replace(
        setups.read(
            raw_setup(
                without=("evaporation",),
                evaporation={"blanks": ["0.csv", "1.csv", "2.csv"]},
                set_rate="20 uL/min",
            ),
            path=tmp_path / "setup.toml",
        )
    )
    told = found(run(), stated)
    assert told["evaporation_ug_per_min"] == pytest.approx(290, abs=1)
    assert sum("blank" in row["name"] for row in told["budget"]) >= 3


def test_another_liquid_than_water_has_its_own_density():
    saline = {"density": "1.0046 g/mL", "density_uncertainty": "0.0005 g/mL"}
    told = found(run(rate=RATE * 1.0046 / 0.9982), setup(liquid=saline))
    assert told["flow_error_pct"] == pytest.approx(0, abs=0.06)
    assert share_of(told, "liquid density") > 10
    assert told["z_ul_per_mg"] == pytest.approx(0.99649, abs=3e-5)
    warm = found(run(), setup(liquid={**saline, "temperature": "25 degC"}))
    assert warm["z_ul_per_mg"] == pytest.approx(0.99649 * (1 - 5 * 210e-6), abs=3e-5)


def test_a_reservoir_on_the_balance_is_found_and_said():
    log = run()
    turned = replace(log, mass_mg=-(log.mass_mg + 2 * LOST / 60 * log.time_s))
    told = found(turned, setup())
    assert told["verdict"] == "pass" and abs(told["flow_error_pct"]) < 0.1
    assert any("the reservoir stands on the balance" in note for note in told["notes"])
    said = found(turned, setup(vessel={"holds": "what is delivered"}))
    assert said["verdict"] == "fail"


def test_a_vessel_that_loses_more_than_the_pump_brings_is_no_reservoir():
    time_s = times(49 * 3600, 60)
    log = made_log(time_s, (0.07 / Z_20 - 0.3) / 60 * time_s, 0.1, 0.1)
    stated = made_setup(set_rate="0.07 uL/min", method="ambulatory")
    told = found(log, stated)
    assert not any("reservoir" in note for note in told["notes"])
    assert told["flow_error_pct"] == pytest.approx(0, abs=1)


def test_the_room_counts_over_what_is_evaluated():
    log = run()
    warm = np.where(log.time_s < 2000, 35.0, 20.0)
    log.columns["water_c"] = warm
    assert found(log, setup(log.columns))["z_ul_per_mg"] == pytest.approx(1.00285, abs=2e-5)


def test_a_log_coarser_than_the_stated_readability_says_its_own_step():
    log = run()
    coarse = replace(log, mass_mg=np.round(log.mass_mg / 5) * 5)
    told = found(coarse, setup())
    assert any("steps of 5 mg, coarser than the stated 0.1 mg" in note for note in told["notes"])
    assert share_of(told, "readability") > 15


@pytest.mark.parametrize("step_mg", [0.01, 0.1, 0.2, 0.5, 1.0, 10.0])
def test_the_step_of_a_log_is_found(step_mg):
    values = np.round(np.random.default_rng(1).normal(0, 40, 400) / step_mg) * step_mg
    assert resolution.step_mg(values) == pytest.approx(step_mg)
    assert resolution.step_mg(np.random.default_rng(1).normal(0, 40, 400)) < 1e-3


@pytest.mark.parametrize(("from_s", "to_s"), [(4000, 4900), (6500, 7200)])
def test_readings_that_an_interface_only_repeats_are_a_hole(from_s, to_s):
    log = run()
    mass = log.mass_mg.copy()
    still = (log.time_s > from_s) & (log.time_s <= to_s)
    mass[still] = mass[log.time_s == from_s][0]
    told = found(replace(log, mass_mg=mass), setup())
    assert [flag["kind"] for flag in told["flags"]][:1] == ["frozen"]
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"] < 0.2
    assert told["longest_no_flow_s"] == 0


def test_a_quiet_balance_of_a_pump_that_stands_still_is_not_frozen():
    time_s = times(7200, 5)
    mass = np.round(np.where(time_s < 4000, time_s, 4000) * 0.33, 1)
    keep, flags = frozen.find(time_s, mass, mg_per_s=0.33, step_mg=0.1, noise_mg=0.01)
    assert keep.all() and not flags


def test_two_jumps_that_are_not_what_was_set_are_no_drops():
    time_s = times(86_400, 60)
    rng = np.random.default_rng(3)
    mass = rng.normal(0, 0.1, len(time_s)) + 25.0 * (time_s > 30_000) + 24.0 * (time_s > 50_000)
    tidy = sort_out(
        time_s, np.round(mass, 1), gap_s=200, rate_mg_per_s=0.005, noise_mg=0.1, readability_mg=0.1
    )
    assert [flag.kind for flag in tidy.flags] == ["step", "step"] and tidy.drop_mg == 0


def test_a_balance_certificate_stands_in_the_place_of_the_linearity():
    certificate = {"loads": ["0 g", "10 g"], "expanded": ["0.2 mg", "4.2 mg"], "empty": "5 g"}
    raw = raw_setup(set_rate="20 uL/min", balance_certificate=certificate)
    del raw["balance"]["linearity"]
    log = run()
    row = next(row for row in found(log, setups.read(raw))["budget"] if row["name"] == "linearity")
    load_g = 5 + np.abs(log.mass_mg).max() / 1000
    one_mg = (0.2 + 4.0 * load_g / 10) / 2
    assert row["distribution"] == "normal"
    assert row["standard_uncertainty"] == pytest.approx(np.sqrt(2) * one_mg, rel=1e-3)


def test_the_sensitivity_and_the_pull_of_the_meniscus_are_in_the_budget():
    told = found(
        run(), setup(balance={"sensitivity": "500 ppm"}, outlet={"capillary_force": "2 mg"})
    )
    budget = {row["name"]: row for row in told["budget"]}
    assert budget["sensitivity"]["contribution_of_flow_pct"] == pytest.approx(0.0289, rel=0.01)
    assert budget["capillary force"]["standard_uncertainty"] == pytest.approx(2 * np.sqrt(2 / 3))


def bolus_log(basal=0.0, doses=25, tail_s=0.0, missed=(), every_s=1.0):
    time_s = times(doses * 120 + tail_s, every_s)
    given = sum(np.clip((time_s - 60 - 120 * n) / 3, 0, 1) for n in range(doses) if n not in missed)
    mass = (100 * given + basal / 60 * time_s) / Z_20 - LOST / 60 * time_s
    return made_log(time_s, mass, 0.1, 0.1)


def boluses(log, **changes):
    from bench.analyse import boluses as of_boluses

    stated = made_setup(
        without=("set_rate",),
        method="bolus",
        set_dose="100 uL",
        evaporation={"rate": f"{LOST} mg/min", "uncertainty": "30 %"},
        **{"sampling": {"interval": "120 s"}, **changes},
    )
    return results.summarise(of_boluses.analyse(log, stated, 5000))


def test_empty_cycles_at_the_ends_of_a_log_are_no_boluses():
    told = boluses(bolus_log(tail_s=600))
    assert told["bolus"]["n"] == 25 and abs(told["bolus"]["mean_error_pct"]) < 0.1
    assert any("empty cycles are left out" in note for note in told["notes"])


def test_a_bolus_that_is_missing_in_the_middle_is_told_as_missed():
    told = boluses(bolus_log(missed=(12,)))
    assert told["bolus"]["n"] == 25 and told["bolus"]["min_pct"] == pytest.approx(-100, abs=1)
    assert any("1 boluses were missed" in note and "number 13" in note for note in told["notes"])


@pytest.mark.parametrize("changes", [{}, {"bolus": {"basal": "10 uL/min"}}, {"sampling": {}}])
def test_what_flows_between_the_boluses_is_no_part_of_them(changes):
    told = boluses(bolus_log(basal=10.0), **changes)
    assert told["bolus"]["n"] == pytest.approx(25, abs=1)
    assert abs(told["bolus"]["mean_error_pct"]) < max(0.1, told["expanded_uncertainty_pct"])
    if "bolus" not in changes:
        assert any("uL/min flow between the boluses" in note for note in told["notes"])


def test_a_stated_basal_flow_that_is_not_what_flows_is_said():
    told = boluses(bolus_log(basal=10.0), bolus={"basal": "20 uL/min"})
    assert abs(told["bolus"]["mean_error_pct"]) < 0.1
    assert any("not 20 uL/min as stated" in note for note in told["notes"])


def test_an_uncertainty_below_that_of_a_national_standard_is_said():
    assert any("NIST" in note for note in found(run(), setup())["notes"])
    noisy = found(run(), setup(evaporation={"rate": "0.02 mg/min", "uncertainty": "0.1 mg/min"}))
    assert not any("NIST" in note for note in noisy["notes"])
