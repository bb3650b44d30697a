"""docs/scenario_reference.md and the keys that the reader takes are the same."""

import re
from pathlib import Path

import pytest

from host_sim.scenario import fault_keys, keys, timed_keys, world_keys
from host_sim.scenario.patient_keys import PATIENT_BOLUS
from host_sim.scenario.reference import filled, tables
from host_sim.scenario.service_keys import SERVICE
from host_sim.shared.values import REQUIRED

PAGE = Path("docs/scenario_reference.md").read_text(encoding="utf-8")
TABLES = {
    "top": [keys.TOP],
    "drug": [keys.DRUG],
    "head": [keys.HEAD],
    "calibration": [keys.CALIBRATION],
    "reservoir": [keys.RESERVOIR],
    "line": [world_keys.LINE],
    "limits": [keys.LIMITS],
    "pump": [keys.PUMP],
    "truth": [world_keys.TRUTH],
    "service": [SERVICE],
    "patient_bolus": [PATIENT_BOLUS],
    "days": [dict.fromkeys(keys.DAYS)],
    "stage": [keys.STAGE],
    "program": [{"mode": keys.MODE}, *keys.PROGRAM.values()],
    "at": [{"do": timed_keys.DO, **timed_keys.WHEN}, *timed_keys.AT.values()],
    "fault": [{"kind": fault_keys.KIND, **timed_keys.WHEN}, *fault_keys.FAULT.values()],
    "expect": list(timed_keys.EXPECT.values()),
    "allow": list(timed_keys.ALLOW.values()),
}


def keys_on_the_page(name):
    """The keys in the first column of a table of the page, in order."""
    table = PAGE.split("<!-- table: %s -->" % name)[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize("name", TABLES)
def test_the_reference_has_the_keys_that_the_reader_takes_and_no_other(name):
    assert keys_on_the_page(name) == [key for table in TABLES[name] for key in table]


def test_the_tables_of_the_reference_are_up_to_date():
    assert filled(PAGE) == PAGE, (
        "run: python -m host_sim.scenario.reference --into docs/scenario_reference.md"
    )


def test_every_table_stands_in_the_reference():
    assert sorted(tables()) == sorted(TABLES) == sorted(re.findall(r"<!-- table: (\w+) -->", PAGE))


@pytest.mark.parametrize("name", [*timed_keys.AT, *fault_keys.FAULT, *keys.PROGRAM])
def test_every_event_fault_and_mode_is_named_in_the_reference(name):
    assert '"%s"`' % name in PAGE


@pytest.mark.parametrize(
    "table", [table for group in TABLES.values() for table in group if any(table.values())]
)
def test_every_default_is_a_value_that_the_key_takes(table):
    for key, spec in table.items():
        if spec.default not in (None, REQUIRED):
            assert spec.value.parse(spec.default) is not None, key
