"""What a New Era client has set. Only rate and volume say what the pump gives; the calibration of
its head, and no diameter, says what a step is. CPython only.
"""

from dataclasses import dataclass

from clepsydra.new_era.short_numbers import RATES, VOLUMES

DIAMETERS = (100, 50_000)  # um
_MOST_IN_UL = 14_000  # um; above it volumes are in mL where the client says nothing
TRIGGERS = ("FT", "FH", "F2", "LE", "ST", "T2", "SP", "P2")


@dataclass
class ToldSettings:
    """diameter: um; rate, volume: thousandths of their units; stated_unit: "" where the diameter
    says it. Phase 1 is the rate, phase 2 the stop.
    """

    diameter: int = 10_000
    rate: int = 0
    rate_unit: str = "UH"
    volume: int = 0
    stated_unit: str = ""
    phase: int = 1
    trigger: str = "LE"
    buzzer: str = "0"

    @property
    def volume_unit(self) -> str:
        return self.stated_unit or ("UL" if self.diameter <= _MOST_IN_UL else "ML")

    @property
    def rate_pl_per_day(self) -> int:
        return self.rate * RATES[self.rate_unit]

    @property
    def volume_pl(self) -> int:
        return self.volume * VOLUMES[self.volume_unit]

    def set_diameter(self, diameter: int) -> None:
        """The unit of volumes follows it again."""
        self.diameter, self.stated_unit = diameter, ""
