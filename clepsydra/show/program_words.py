"""A program in words, and two of them side by side. CPython only."""

from clepsydra.amounts import dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import Outlook
from clepsydra.prescription.side_by_side import DAYS, Row
from clepsydra.show.columns import table


def amount_text(meant: Outlook, pl: int) -> str:
    """A volume as the dose that it holds, if there is a drug."""
    conc = meant.conc_ng_per_ml
    return dose_text(pl * conc / 10**9) if conc else volume_text(pl)


def one_line(meant: Outlook) -> str:
    """Its mode and what it gives a day."""
    mode = meant.section["mode"]
    if meant.daily_pl == meant.mean_pl:
        return f"{mode}, {amount_text(meant, meant.daily_pl)}/d"
    mean, highest = amount_text(meant, meant.mean_pl), amount_text(meant, meant.daily_pl)
    return f"{mode}, {mean}/d on average, {highest} on the highest day"


def steps_text(meant: Outlook) -> str:
    """A line for each day or group of equal days, with its rates."""
    days = meant.days()
    lines = []
    for n, rates in enumerate(days):
        if n and rates == days[n - 1]:
            continue
        same = next((k for k in range(n, len(days)) if days[k] != rates), len(days))
        named = (
            "" if len(days) == 1 else DAYS[n] if same == n + 1 else f"{DAYS[n]}-{DAYS[same - 1]}"
        )
        steps = ", ".join(
            f"{at_ms // 3_600_000:02}:{at_ms // 60_000 % 60:02} "
            f"{flow_text(rate, meant.conc_ng_per_ml)}"
            for at_ms, rate in rates
        )
        lines.append(f"{named} {steps}".strip())
    return "\n".join(lines)


def review(rows: list[Row]) -> str:
    """The table that a person reviews."""
    return table([("", "now", "after", "change"), *rows])
