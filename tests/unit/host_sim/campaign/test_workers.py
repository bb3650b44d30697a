"""The same pump, played here, in another process, by a child on either interpreter."""

from multiprocessing import active_children

import pytest

from host_sim.campaign import workers
from host_sim.campaign.one_pump import play_again
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_row import NAMES
from host_sim.campaign.pump_run import played
from host_sim.campaign.workers import WorkersError, blocks, on_cores
from host_sim.run.run import run
from host_sim.shared.reader import ScenarioError
from tests.rigs.small_campaign import CAMPAIGN, loaded

LEFT = ("events.csv", "trace.csv", "notes.jsonl", "status.json")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("campaign"))


def rows(campaign, count, numbers=range(1, 7)):
    found = [one for part in on_cores(campaign.texts, 1, numbers, count) for one in part.rows]
    return sorted(found, key=lambda row: int(row[0]))


def test_one_process_and_two_write_the_same_rows(campaign):
    one = rows(campaign, 1)
    assert [int(row[0]) for row in one] == [1, 2, 3, 4, 5, 6]
    assert rows(campaign, 2) == one


def test_a_row_is_the_same_whatever_was_played_before_it(campaign):
    assert rows(campaign, 1, [5]) == rows(campaign, 1)[4:5]


def test_what_the_pump_leaves_is_the_same_to_the_byte_as_in_a_process_of_its_own(
    campaign, tmp_path, monkeypatch
):
    monkeypatch.setattr("host_sim.shared.source_version.of_tree", lambda: ("unknown", None))
    scenario = draw(campaign, 1, 2).scenario()
    here, child = tmp_path / "here", tmp_path / "child"
    here.mkdir()
    played(scenario, here)
    run(scenario, "cpython", child)
    for name in LEFT:
        assert (here / name).read_bytes() == (child / name).read_bytes(), name


def test_a_pump_that_is_played_again_on_micropython_has_its_row_and_its_report(campaign, tmp_path):
    again = play_again(campaign, 1, 2, "micropython", tmp_path)
    assert again.row == rows(campaign, 1, [2])[0]
    assert again.page.is_file()
    (verdict,) = again.summary.expect
    assert verdict.text.startswith("MOTOR_STALL within ")
    assert verdict.passed
    assert again.summary.passed


def test_what_was_drawn_can_be_run_by_hand(campaign, tmp_path):
    from host_sim.scenario.load import load

    play_again(campaign, 1, 2, "cpython", tmp_path)
    by_hand = load(tmp_path / "scenario.toml")
    drawn = draw(campaign, 1, 2).scenario()
    assert by_hand.job == drawn.job._replace(trace_every_ms=by_hand.job.trace_every_ms)


def test_a_pump_that_breaks_off_is_a_row_that_says_why(campaign, monkeypatch):
    def broken(scenario, folder):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(workers, "played", broken)
    (row,) = rows(campaign, 1, [3])
    cells = dict(zip(NAMES, row, strict=True))
    assert (cells["verdict"], cells["wrong"]) == ("broke off", "ZeroDivisionError: by nothing")


def test_a_draw_that_is_no_scenario_ends_the_campaign_from_another_process_too(tmp_path):
    text = CAMPAIGN + '[[draw]]\nkey = "reservoir.fill"\nuniform = ["19 mL", "29 mL"]\n'
    with pytest.raises(ScenarioError, match=r"as it is drawn.*reservoir\.fill"):
        rows(loaded(tmp_path, text), 2)


def test_a_worker_that_ends_by_itself_is_told(campaign):
    coming = on_cores(campaign.texts, 1, range(1, 200), 2)
    next(coming)
    for child in active_children():
        child.kill()
    with pytest.raises(WorkersError, match="a worker process ended by itself; the rows so far"):
        list(coming)


@pytest.mark.parametrize(("count", "workers_"), [(1, 1), (7, 2), (1000, 2), (1000, 64)])
def test_blocks_hold_each_number_once_and_leave_no_worker_idle(count, workers_):
    made = blocks(range(count), workers_)
    assert [number for block in made for number in block] == list(range(count))
    assert len(made) >= min(count, 4 * workers_)
