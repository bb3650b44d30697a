"""A live pump on the emulated chip: the image that is flashed, on its pins. CPython only.

    with LiveChip(scenario) as pump:
        pump.turn(pump.at_ms + 1000, give=frame)      # what the pump has sent meanwhile, bytes

It stands in the place of a LivePump (live_pump.py).
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from firmware.link.far_end import id_from
from firmware.link.frames import encode
from host_sim.chip.board.chip_world import NOT_HERE, ChipWorld, PumpSilentError
from host_sim.chip.emulator.chip import ChipError
from host_sim.chip.emulator.process import missing
from host_sim.chip.image import build
from host_sim.live.live_pump import PumpEnded, endless_job
from host_sim.live.person import Person
from host_sim.machine.schedule import fill_withdraw
from host_sim.run.interpreter import InterpreterError
from host_sim.scenario.load import Scenario


def image_of(board: str) -> Path:
    """The image of a board, built from what is there now. InterpreterError if there is none: it is
    never built on the way, which takes minutes.
    """
    lacking = missing()
    try:
        folder = None if lacking else build.current(board)
    except ChipError as error:
        raise InterpreterError(str(error)) from error
    if folder is None:
        why = lacking or f"the image of {board} is not built, or is older than its sources"
        raise InterpreterError(
            f"no emulated chip: {why}; run `make chip` once, in a clone, or use sim in its place"
        )
    return folder / "firmware.bin"


class _FarEnd:
    """In the place of a Recorder: what the pump sends is handed on."""

    def __init__(self, hal: Any) -> None:
        self.unsampled = False
        self.answered = False
        self.sent = b""
        self._hal = hal
        self._number = id_from(hal.power.random(4))  # of the next command of the scenario

    def hear(self, data: bytes) -> None:
        self.sent += data

    def send(self, payload: dict[str, Any]) -> None:
        """A command of the scenario, if it is played."""
        self._hal.link.send_to_pump(encode({**payload, "id": self._number}))
        self._number += 1

    def ask_status(self) -> None:
        """Others ask."""

    def sample(self, true_ms: int) -> None:
        """Nothing is traced."""

    def deliver(self, true_ms: int) -> None:
        """Nor is what was delivered."""


class LiveChip:
    """As LivePump: at_ms, world, sent_at_boot, turn."""

    def __init__(self, scenario: Scenario, play: bool = False, image: Path | None = None) -> None:
        """image: another one than that of the board, for tests"""
        name = scenario.config["board"]
        self._person = Person()
        self._world = ChipWorld(
            endless_job(scenario, play),
            import_module("boards." + name).BOARD,
            image or image_of(name),
            lambda hal, plant: _FarEnd(hal),
        )
        try:
            self._world.come_up()
        except (ChipError, PumpSilentError) as error:
            self._world.chip.close()
            raise PumpEnded(f"the emulated chip: {error}") from error
        self.sent_at_boot = self._report()

    def __enter__(self) -> "LiveChip":
        return self

    def __exit__(self, *_: object) -> None:
        self._world.chip.close()

    def turn(
        self,
        to_ms: int,
        give: bytes = b"",
        fault: dict[str, Any] | None = None,
        over: dict[str, Any] | None = None,
    ) -> bytes:
        """As LivePump.turn. PumpEnded."""
        world = self._world
        try:
            if fault and fault["kind"] not in NOT_HERE:
                world.let_fail(fault)
            if over and over["kind"] not in NOT_HERE:
                world.let_recover(over)
            if self._person.to_do:
                fill_withdraw(world.plant, self._person.to_do.popleft())
            if give:
                self._person.hear_command(give, self.at_ms)
                world.hal.link.send_to_pump(give)
            world.run_until(max(to_ms, self.at_ms + 1))
        except (ChipError, PumpSilentError) as error:
            raise PumpEnded(f"the emulated chip: {error}") from error
        sent = self._report()
        self._person.hear_pump(sent, self.at_ms)
        return sent

    def _report(self) -> bytes:
        plant, recorder = self._world.plant, self._world.recorder
        self.at_ms = self._world.clock.true_ms()
        self.world: dict[str, Any] = {
            "on": 1,
            "outlet_pl": plant.line.outlet_pl,
            "reservoir_pl": plant.reservoir.volume_pl,
            "steps": self._world.chip.steps,
        }
        sent: bytes = recorder.sent
        recorder.sent = b""
        return sent
