"""What a campaign came to, in a few lines for a terminal. CPython only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from host_sim.campaign.campaign_file import Campaign
from host_sim.campaign.campaign_findings import findings
from host_sim.campaign.pump_row import SOUND

SHOWN = 10  # pumps that are not sound


def text(campaign: Campaign, rows: Sequence[Mapping[str, str]], path: Path) -> str:
    """The verdicts, and how to look at those that are not sound. rows: cells by column."""
    verdicts = Counter(row["verdict"] for row in rows)
    lines = [f"{campaign.name}: {len(rows):,} pumps"]
    for verdict, count in sorted(verdicts.items(), key=lambda one: (one[0] != SOUND, -one[1])):
        lines.append(f"  {count:>7,}  {verdict}")
    lines += [f"  {finding.text}: {finding.says()}" for finding in findings(rows)[1:]]
    unsound = [row["number"] for row in rows if row["verdict"] != SOUND]
    if unsound:
        more = f" and {len(unsound) - SHOWN:,} more" if len(unsound) > SHOWN else ""
        lines.append(f"  not sound: {', '.join(unsound[:SHOWN])}{more}; --number I has the report")
    lines.append(f"output {path}")
    return "\n".join(lines)
