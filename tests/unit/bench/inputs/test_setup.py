"""Reading SETUP.toml: what is refused, with file, line, column and remedy, and what the values
become.
"""

import copy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.inputs import apparatus, setup
from bench.inputs import setup_sections as sections
from bench.shared.errors import BenchError
from host_sim.shared import toml_places
from tests.rigs.weighing import SETUP, raw_setup, toml

GOOD = """set_rate = "25 mL/h"
method = "volumetric"

[balance]
readability = "0.1 mg"
repeatability = "0.1 mg"
linearity = "0.3 mg"

[environment]
water = "20 degC"
air = "20 degC"
pressure = "1013.25 hPa"
humidity = "50 %"

[evaporation]
rate = "0.3 mg/min"
uncertainty = "30 %"

[immersion]
tube_outer_diameter = "1.6 mm"
vessel_inner_diameter = "30 mm"

[limits]
flow_error = "5 %"
"""


def load(tmp_path, text, columns=()):
    path = tmp_path / "setup.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return setup.load(path, columns)


def problems(tmp_path, text, columns=()):
    with pytest.raises(BenchError) as caught:
        load(tmp_path, text, columns)
    return caught.value.problems


def swap(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


BROKEN = [  # name, file, line, column, words of the message
    ("not TOML", swap('method = "volumetric"', "method = volumetric"), 2, 10, "is not TOML"),
    ("not UTF-8", b'method = "\xff"\n', 1, 11, "is not UTF-8"),
    ("empty", "", 1, 1, "method: is missing; allowed: volumetric, ambulatory, shots, bolus"),
    ("a bare number", swap('"25 mL/h"', "25"), 1, 1, "set_rate: 25 has no unit"),
    ("a volume for a rate", swap('"25 mL/h"', '"25 mL"'), 1, 1, "is a volume, not a flow rate"),
    ("a rate of nothing", swap('"25 mL/h"', '"0 mL/h"'), 1, 1, "is out of range"),
    ("no rate", swap('set_rate = "25 mL/h"\n', ""), 1, 1, "set_rate: is missing"),
    ("an unknown method", swap('"volumetric"', '"volumetrik"'), 2, 1, 'did you mean "volumetric"?'),
    ("a key misspelt", swap("readability", "readabilty"), 5, 1, 'did you mean "readability"?'),
    ("a table misspelt", swap("[balance]", "[balanse]"), 4, 1, 'did you mean "balance"?'),
    ("a mass in metres", swap('"0.1 mg"', '"0.1 mm"'), 5, 1, "balance.readability"),
    (
        "no readability",
        swap('readability = "0.1 mg"\n', ""),
        4,
        1,
        "balance.readability: is missing",
    ),
    (
        "a negative repeatability",
        swap('repeatability = "0.1 mg"', 'repeatability = "-0.1 mg"'),
        6,
        1,
        "is negative",
    ),
    (
        "one weighing",
        swap('linearity = "0.3 mg"', 'linearity = "0.3 mg"\nrepeatability_n = 1'),
        8,
        1,
        "repeatability_n",
    ),
    (
        "boiling water",
        swap('water = "20 degC"', 'water = "98 degC"'),
        10,
        1,
        "where the density of water is known",
    ),
    ("sea level forgotten", swap('"1013.25 hPa"', '"10 hPa"'), 12, 1, "600 to 1100 hPa"),
    (
        "no humidity",
        swap('humidity = "50 %"\n', ""),
        9,
        1,
        "environment.humidity: is missing, and the log has no column humidity_pct",
    ),
    (
        "no evaporation",
        swap('[evaporation]\nrate = "0.3 mg/min"\nuncertainty = "30 %"\n', ""),
        1,
        1,
        "evaporation: is missing",
    ),
    (
        "evaporation without uncertainty",
        swap('uncertainty = "30 %"\n', ""),
        15,
        1,
        "evaporation.uncertainty: is missing",
    ),
    (
        "evaporation stated and measured",
        swap('uncertainty = "30 %"', 'blank_before = "a.csv"'),
        15,
        1,
        "is both stated and measured",
    ),
    (
        "one blank only",
        swap('rate = "0.3 mg/min"\nuncertainty = "30 %"', 'blank_before = "a.csv"'),
        15,
        1,
        "allowed: `blank_before` and `blank_after`, or `blanks`",
    ),
    (
        "a tube as wide as the vessel",
        swap('"1.6 mm"', '"29 mm"'),
        20,
        1,
        "less than 0.9 of the vessel",
    ),
    (
        "a limit of nothing",
        swap('flow_error = "5 %"', 'flow_error = "0 %"'),
        24,
        1,
        "limits.flow_error",
    ),
    (
        "the limit of another method",
        swap("flow_error", "bolus_error"),
        24,
        1,
        'does not go with the method "volumetric"',
    ),
    ("shots without a cycle", swap('"volumetric"', '"shots"'), 1, 1, "shots: is missing"),
    (
        "a cycle without shots",
        GOOD + '[shots]\ncycle = "30 s"\n',
        25,
        1,
        'does not go with the method "volumetric"',
    ),
    (
        "a dose with a rate",
        swap('method = "volumetric"', 'method = "volumetric"\nset_dose = "1 uL"'),
        3,
        1,
        "set_dose",
    ),
    (
        "windows that are no list",
        GOOD + '[sampling]\nwindows = "2 min"\n',
        26,
        1,
        "is not a list of windows",
    ),
    (
        "a table for a value",
        swap('method = "volumetric"', 'method = { is = "volumetric" }'),
        2,
        1,
        "method",
    ),
    ("a key twice", GOOD + 'flow_error = "4 %"\n', 25, 1, "is not TOML"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_setup_is_refused_with_file_line_column_and_remedy(
    tmp_path, text, line, column, words
):
    told = problems(tmp_path, text)
    assert any(
        problem.startswith(f"{tmp_path / 'setup.toml'}:{line}:") and words in problem
        for problem in told
    ), told
    at_column = next(problem for problem in told if words in problem)
    if words != "is not TOML":
        assert at_column.startswith(f"{tmp_path / 'setup.toml'}:{line}:{column}: ")
    assert all(re.match(r"^.+:\d+:\d+: .+; .+$", problem) for problem in told)


def test_a_table_written_as_a_value_is_refused(tmp_path):
    told = problems(tmp_path, 'balance = "good"\n' + GOOD.replace("[balance]", "[balance_2]"))
    assert any(
        "setup.toml:1:1: balance:" in problem and "is not a table" in problem for problem in told
    )


def test_all_problems_are_told_at_once(tmp_path):
    told = problems(
        tmp_path, swap('"25 mL/h"', "25").replace('"0.3 mg/min"', '"0.3"').replace('"5 %"', '"5"')
    )
    assert len(told) == 3


def test_a_setup_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BenchError, match="cannot be read: No such file"):
        setup.load(tmp_path / "none.toml")
    with pytest.raises(BenchError, match="cannot be read"):
        setup.load("se\0tup.toml")


def test_the_values_come_in_the_units_of_the_bench(tmp_path):
    read = load(tmp_path, GOOD)
    assert read.rate_ul_per_min == pytest.approx(25000 / 60) and read.set_dose_ul is None
    assert read.balance == apparatus.Balance(
        readability_mg=0.1,
        repeatability_mg=0.1,
        repeatability_n=None,
        linearity_mg=0.3,
        drift_mg_per_min=0.0,
    )
    assert read.environment.pressure_hpa == sections.Constant(1013.25, 5.0)
    assert read.environment.water_c.half_width == 0.5
    assert read.evaporation == sections.StatedEvaporation(0.3, pytest.approx(0.09))
    assert read.immersion.vessel_inner_mm == 30
    assert (read.limits.error_pct, read.limits.quantisation_pct) == (5, 2)
    assert read.limits.no_flow_s is read.limits.first_pct is read.limits.trumpet_pct is None


def test_the_dose_of_a_setup_that_has_a_rate_is_asked_for_in_vain(tmp_path):
    with pytest.raises(BenchError, match=r'set_dose: is not stated with the method "volumetric"'):
        load(tmp_path, GOOD).dose_ul  # noqa: B018


def test_units_of_other_sizes_mean_the_same(tmp_path):
    text = GOOD.replace('"0.1 mg"', '"100 ug"', 1).replace('"0.3 mg/min"', '"18 mg/h"')
    text = text.replace('"1013.25 hPa"', '"101.325 kPa"').replace('"30 mm"', '"3 cm"')
    one, other = load(tmp_path, GOOD), load(tmp_path, text)
    assert one.balance == other.balance and one.immersion == other.immersion
    assert other.evaporation.rate_mg_per_min == pytest.approx(0.3)
    assert other.environment.pressure_hpa.value == pytest.approx(1013.25)


def test_a_column_of_the_log_stands_for_a_constant(tmp_path):
    read = load(tmp_path, swap('humidity = "50 %"\n', ""), columns=("humidity_pct",))
    assert read.environment.humidity_pct.value is None


def test_without_a_limit_there_is_none(tmp_path):
    assert load(tmp_path, swap('[limits]\nflow_error = "5 %"\n', "")).limits.error_pct is None


def test_a_setup_written_out_reads_as_it_was(tmp_path):
    assert load(tmp_path, toml(SETUP)).balance == setup.read(raw_setup()).balance


def test_places_are_counted_from_1():
    assert toml_places.places('a = 1\n[b]\n  c = 2\n["d"]\n"e" = 3\n') == {
        "a": (1, 1),
        "b": (2, 1),
        "b.c": (3, 3),
        "d": (4, 1),
        "d.e": (5, 1),
    }


STRANGE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from([
        "5 %", "-5 %", "1 mg", "1e3 mg", "20 degC", "10 uL/min", "0 mg", "1 h", "999999999 g",
        "0.000001 ug", "\u00b5",
    ]),
)  # fmt: skip


@settings(max_examples=300)
@given(data=st.data())
def test_values_of_another_kind_are_read_or_refused(data):
    raw = copy.deepcopy(SETUP)
    for _ in range(data.draw(st.integers(1, 3))):
        table = data.draw(
            st.sampled_from([raw, *(value for value in raw.values() if isinstance(value, dict))])
        )
        table[data.draw(st.sampled_from([*table, "extra"]))] = data.draw(STRANGE)
    try:
        setup.read(raw, path="setup.toml")
    except BenchError as error:
        assert all(problem.startswith("setup.toml:1:1: ") for problem in error.problems)


@settings(max_examples=150)
@given(data=st.data())
def test_a_text_with_anything_in_it_is_read_or_refused(tmp_path_factory, data):
    text = GOOD
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = (
            text[:at] + data.draw(st.text(max_size=5)) + text[at + data.draw(st.integers(0, 6)) :]
        )
    path = tmp_path_factory.mktemp("fuzz") / "setup.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        setup.load(path)
    except BenchError as error:
        assert all(problem.startswith(str(path)) for problem in error.problems)
