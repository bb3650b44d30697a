"""docs/bench.md says what the setup's keys, the results and the methods are."""

import re
import shlex
from pathlib import Path

import pytest

from bench.analyse import boluses as bolus_analysis
from bench.analyse import flow as analysis
from bench.analyse import results
from bench.inputs import log_file, setup
from bench.inputs import setup_keys as keys
from bench.metrology import sampling
from clepsydra.bench_verbs.bench_main import ON_THE_LINE
from host_sim.scenario import reference
from host_sim.shared import ending
from host_sim.shared.values import REQUIRED
from tests.docs import prose
from tests.rigs.weighing import made_log, made_setup, steady, times
from tests.unit.bench.analyse.test_boluses import bolus_setup, doses, one_weighing_each

PAGE = (Path(__file__).parents[2] / "docs" / "bench.md").read_text(encoding="utf-8")
TABLES = [name for name, value in vars(keys).items() if isinstance(value, dict) and name.isupper()]


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_each_table_of_keys_as_the_reader_goes_by_it(name):
    found = PAGE.split(f"<!-- table: {name} -->\n")[1].split("\n\n")[0].splitlines()
    assert found == [
        *reference._HEAD,
        *(reference._row(key, spec) for key, spec in getattr(keys, name).items()),
    ]


@pytest.mark.parametrize("name", TABLES)
def test_every_default_is_a_value_that_the_key_takes(name):
    for spec in getattr(keys, name).values():
        assert spec.default in (None, REQUIRED) or spec.value.parse(spec.default) is not None


def test_the_setup_on_the_page_is_read(tmp_path):
    (tmp_path / "setup.toml").write_text(
        re.search(r"```toml\n(set_rate.*?)```", PAGE, re.DOTALL).group(1)
    )
    assert setup.load(tmp_path / "setup.toml").method == "ambulatory"


def test_the_page_has_every_key_of_the_results_and_no_other():
    section = PAGE.split("## results.json")[1].split("## plan")[0]
    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    time_s = times(7200, 5)
    flow = results.summarise(
        analysis.analyse(made_log(time_s, steady(time_s, 400.0)), made_setup(), 1000)
    )
    boluses = results.summarise(
        bolus_analysis.analyse(one_weighing_each(doses()), bolus_setup(), 1000)
    )
    assert set(flow) == set(boluses)
    assert told == {key for key in flow if not key.endswith("period_expanded_uncertainty_pct")}
    inner = set(re.findall(r"`(\w+)`", section))
    for part in (flow["budget"][0], flow["trumpet_whole"][0], flow["startup"], boluses["bolus"]):
        assert set(part) <= inner


def test_the_page_has_the_windows_of_the_methods():
    for name, plan in (("volumetric", sampling.VOLUMETRIC), ("ambulatory", sampling.AMBULATORY)):
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}`"))
        assert (
            ", ".join(f"{window / 60:g}" for window in plan.windows_s) + " min" in row
            and f"| {plan.interval_s / 60:g} min |" in row
        )


def test_the_page_has_every_column_of_a_log():
    section = PAGE.split("## RUN.csv")[1].split("## SETUP.toml")[0]
    assert set(log_file.LIMITS) <= set(re.findall(r"`(\w+)`", section))


def test_nothing_claims_to_conform():
    assert not re.search(
        r"\b(conforms?|complies|compliant|conformity|certified)\b", PAGE, re.IGNORECASE
    )


def test_each_command_with_a_pump_on_the_line_is_one_that_is_taken():
    text = (prose.ROOT / "docs/bench_line.md").read_text() + (prose.ROOT / "README.md").read_text()
    commands = re.findall(r"^(?:\$ \.venv/bin/)?clepsydra bench (\w+) (.*)$", text, re.MULTILINE)
    assert len(commands) >= 5
    for name, arguments in commands:
        parser = ending.Parser()
        ON_THE_LINE[name].add_arguments(parser)
        pump = parser.parse_args(shlex.split(arguments)).pump or ""
        if pump.startswith("sim:"):
            assert (prose.ROOT / pump.removeprefix("sim:")).is_file()
