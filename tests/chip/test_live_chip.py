"""The emulated chip as a pump that is talked to: the programmer's verbs on the flashed image."""

import pytest

from clepsydra.errors import Refused
from clepsydra.link import key_file, targets
from host_sim.chip.board.chip_world import NOT_HERE
from host_sim.live import running
from host_sim.live.live_chip import LiveChip
from host_sim.live.live_commands import fault_of
from host_sim.scenario.load import load
from tests.chip.conftest import image_or_skip
from tests.rigs.driven_pump import FLEX_WEEK, PRESS, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

STALL = {"kind": "stall", "lasts_ms": 90_000}


@pytest.fixture(scope="module")
def on_chip():
    image_or_skip("rpi_pico")
    with DrivenPump(None, live=LiveChip(load(FLEX_WEEK))) as driven:
        yield driven


@pytest.fixture
def run_on_chip(on_chip, monkeypatch, capsys):
    return commands_of(on_chip, monkeypatch, capsys)


def test_a_session_on_the_emulated_chip_goes_as_on_the_simulated_pump(run_on_chip, on_chip):
    assert run_on_chip("clock", "set", "--yes").status == 0
    assert run_on_chip("start", "--yes").status == 0
    on_chip.run(10_000)
    assert "INFUSING     " in run_on_chip("status").out
    said = run_on_chip("bolus", "20 ug", "--over", "10 min", "--confirm", "20 ug")
    assert said.status == 0, said
    steps = on_chip.live.world["steps"]
    on_chip.run(60_000)
    # a tenth of 3200 steps, and the basal of a minute
    assert 320 <= on_chip.live.world["steps"] - steps <= 320 + 60
    assert run_on_chip("cancel", "--yes").status == 0
    assert run_on_chip("refill", "15 mL", "--withdrawn", "2.7 mL", "--confirm", "15 mL").status == 0
    on_chip.run(10)
    assert on_chip.live.world["reservoir_pl"] > 15_000_000_000
    assert "REFILL BY" in run_on_chip("report").out
    assert run_on_chip("doctor").status == 0
    on_chip.run(STALL["lasts_ms"], fault=STALL)
    assert "MOTOR_STALL" in run_on_chip("status").out
    assert run_on_chip("stop").status == 0
    with pytest.raises(Refused):
        on_chip.pump().cancel_bolus()


def test_a_paired_image_obeys_its_key_and_refuses_what_is_plain(on_chip, tmp_path, monkeypatch):
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    on_chip.pair()
    pump, stranger = on_chip.pump(), on_chip.pump(with_key=False)
    assert pump.session.is_sealed and stranger.locked
    pump.alarm_test()
    with pytest.raises(Refused) as refused:
        stranger.alarm_test()
    assert refused.value.error == "NOT_PROVEN"
    assert [event.kind for event in pump.events()].count("ALARM_TEST") == 1
    on_chip.run(1000, fault=PRESS)
    pump.session.ask("unpair", slot=0)
    assert stranger.status().raw["paired"] == 0


def test_chip_as_a_target_is_started_and_ended(tmp_path, monkeypatch):
    image_or_skip("rpi_pico")
    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path / "runtime"))
    told = []
    try:
        found = targets.find("chip", told.append)
        assert found.said == "chip:flex_week"
        assert "started an emulated pump, flex_week-chip" in told[0]
        assert targets.find("chip:flex_week").address == found.address
        run = running.the_one("flex_week-chip")
        assert run.on_chip
        for kind in NOT_HERE:
            assert fault_of(kind, [], over=True)["kind"] == kind
    finally:
        for run in running.running():
            running.ask(run, {"do": "end"})
