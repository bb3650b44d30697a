"""The section of the patient's bolus, and what is kept of requests."""

import pytest

from firmware.config import check
from firmware.errors import ConfigError, SnapshotError
from firmware.therapy.patient_boluses import MOST_PER_DAY, PatientBoluses, volume_pl
from firmware.units import MS_PER_DAY
from tests.rigs.config import made_config

CONTINUOUS = {"mode": "continuous", "rate_pl_per_day": 10**8}
NO_DRUG = {"name": "none", "conc_ng_per_ml": 0}


def checked(drug=None, **section):
    changes = {"patient_bolus": section}
    if drug is not None:
        changes["drug"] = drug
    return check(made_config(CONTINUOUS, **changes))


def refused(**section):
    with pytest.raises(ConfigError) as caught:
        checked(**section)
    return str(caught.value)


def test_a_dose_becomes_a_volume_by_the_concentration_rounded_down():
    section = {"dose_ng": 20_001, "volume_pl": None}
    assert volume_pl(section, 2_000_000) == 10_000_500
    assert volume_pl(section, 500_000) == 40_002_000
    assert volume_pl(section, 7_000) == 20_001 * 10**9 // 7_000
    assert volume_pl({"dose_ng": None, "volume_pl": 5}, 0) == 5
    assert volume_pl({"dose_ng": None, "volume_pl": None}, 2_000_000) == 0
    assert volume_pl({"dose_ng": None, "volume_pl": None}, 0) == 0


def test_a_configuration_without_the_section_has_none():
    config = made_config(CONTINUOUS)
    del config["patient_bolus"]
    assert check(config)["patient_bolus"]["per_day"] == 0


def test_it_states_a_dose_with_a_drug_and_a_volume_without_one():
    assert "patient_bolus.volume_pl" in refused(volume_pl=10**7)
    assert "patient_bolus.dose_ng" in refused(drug=NO_DRUG, dose_ng=10**4)
    checked(dose_ng=10**4, per_day=1)
    checked(drug=NO_DRUG, volume_pl=10**7, per_day=1)


def test_one_step_is_the_least_and_its_rate_is_within_the_pumps_maximum():
    """A step of the made head is 3125 pL, 6.25 ng."""
    assert "at least one step of the head, 3125 pL" in refused(dose_ng=6)
    checked(dose_ng=7)
    assert "patient_bolus.duration_ms" in refused(dose_ng=200_000, duration_ms=359_999)
    checked(dose_ng=200_000, duration_ms=360_000)  # 24 mL/d


def test_it_is_no_more_than_one_bolus_may_give():
    limits = {"max_bolus_ng": 20_000}
    check(made_config(CONTINUOUS, patient_bolus={"dose_ng": 20_000}, limits=limits))
    with pytest.raises(ConfigError, match=r"at most limits\.max_bolus_ng, 20000"):
        check(made_config(CONTINUOUS, patient_bolus={"dose_ng": 20_001}, limits=limits))


def test_the_count_slides_over_24_h_and_the_start_24_h_ago_is_out():
    boluses = PatientBoluses()
    boluses.grant(1000)
    boluses.grant(5000)
    assert boluses.started(5000) == 2
    assert boluses.started(1000 + MS_PER_DAY - 1) == 2
    assert boluses.started(1000 + MS_PER_DAY) == 1
    assert boluses.started(5000 + MS_PER_DAY) == 0


def test_denials_are_told_to_the_memory_once_a_minute():
    boluses = PatientBoluses()
    told = []
    for at_ms in (0, 100, 59_999, 60_000, 60_001):
        boluses.deny(at_ms)
        told.append(boluses.take_change())
    assert told == [True, False, False, True, False]
    assert boluses.denied == 5


def test_what_is_kept_comes_back_and_an_outage_takes_no_time():
    boluses = PatientBoluses()
    boluses.grant(1000)
    boluses.deny(2000)
    boluses.given(20_000)
    boluses.fill(3000)
    kept = boluses.snapshot(10_000)
    again = PatientBoluses()
    again.check(kept)
    again.restore(kept, 0)
    assert again.snapshot(0) == kept
    assert again.started(MS_PER_DAY - 7001) == MOST_PER_DAY
    assert again.started(MS_PER_DAY - 7000) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"granted": -1},
        {"denied": None},
        {"given_ng": "1"},
        {"ages_ms": None},
        {"ages_ms": [1] * (MOST_PER_DAY + 1)},
        {"ages_ms": [-1]},
        {"full_ms": -1},
    ],
)
def test_a_damaged_record_is_refused(change):
    kept = {**PatientBoluses().snapshot(0), **change}
    with pytest.raises(SnapshotError):
        PatientBoluses().check(kept)
