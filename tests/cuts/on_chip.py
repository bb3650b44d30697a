"""Power cuts of the flashed image on the emulated chip, through the real driver: each within a
flash operation, after which the pump on the same flash has to know everything.

    python -m tests.cuts.on_chip           # make cuts-chip: 500 of them, resumable
    cut_on_chip(image, cuts=10, seed=1)

Truth are the pulses on the STEP pin, over all power-ups, and the replies that were heard.
"""

import json
import os
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import ChipError
from host_sim.chip.image import build
from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS

KEPT = build.ROOT / "build" / "cuts"
CUTS, BLOCK = 500, 50  # in all, and of one pump
UL, ML = 10**6, 10**9
RATES = (500 * UL, 5 * ML, 24 * ML)
BLIND_STEPS = 320
# By one cut: queued, queued at once where the rate changes, and a reservation: four blind
# allowances, or what leaves in a minute, and twice that while it grows
MOST_OVERBOOKED = 2 * BLIND_STEPS + 2 * 5400
MOST_AHEAD = 16  # flash operations that what a person does may need
LONGEST_MS = 1_200_000


class Found(NamedTuple):
    """cuts: how many came; of_mode: how many of each mode; most_overbooked: steps, by one cut
    wrong: a line for each time the pump knew something wrong
    """

    cuts: int
    of_mode: Counter[str]
    most_overbooked: int
    wrong: list[str]


class Rig:
    """One pump over all its power-ups."""

    def __init__(self, image: object, seed: int) -> None:
        self._draw = random.Random(seed)
        self.pump = PumpOnChip("rpi_pico", image, made_config(rate_pl_per_day=RATES[0]))
        self.of_mode: Counter[str] = Counter()
        self.most_overbooked = 0
        self.wrong: list[str] = []
        self._rates = {RATES[0]}  # the program in force; two while one is in flight
        self._unproven = 0

    def cut(self) -> None:
        """One cut, and what the pump knows after it."""
        chip, draw = self.pump.chip, self._draw
        mode = draw.choice((*PROGRAM_CUTS, *ERASE_CUTS))
        self.pump.boot()
        self.ask_what_it_knows()
        ahead = draw.randrange(MOST_AHEAD)
        chip.cut_power_in_flash(
            ahead, draw.choice((1, 300, 700, 999)), mode, seed=draw.randrange(999)
        )
        end = chip.cycles + LONGEST_MS * 125_000
        while chip.on and chip.cycles < end:
            self._use_it()
        if chip.on:
            raise ChipError(f"no {ahead + 1} flash operations within {LONGEST_MS} ms")
        self.of_mode[mode] += 1

    def _use_it(self) -> None:
        """What a person does, or as much of it as the power lasts."""
        try:
            self._command("acknowledge")
            rate = self._draw.choice(RATES)
            self._rates.add(rate)
            program = {"mode": "continuous", "rate_pl_per_day": rate}
            if self._command("set_program", program=program):
                self._rates = {rate}
            self._command("start")  # no drug is stated: no dose has to be
            self.pump.run_ms(self._draw.choice((500, 20_000, 90_000)))
            self._command("bolus", volume_pl=5 * UL, duration_ms=60_000)
            self.pump.run_ms(self._draw.choice((500, 30_000)))
            if self._draw.random() < 0.3:
                self._command("stop")
                self._command("start")  # no drug is stated: no dose has to be
        except ChipError:
            if self.pump.chip.on:
                raise

    def _command(self, do: str, **fields: object) -> bool:
        return bool(self.pump.command(do, **fields)["ok"])

    def ask_what_it_knows(self) -> None:
        status, steps = self.pump.command("status"), self.pump.chip.steps
        over = status["emitted_steps"] - steps
        by_this = over - self._unproven
        if not 0 <= by_this <= MOST_OVERBOOKED:
            self.wrong.append(f"{by_this} steps booked beyond {steps} that left")
        self.most_overbooked = max(self.most_overbooked, by_this)
        self._unproven = over
        if status["state"] != "STOPPED" or status["memory_error"] is not None:
            self.wrong.append(f"{status['state']}: {status['memory_error']}")
        program = json.loads(self.pump.command("get", what="program", at=0)["text"])
        if program["rate_pl_per_day"] not in self._rates:
            self.wrong.append(f"{program}, last were {self._rates}")
        self._rates = {program["rate_pl_per_day"]}

    def found(self) -> Found:
        if self.pump.chip.state()["weak_programs"]:
            self.wrong.append("a sector was programmed whose erase was cut")
        cuts = sum(self.of_mode.values())
        return Found(cuts, self.of_mode, self.most_overbooked, self.wrong)


def cut_on_chip(image: object, cuts: int, seed: int) -> Found:
    """So many cuts, and a last look at what the pump knows."""
    rig = Rig(image, seed)
    with rig.pump:
        for _ in range(cuts):
            rig.cut()
        rig.pump.boot()
        rig.ask_what_it_knows()
        return rig.found()


def _block(image: Path, seed: int) -> Found:
    """The cuts of one pump, or what an earlier run has found."""
    path = KEPT / f"chip_{seed}.json"
    if not path.is_file():
        found = cut_on_chip(image, BLOCK, seed)
        path.write_text(json.dumps(found), encoding="utf-8")
    cuts, of_mode, most_overbooked, wrong = json.loads(path.read_text(encoding="utf-8"))
    return Found(cuts, Counter(of_mode), most_overbooked, wrong)


def main() -> int:
    image = build.build("rpi_pico") / "firmware.bin"
    KEPT.mkdir(parents=True, exist_ok=True)
    seeds, of_mode, most, wrong = range(1, CUTS // BLOCK + 1), Counter[str](), 0, 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found_by_seed = pool.map(_block, [image] * len(seeds), seeds)
        for seed, found in zip(seeds, tqdm(found_by_seed, total=len(seeds)), strict=True):
            of_mode += found.of_mode
            most = max(most, found.most_overbooked)
            wrong += len(found.wrong)
            for line in found.wrong:
                print(f"pump {seed}: {line}", flush=True)
    modes = ", ".join(f"{mode} {count}" for mode, count in sorted(of_mode.items()))
    print(f"{sum(of_mode.values())} cuts: {modes}")
    print(f"booked too much by one cut: {most} steps at the most\n{wrong} violations")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
