"""A setup that is written again says the same, and its paths lead to the same files."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.inputs import setup
from bench.inputs.setup_text import moved, setup_text
from bench.shared.toml_file import tomllib
from tests.rigs.weighing import raw_setup

PLAIN = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**40), 2**40), st.booleans()
)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3))
KEYS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=3))))
def test_what_is_written_is_what_is_read(raw):
    assert tomllib.loads(setup_text(raw)) == raw


def test_paths_lead_to_the_same_files_from_another_folder(tmp_path):
    raw = raw_setup(
        without=("evaporation",),
        evaporation={"blank_before": "a.csv", "blank_after": "/far/b.csv"},
        environment={"log": "room/log.csv"},
    )
    there = moved(raw, tmp_path / "lab", tmp_path / "out" / "01")
    assert there["evaporation"] == {"blank_before": "../../lab/a.csv", "blank_after": "/far/b.csv"}
    assert Path(there["environment"]["log"]) == Path("../../lab/room/log.csv")
    assert raw["evaporation"]["blank_before"] == "a.csv"
    assert moved({"evaporation": {"blanks": ["x.csv"]}}, tmp_path, tmp_path / "y") == {
        "evaporation": {"blanks": ["../x.csv"]}
    }


def test_a_setup_that_was_written_again_is_read_as_before():
    raw = raw_setup(record={"operator": 'A. "W" \\ Weigher'})
    assert setup.read(tomllib.loads(setup_text(raw))).record == setup.read(raw).record
