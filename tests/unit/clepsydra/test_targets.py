"""Which pump is meant by `sim` and `chip`, where several run and where no chip can be had."""

import pytest

from clepsydra.errors import NoPump
from clepsydra.link import targets
from host_sim.chip.board.chip_world import NOT_HERE
from host_sim.live import live_chip, live_commands, running
from host_sim.live.running import Running

SIM = Running("flex_week", "x", 1001, 2001, 1, "1", "rpi_pico")
CHIP = SIM._replace(name="flex_week-chip", port=1002)


@pytest.fixture
def both_run(monkeypatch):
    monkeypatch.setattr(running, "running", lambda: [SIM, CHIP])


def test_sim_and_chip_of_one_scenario_are_two_pumps(both_run):
    assert targets.find("sim") == ("socket://127.0.0.1:1001", "sim:flex_week")
    assert targets.find("chip") == ("socket://127.0.0.1:1002", "chip:flex_week")
    assert targets.find("chip:flex_week").address == targets.find("chip").address
    assert targets.find("sim:flex_week").address == targets.find("sim").address


@pytest.mark.parametrize("reason", ["no `node` on the PATH", None])
def test_without_an_image_chip_is_refused_with_what_to_do(reason, monkeypatch):
    monkeypatch.setattr(running, "running", list)
    monkeypatch.setattr(live_chip, "missing", lambda: reason)
    monkeypatch.setattr(live_chip.build, "current", lambda board: None)
    with pytest.raises(
        NoPump, match=r"no emulated chip: .*run `make chip` once.* use sim"
    ) as found:
        targets.find("chip")
    assert (reason or "is not built, or is older than its sources") in str(found.value)


@pytest.mark.parametrize("kind", sorted(NOT_HERE))
def test_a_fault_that_no_chip_shows_is_refused(kind):
    assert "not on a chip" in live_commands.why_unseen(CHIP, kind)
    assert live_commands.why_unseen(SIM, kind) == ""
