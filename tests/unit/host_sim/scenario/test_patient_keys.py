"""[patient_bolus] of a scenario: what it becomes in the configuration, and what is refused."""

import pytest

from firmware import config
from host_sim.scenario.load import load
from host_sim.scenario.patient_keys import NONE
from host_sim.shared.reader import ScenarioError

HEAD = """
name = "made"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "1 h"
head = { volume_per_rev = "10 uL" }
reservoir = { capacity = "20 mL", fill = "10 mL" }
program = { mode = "continuous", rate = "0.15 mL/d" }
"""
DRUG = 'drug = { name = "baclofen", concentration = "2000 ug/mL" }\n'
DRUG += 'limits = { max_dose_1h = "100 ug", max_dose_24h = "1 mg" }\n'


def read(tmp_path, line, drug=DRUG):
    path = tmp_path / "made.toml"
    path.write_text(drug + HEAD + line + "\n", encoding="utf-8")
    return load(path).config


def section(tmp_path, text, drug=DRUG):
    return read(tmp_path, f"patient_bolus = {{ {text} }}", drug)["patient_bolus"]


def test_without_the_table_it_is_what_a_configuration_without_the_section_has(tmp_path):
    assert read(tmp_path, "")["patient_bolus"] == NONE == config.harmless()["patient_bolus"]


def test_with_a_drug_it_is_a_dose_whether_dose_or_volume_is_stated(tmp_path):
    rest = 'over = "10 min", lockout = "4 h", per_day = 4'
    made = {
        "dose_ng": 20_000,
        "volume_pl": None,
        "duration_ms": 600_000,
        "lockout_s": 14_400,
        "per_day": 4,
    }
    assert section(tmp_path, f'dose = "20 ug", {rest}') == made
    assert section(tmp_path, f'volume = "10 uL", {rest}') == made


def test_without_a_drug_it_is_a_volume(tmp_path):
    made = section(tmp_path, 'volume = "10 uL", over = "1 min", lockout = "1 s", per_day = 1', "")
    assert (made["dose_ng"], made["volume_pl"]) == (None, 10_000_000)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('over = "1 min", lockout = "1 h", per_day = 1', "neither dose nor volume"),
        (
            'dose = "1 ug", volume = "1 uL", over = "1 min", lockout = "1 h", per_day = 1',
            "both dose and volume",
        ),
        ('dose = "1 ug", lockout = "1 h", per_day = 1', "patient_bolus.over"),
        ('dose = "1 ug", over = "1 min", lockout = "1 h", per_day = 49', "0 to 48"),
        ('dose = "50 ug", over = "1 min", lockout = "1 h", per_day = 1', "up to 24 mL/d"),
        ('dose = "101 ug", over = "1 h", lockout = "1 h", per_day = 1', "100 ug, limits.max_bolus"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(tmp_path, text, told):
    with pytest.raises(ScenarioError) as caught:
        section(tmp_path, text)
    assert told in str(caught.value)
