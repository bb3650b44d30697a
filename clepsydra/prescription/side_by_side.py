"""Two programs side by side, with what each means: the table that a person reviews before a change.
CPython only.

    for label, now, after, change in rows(before, after, situation): ...
"""

from typing import Any, NamedTuple

from clepsydra.amounts import change_text, civil_text, dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.readings import Status
from firmware.units import MS_PER_DAY, S_PER_DAY
from host_sim.shared.number_text import span

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Row = tuple[str, str, str, str]


class Situation(NamedTuple):
    """The pump at the moment: what forecasts begin with."""

    config: dict[str, Any]
    status: Status

    @property
    def local_ms(self) -> int | None:
        raw = self.status.raw
        return None if raw["wall_s"] is None else (raw["wall_s"] + raw["offset_s"]) * 1000

    def until_low_pl(self, now: Outlook) -> int:
        """What may go out until the reservoir is low. Where the pump forecasts it, as the pump
        does: it may know better than its books, by the level switch.
        """
        raw = self.status.raw
        if raw["low_in_ms"] is not None and not raw["bolus"]:
            return now.used_pl(self.local_ms, raw["low_in_ms"], raw["bolus_pl_per_day"])
        return max(0, raw["residual_pl"] - self.config["reservoir"]["low_pl"])


def rows(now: Outlook, after: Outlook, situation: Situation) -> list[Row]:
    """(what, now, after, change)"""
    conc = now.conc_ng_per_ml
    amount = _dose_of(conc) if conc else volume_text
    found = [
        _row(
            "dose of the highest day" if _varies(now, after) else "daily dose",
            now.daily_pl,
            after.daily_pl,
            lambda pl: f"{amount(pl)}/d",
        )
    ]
    found += _rate_rows(now, after)
    for label, key, part in (
        ("largest in any hour", "max_dose_1h_ng", "most_1h_pl"),
        ("largest in any 24 h", "max_dose_24h_ng", "most_24h_pl"),
    ):
        cap = situation.config["limits"][key]
        told = "" if cap is None else f" (cap {dose_text(cap)})"
        before_pl, after_pl = getattr(now, part), getattr(after, part)
        found.append(_row(label, before_pl, after_pl, lambda pl, told=told: amount(pl) + told))
    return [*found, _refill_row(now, after, situation)]


def cap_warnings(after: Outlook, config: dict[str, Any]) -> list[str]:
    """What the caps would hold back of this program."""
    found = []
    for key, most_pl, spoken in (
        ("max_dose_1h_ng", after.most_1h_pl, "an hour"),
        ("max_dose_24h_ng", after.most_24h_pl, "24 h"),
    ):
        cap, most_ng = config["limits"][key], most_pl * after.conc_ng_per_ml // 10**9
        if cap is not None and most_ng > cap:
            asked = f"it asks for {dose_text(most_ng)} in {spoken}"
            found.append(f"{asked}, and the cap of {dose_text(cap)} will hold it back")
    return found


def _dose_of(conc: int) -> Any:
    return lambda pl: dose_text(pl * conc / 10**9)


def _varies(*outlooks: Outlook) -> bool:
    """Do the days of one of them differ?"""
    return any(len({tuple(day) for day in meant.days()}) > 1 for meant in outlooks)


def _row(label: str, before: int, after: int, said: Any) -> Row:
    return label, said(before), said(after), change_text(before, after)


def _rate_rows(now: Outlook, after: Outlook) -> list[Row]:
    """A row for each instant at which a rate begins in one of them."""
    found = []
    before_days, after_days = now.days(), after.days()
    count = max(len(before_days), len(after_days))
    for day in range(count):
        before = before_days[day % len(before_days)]
        later = after_days[day % len(after_days)]
        for at_ms in sorted({start for start, _ in [*before, *later]}):
            label = f"{DAYS[day]} " if count > 1 else ""
            minutes = at_ms // 60_000
            label += f"{minutes // 60:02}:{minutes % 60:02}"
            rates = [_in_force(rates, at_ms) for rates in (before, later)]
            texts = [flow_text(rate, now.conc_ng_per_ml) for rate in rates]
            found.append((f"basal {label}", texts[0], texts[1], change_text(*rates)))
    return found


def _in_force(rates: list[tuple[int, int]], at_ms: int) -> int:
    return [rate for start, rate in rates if start <= at_ms][-1]


def _refill_row(now: Outlook, after: Outlook, situation: Situation) -> Row:
    raw, local_ms = situation.status.raw, situation.local_ms
    volume_pl, boluses = situation.until_low_pl(now), raw["bolus_pl_per_day"]
    lasts = [meant.lasts_ms(volume_pl, local_ms, boluses) for meant in (now, after)]
    texts = ["never" if ms is None else _when(ms, raw) for ms in lasts]
    change = "-"
    if None not in lasts and abs(lasts[1] - lasts[0]) >= MS_PER_DAY:
        how = "later" if lasts[1] > lasts[0] else "earlier"
        change = f"{span(abs(lasts[1] - lasts[0]))} {how}"
    return "refill by", texts[0], texts[1], change


def _when(in_ms: int, raw: dict[str, Any]) -> str:
    if raw["wall_s"] is None:
        return f"in {in_ms // 1000 // S_PER_DAY} d"
    return civil_text(raw["wall_s"] + in_ms // 1000, raw["offset_s"]).rpartition(" ")[0]
