import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from host_sim.campaign.campaign_file import CAMPAIGNS, load
from host_sim.campaign.pump_draw import draw
from host_sim.scenario.load import tomllib
from host_sim.shared.quantities import parse_duration
from host_sim.shared.reader import ScenarioError
from tests.rigs.small_campaign import CAMPAIGN, loaded

POWER_CUTS = load(CAMPAIGNS / "power_cuts.toml")
numbers = st.integers(1, 10**6)


@given(st.integers(0, 10**6), numbers, st.lists(numbers, max_size=3))
def test_a_pump_depends_on_seed_and_number_alone(seed, number, others):
    alone = draw(POWER_CUTS, seed, number).table
    for other in others:
        draw(POWER_CUTS, seed, other)
    assert draw(POWER_CUTS, seed, number).table == alone


@given(numbers)
def test_pumps_and_seeds_differ(number):
    one = draw(POWER_CUTS, 1, number).table
    assert one != draw(POWER_CUTS, 2, number).table
    assert one["seed"] != draw(POWER_CUTS, 1, number + 1).table["seed"]


@given(numbers)
def test_what_was_drawn_reads_back_from_its_file(number):
    table = draw(POWER_CUTS, 1, number).table
    assert tomllib.loads(tomli_w.dumps(table)) == table


@given(numbers)
def test_no_fault_overlaps_another_of_its_kind(number):
    ends = {}
    faults = sorted(
        draw(POWER_CUTS, 1, number).table.get("fault", []),
        key=lambda fault: parse_duration(fault["time"]),
    )
    for fault in faults:
        begin_ms = parse_duration(fault["time"])
        assert begin_ms > ends.get(fault["kind"], -1)
        ends[fault["kind"]] = begin_ms + parse_duration(fault.get("lasts", "0 s"))


def test_what_follows_a_fault_comes_after_its_end(tmp_path):
    text = CAMPAIGN + '[[fault.then]]\ndo = "acknowledge"\nafter = "5 min"\n'
    table = draw(loaded(tmp_path, text), 1, 1).table
    (fault,), (at,) = table["fault"], table["at"]
    end_ms = parse_duration(fault["time"]) + parse_duration(fault["lasts"])
    assert parse_duration(at["time"]) == end_ms + 300_000


def test_what_has_no_chance_never_comes(tmp_path):
    text = CAMPAIGN.replace('kind = "stall"', 'kind = "stall"\nchance = "0 %"')
    assert "fault" not in draw(loaded(tmp_path, text), 1, 1).table


def test_what_comes_every_so_often_comes_to_the_end_of_the_run_or_of_its_time(tmp_path):
    text = CAMPAIGN + '[[at]]\ndo = "acknowledge"\nevery = "30 min"\n'
    assert len(draw(loaded(tmp_path, text), 1, 1).table["at"]) == 5
    text += 'until = "1 h"\n'
    assert len(draw(loaded(tmp_path, text), 1, 1).table["at"]) == 2


def test_a_value_can_be_that_of_another_key(tmp_path):
    text = CAMPAIGN + '[[at]]\ndo = "start"\ntime = "1 h"\n'
    text += 'confirm_dose = { same_as = "program.rate" }\n'
    table = draw(loaded(tmp_path, text), 1, 1).table
    assert table["at"][0]["confirm_dose"] == table["program"]["rate"] != "400 ug/d"


def test_a_key_that_the_scenario_does_not_state_cannot_be_taken(tmp_path):
    text = CAMPAIGN + '[[at]]\ndo = "start"\ntime = "1 h"\n'
    text += 'confirm_dose = { same_as = "limits.restart_dose" }\n'
    with pytest.raises(ScenarioError, match="which the scenario does not state; allowed: a key"):
        draw(loaded(tmp_path, text), 1, 1)


def test_a_draw_that_is_no_scenario_names_the_pump_and_the_key(tmp_path):
    text = CAMPAIGN + '[[draw]]\nkey = "reservoir.fill"\nuniform = ["21 mL", "22 mL"]\n'
    with pytest.raises(ScenarioError, match=r"pump 4 as it is drawn.*reservoir\.fill"):
        draw(loaded(tmp_path, text), 1, 4).scenario()
