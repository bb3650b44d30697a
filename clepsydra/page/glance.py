"""What the page knows of the pump at an instant, and the version of it that a person was shown.
CPython only.

    glance.status, glance.meant, glance.version
    changed(before, after)        ["the state was STOPPED and is INFUSING"]
"""

from dataclasses import dataclass
from hashlib import sha256
from timeit import default_timer
from typing import Any

from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.readings import Identity, Status

Version = dict[str, str]  # what it is called: its value
OLD_S = 5.0  # then what is shown is called old


@dataclass(frozen=True)
class Glance:
    """meant: the program in force, None if the configuration cannot be read; line: how often the
    line was opened, stops: how often STOP was pressed; at_s: when it was read, as default_timer()
    """

    said: str
    identity: Identity
    config: dict[str, Any] | None
    status: Status
    meant: Outlook | None
    line: int
    stops: int
    at_s: float

    @property
    def name(self) -> str:
        return str(self.config["name"]) if self.config else "no usable configuration"

    @property
    def conc_ng_per_ml(self) -> int:
        """In the reservoir, 0 without a drug."""
        return int(self.status.raw["conc_ng_per_ml"])

    @property
    def age_s(self) -> float:
        return default_timer() - self.at_s

    @property
    def version(self) -> Version:
        """What must still be so when a person confirms what was shown."""
        raw, who = self.status.raw, self.identity
        last, plan = raw["last_bolus"], raw["plan"]
        return {
            "pump": who.serial,
            "firmware": f"{who.firmware} {who.commit}",
            "configuration": who.config_sha256[:8],
            "program": who.program_sha256[:8],
            "state": self.status.state,
            "last bolus": "none" if last is None else f"number {last['id']}",
            "running bolus": "there" if raw["bolus"] else "none",
            "fill count": str(raw["refills"]),
            "concentration": f"{raw['conc_ng_per_ml'] / 1000:g} ug/mL",
            "clock": "unset" if raw["wall_s"] is None else f"set, UTC{raw['offset_s']:+d} s",
            "dose": "confirmed" if raw["dose_confirmed"] else "held",
            "plan": f"stage {plan['stage']}, {plan['phase']}" if plan else "none",
            "bridge": "there" if raw["bridge"] else "none",
            "prime": "under way" if raw["prime_left_pl"] else "none",
            "line to the pump": f"opened {self.line} times",
            "STOP of this page": f"pressed {self.stops} times",
        }

    @property
    def alarm_codes(self) -> list[int]:
        """Of the alarms that are signalled."""
        return sorted(alarm.code for alarm in self.status.alarms)


def digest(version: Version) -> str:
    """A short text that another version has not."""
    return sha256(repr(sorted(version.items())).encode()).hexdigest()[:16]


def changed(shown: Version, now: Version) -> list[str]:
    """In words, what is no longer as it was shown."""
    return [
        f"the {key} was {shown[key]} and is {now[key]}" for key in shown if shown[key] != now[key]
    ]
