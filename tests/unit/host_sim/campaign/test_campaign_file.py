import pytest

from host_sim.campaign.campaign_file import CAMPAIGNS, from_texts, load
from host_sim.campaign.pump_draw import draw
from host_sim.shared.reader import ScenarioError
from tests.rigs.small_campaign import BASE, CAMPAIGN, loaded

STOCK = ("clinic", "power_cuts", "stalls_and_free_flow", "worn_tubes")


@pytest.mark.parametrize("name", STOCK)
def test_each_pump_that_a_stock_campaign_draws_is_a_scenario(name):
    campaign = load(CAMPAIGNS / f"{name}.toml")
    for number in range(1, 4 if name == "clinic" else 21):
        assert draw(campaign, 7, number).scenario().job.duration_ms == campaign.duration_ms


def test_a_campaign_that_went_to_another_process_draws_the_same(tmp_path):
    campaign = loaded(tmp_path)
    there = from_texts(campaign.texts)
    assert draw(there, 3, 5).table == draw(campaign, 3, 5).table
    assert there.digest == campaign.digest


def test_another_text_is_another_campaign(tmp_path):
    one = loaded(tmp_path)
    other = loaded(tmp_path, base=BASE.replace("400 ug/d", "401 ug/d"))
    assert one.digest != other.digest


def test_the_expectations_and_the_faults_of_the_scenario_are_left_out(tmp_path):
    base = BASE + '[[expect]]\nno_alarm = "any"\n[[fault]]\nkind = "driver_reset"\ntime = "1 h"\n'
    table = draw(loaded(tmp_path, base=base), 1, 1).table
    assert "expect" not in table
    assert [fault["kind"] for fault in table["fault"]] == ["stall"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[fault]]\nkind = "stal"\ntime = "1 h"', 'fault[2].kind: "stal" is not one of the names'),
        ('[[fault]]\nkind = "stall"', "fault[2].time: is missing; allowed: time or every"),
        (
            '[[fault]]\nkind = "wear"\ntime = "1 h"\nover = "1 h"',
            "fault[2].by: is missing; allowed: ",
        ),
        (
            '[[fault]]\nkind = "stall"\ntime = "1 h"\nlast = "1 h"',
            'fault[2].last: there is no such key, did you mean "lasts"?; allowed: lasts',
        ),
        (
            '[[fault]]\nkind = "stall"\ntime = "1 h"\nchance = "half"',
            'fault[2].chance: "half" is no probability; allowed: 0 % to 100 %',
        ),
        (
            '[[fault]]\nkind = "stall"\ntime = "1 h"\nlasts = { uniform = ["1 uL", "2 uL"] }',
            'fault[2].lasts.uniform: "1.000 uL" ',
        ),
        (
            '[[fault]]\nkind = "stall"\ntime = "1 h"\n[[fault.then]]\ndo = "start"',
            "fault[2].then[1].after: is missing",
        ),
        ('[[at]]\ndo = "start"\nafter = "1 h"', "at[1].after: does not apply here; allowed: time"),
        (
            '[[draw]]\nkey = "truth.volum"\nuniform = [1, 2]',
            'draw[2].key: the scenario has no key "truth.volum"',
        ),
        ("[[draw]]\nuniform = [1, 2]", "draw[2].key: is None; allowed: the path of a key"),
        ("pumps = 3", "pumps: there is no such key"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_is_allowed(tmp_path, wrong, said):
    first = wrong.startswith("pumps")
    text = f"{wrong}\n{CAMPAIGN}" if first else f"{CAMPAIGN}\n{wrong}\n"
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, text)
    (line,) = caught.value.problems
    assert said in line
    assert line.startswith(f"{tmp_path / 'campaign.toml'}:")


def test_a_scenario_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ScenarioError, match='there is no scenario "flex_weak", did you mean "flex'):
        loaded(tmp_path, CAMPAIGN.replace("hours.toml", "flex_weak"))


def test_a_campaign_without_a_scenario_says_so(tmp_path):
    with pytest.raises(ScenarioError, match="scenario: is missing"):
        loaded(tmp_path, CAMPAIGN.replace('scenario = "hours.toml"', ""))


def test_a_scenario_without_a_drug_has_no_doses(tmp_path):
    base = BASE.replace("[drug]", "[drug_]")
    with pytest.raises(ScenarioError, match=r"has no \[drug\]; allowed: a scenario with one"):
        loaded(tmp_path, base=base)
