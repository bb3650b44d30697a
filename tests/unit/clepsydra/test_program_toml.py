"""The program in force as a file: what `program set` reads of it is that program again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clepsydra.errors import BadInput
from clepsydra.prescription.program_file import read_program_text
from clepsydra.prescription.program_toml import program_toml
from host_sim.__main__ import STOCK
from host_sim.scenario.load import load
from tests.rigs.therapies import programs

MOST = 10**12
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
AS_DOSES = (
    ("safe_rate_pl_per_day", "safe_dose_ng_per_day"),
    ("rate_pl_per_day", "dose_ng_per_day"),
)


def config_of(conc_ng_per_ml):
    most = MOST * 10**9
    limits = {f"{name}_pl_per_day": most for name in ("max_rate", "program_max_rate")}
    return {
        "drug": {"name": "dye", "conc_ng_per_ml": conc_ng_per_ml},
        "limits": {**limits, "min_rate_pl_per_day": 0},
    }


@given(st.data(), st.sampled_from([0, 1, 500_000, 10**9]))
def test_a_program_that_is_written_is_read_as_itself(data, conc_ng_per_ml):
    section = data.draw(programs(MOST, 0, 86_400))
    pause_s = data.draw(st.one_of(st.none(), st.integers(60, 30 * 86_400)))
    if pause_s is not None and section["mode"] != "stopped":
        section["longest_pause_s"] = pause_s
    if "patterns" in section:  # a file has only those of a day
        kept = {name: section["patterns"][name] for name in section["days"]}
        section["patterns"] = kept
    if conc_ng_per_ml:
        for rate, dose in AS_DOSES:
            if rate in section:
                section[dose] = section.pop(rate)
    text = program_toml(section, conc_ng_per_ml)
    assert read_program_text(text, config_of(conc_ng_per_ml), "mine.toml") == section


@given(NAMES)
def test_a_pattern_of_any_name_is_read_as_itself(name):
    section = {
        "mode": "weekly",
        "safe_rate_pl_per_day": 1,
        "patterns": {name: [[0, 5]]},
        "days": [name] * 7,
    }
    try:
        read_back = read_program_text(program_toml(section, 0), config_of(0), "mine.toml")
    except BadInput as error:  # what a name may be is the matter of who reads it
        assert "is not TOML" not in str(error)
    else:
        assert read_back == section


@pytest.mark.parametrize("path", sorted(STOCK.glob("*.toml")), ids=lambda path: path.stem)
def test_the_program_of_each_stock_scenario_is_written_so_that_it_is_read_as_itself(path):
    config = load(path).config
    conc_ng_per_ml = config["drug"]["conc_ng_per_ml"]
    text = program_toml(config["program"], conc_ng_per_ml)
    assert read_program_text(text, config, "mine.toml") == config["program"]


def test_what_program_show_writes_is_the_program_in_force_for_program_set(run_shared, tmp_path):
    said = run_shared("program", "show", "--toml")
    assert said.status == 0
    file = tmp_path / "mine.toml"
    file.write_text(said.out, encoding="utf-8")
    assert "is the program in force already" in run_shared("program", "set", str(file)).err
    file.write_text(said.out.replace("450 ug/d", "451 ug/d"), encoding="utf-8")
    compared = run_shared("program", "diff", str(file), "--json")
    told = json.loads(compared.out)
    assert told["now"] != told["after"]


def test_the_program_is_shown_as_json_or_as_a_file_not_as_both(run_shared):
    said = run_shared("program", "show", "--json", "--toml")
    assert said.status == 2 and "--json and --toml were given" in said.err
