"""Runs a scenario on the emulated chip and leaves what a run of the simulated machine leaves, and
edges.csv. CPython only.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from host_sim.chip.board.chip_world import NOT_HERE, ChipWorld
from host_sim.chip.emulator.chip import NS_PER_CYCLE, ChipError
from host_sim.chip.emulator.process import missing
from host_sim.chip.image import build
from host_sim.chip.image.sources import SOURCE_PACKAGES
from host_sim.chip.image.toolchain import missing_packages
from host_sim.machine.recorder import Recorder
from host_sim.machine.result import Result, write
from host_sim.run.interpreter import InterpreterError
from host_sim.scenario.load import Scenario, ScenarioError

# A pass takes time on a chip: the driver's timeline may lag the pump's clock by this, with a
# collection of garbage in it, and with the time the link takes to ask for that clock
PASS_MS = 40
EDGES_HEADER = "time_ns,level\n"
VERSION = f"micropython {SOURCE_PACKAGES['micropython']} on an emulated RP2040"


def find_image(board: str) -> Path:
    """The image of a board, built anew if only our modules have changed.

    Raises InterpreterError if more is missing.
    """
    lacking = missing()
    if lacking or missing_packages() or not (build.BUILD / "sources").is_dir():
        raise InterpreterError(
            f"the emulated chip is not built ({lacking or 'no image'}): run `make chip` once"
        )
    try:
        return build.build(board) / "firmware.bin"
    except ChipError as error:
        raise InterpreterError(str(error)) from error


def play(scenario: Scenario, out_dir: Path, progress: Callable[[int], None]) -> None:
    """Run the scenario to its end. Raises ChipError, and ScenarioError for what no chip can do."""
    job = scenario.job
    for at_ms, fault in job.faults:
        if fault["kind"] in NOT_HERE:
            why = f"not on a chip: {NOT_HERE[fault['kind']]}; run it on the simulated machine"
            raise ScenarioError([f"fault {fault['kind']} at {at_ms} ms: {why}"])
    name = job.config["board"]
    board = import_module("boards." + name).BOARD
    delivers = bool(job.delivery_every_ms)
    world = ChipWorld(
        job,
        board,
        find_image(name),
        lambda hal, plant: Recorder(hal, plant, str(out_dir), delivers),
    )
    try:
        world.play(progress)
        world.recorder.close()
        _write_edges(world, out_dir / "edges.csv")
        write(_result(world), out_dir / "child.json")
    finally:
        world.recorder.close()
        world.chip.close()


def _result(world: ChipWorld) -> Result:
    return Result(
        passes=world.chip.state()["wakes"],
        emitted_steps=world.chip.steps,
        plant_pl=world.plant.line.outlet_pl,
        reservoir_pl=world.plant.reservoir.volume_pl,
        tip_ng=world.plant.tip_ng(),
        soundings=None,
        interpreter=VERSION,
        heap_bytes=None,
        power_ups=1,
        journal=None,
        late_ms=PASS_MS,
    )


def _write_edges(world: ChipWorld, path: Path) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(EDGES_HEADER)
        for cycle in world.chip.edge_cycles():
            file.write(f"{(abs(cycle) - world.zero) * NS_PER_CYCLE},{int(cycle > 0)}\n")
