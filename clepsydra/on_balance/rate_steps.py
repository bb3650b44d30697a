"""The rates that are to be weighed, each with its program, its setup and its times. CPython only.

base = read_base("setup.toml")
steps = steps_of(Rates(("0.5 mL/d", "24 mL/d"), None, None), base, pump.config, simulated=False)
steps[0].section, steps[0].setup, steps[0].for_s, steps[0].expected_pct
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench.inputs import setup as setups
from bench.inputs.setup import Setup
from bench.plan import weighing_times
from bench.shared.errors import BenchError
from bench.shared.toml_file import load as load_toml
from bench.weigh import options
from clepsydra.errors import BadInput
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.program_file import read_program_table
from host_sim.shared.quantities import PL_PER_ML, QuantityError

Raw = dict[str, Any]
PL_PER_UL = 10**6
MS_PER_S, S_PER_DAY = 1000, 86_400
EVERY_S = 0.5
SIMULATED_READINGS = 500  # of a weighing in virtual time, where --every does not say
ANY_RATE = "1 mL/h"
OF_ANOTHER_LOG = (
    ("sampling", "start"),
    ("sampling", "end"),
    ("columns", "time"),
    ("columns", "mass"),
    ("columns", "unit"),
    ("columns", "time_unit"),
)


class Rates(NamedTuple):
    """As typed. lasting, every: None for what suits the method and the rate."""

    rates: tuple[str, ...]
    lasting: str | None
    every: str | None


class Base(NamedTuple):
    """A setup for every rate: raw may lack `set_rate` and `method`; setup is of any rate."""

    path: Path
    raw: Raw
    setup: Setup


@dataclass(frozen=True)
class Step:
    """rate: as typed; meant: what its program gives; raw, setup: of its weighing"""

    number: int
    rate: str
    meant: Outlook
    raw: Raw
    setup: Setup
    for_s: float
    every_s: float
    expected_pct: float

    @property
    def section(self) -> Raw:
        return self.meant.section

    @property
    def pl_per_day(self) -> int:
        return self.meant.rate_at(None)[0]

    @property
    def volume_pl(self) -> int:
        return int(self.pl_per_day * self.for_s / S_PER_DAY)

    @property
    def folder(self) -> str:
        return f"{self.number:02}"

    @property
    def aim(self) -> options.Aim:
        """For whoever watches it being weighed."""
        return options.Aim(self.rate, self.setup.rate_ul_per_min, self.for_s, self.every_s)


def read_base(path: str | Path) -> Base:
    """Raises BenchError with every problem found."""
    text, raw = load_toml(path)
    if raw.get("method") == "bolus":
        fault = 'method is "bolus"; allowed: a flow, or no method at all'
        raise BenchError(f"{path}:1:1: {fault}; leave method out")
    filled = {"set_rate": ANY_RATE, "method": "volumetric", **raw}
    setup = setups.read(filled, (), path, text)
    for section, key in OF_ANOTHER_LOG:
        if key in raw.get(section, {}):
            fault = f"{section}.{key} is about a log that is there already, and here one is written"
            raise BenchError(f"{path}:1:1: {fault}; leave it out")
    return Base(Path(path), raw, setup)


def rates_of(text: str | None, base: Base) -> tuple[str, ...]:
    """Of "0.5 mL/d, 24 mL/d"; without it that of the setup. BadInput."""
    if text is None:
        if "set_rate" not in base.raw:
            raise BadInput(f'no rate: say --rates "0.5 mL/d, 24 mL/d", or set_rate in {base.path}')
        return (base.raw["set_rate"],)
    rates = tuple(part.strip() for part in text.split(",") if part.strip())
    if not rates:
        raise BadInput(f'--rates: "{text}" names none; write for instance "0.5 mL/d, 24 mL/d"')
    for rate in rates:
        _read("--rates", options.rate_of, rate)
    return rates


def steps_of(asked: Rates, base: Base, config: Raw, simulated: bool) -> list[Step]:
    """A Step for each rate, in their order. BadInput, BenchError."""
    return [
        _step(number, rate, asked, base, config, simulated)
        for number, rate in enumerate(asked.rates, 1)
    ]


def program_at(rate: str, config: Raw) -> Outlook:
    """The continuous program of a rate for the pump of this configuration. BadInput."""
    table = {"program": {"mode": "continuous", "rate": rate}}
    return outlook(read_program_table(table, config, f"--rates {rate}"), config)


def flow_as_set(pl_per_day: int) -> str:
    """The exact rate as a setup takes it: with a drug its dose rounds it down."""
    return "%d.%09d mL/d" % divmod(pl_per_day, PL_PER_ML)


def _step(number: int, rate: str, asked: Rates, base: Base, config: Raw, simulated: bool) -> Step:
    meant = program_at(rate, config)
    set_pl_per_day = meant.rate_at(None)[0]
    ul_per_min = set_pl_per_day / PL_PER_UL / 1440
    raw = {
        **base.raw,
        "set_rate": flow_as_set(set_pl_per_day),
        "method": base.raw.get("method") or weighing_times.method_for(ul_per_min),
    }
    setup = setups.read(raw, (), base.path)
    for_s = weighing_times.usual_s(setup)
    if asked.lasting is not None:
        for_s = _read("--for", options.lasting_of, asked.lasting) / MS_PER_S
    every_s = max(EVERY_S, for_s / SIMULATED_READINGS) if simulated else EVERY_S
    if asked.every is not None:
        every_s = _read("--every", options.every_of, asked.every) / MS_PER_S
    expected_pct = weighing_times.expected_pct(setup, for_s)
    return Step(number, rate, meant, raw, setup, for_s, every_s, expected_pct)


def _read(option: str, parse: Any, raw: str) -> Any:
    try:
        return parse(raw)
    except (QuantityError, BenchError) as error:
        raise BadInput(f"{option}: {error}") from error


def in_all_s(steps: Sequence[Step]) -> float:
    return sum(step.for_s for step in steps)
