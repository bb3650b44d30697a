"""report.html of a campaign: what its rows show, and the worst ten, each a click from its own
report. CPython only.

    page = write(campaign, seed, rows, out_dir)
"""

from collections.abc import Sequence
from pathlib import Path

from host_sim.campaign.campaign_figures import figures
from host_sim.campaign.campaign_file import Campaign
from host_sim.campaign.campaign_findings import Cells, faults, findings
from host_sim.campaign.one_pump import folder_of
from host_sim.campaign.pump_row import SOUND
from host_sim.shared import number_text, page_html, source_version
from host_sim.shared.page_html import html, table, tile

FRAME = Path(__file__).with_name("campaign.html")
FILES = ("rows.csv", "rows.parquet", "campaign.json")
WORST = 10


def worst(rows: Sequence[Cells]) -> list[Cells]:
    """The ten pumps to look at first: those that are not sound, then by the dose error."""
    return sorted(rows, key=_rank)[:WORST]


def _rank(row: Cells) -> tuple[bool, int, int]:
    return row["verdict"] == SOUND, -abs(int(row["tip_error_ppm"] or 0)), int(row["number"])


def write(campaign: Campaign, seed: int, rows: Sequence[Cells], out_dir: Path) -> Path:
    """Write the report; returns its path."""
    passed = all(row["verdict"] == SOUND for row in rows)
    each = number_text.span(campaign.duration_ms)
    return page_html.write(
        out_dir,
        FRAME,
        figures(rows),
        title=html(campaign.name),
        description=html(campaign.description),
        when=html(f"{len(rows):,} pumps, {each} each, seed {seed}"),
        verdict="passed" if passed else "failed",
        tiles=_tiles(rows),
        files=" ".join(
            f'<a href="{name}">{name}</a>' for name in FILES if (out_dir / name).is_file()
        ),
        findings=table(["share", "with its 95 % interval, of"], _shares(rows), "findings"),
        worst=_worst(rows, out_dir),
        colophon=html(f"{source_version.text()} · campaign {campaign.digest[:12]}"),
    )


def _shares(rows: Sequence[Cells]) -> list[list[str]]:
    return [[finding.text, finding.says()] for finding in findings(rows)]


def _tiles(rows: Sequence[Cells]) -> str:
    ran = [row for row in rows if row["asked_ng"]]

    def total(column: str) -> int:
        return sum(int(row[column]) for row in ran)

    unsound = sum(row["verdict"] != SOUND for row in rows)
    return "".join(
        (
            tile(f"{len(rows):,}", "pumps", f"{unsound:,} not sound", not unsound),
            tile(f"{total('due'):,}", "alarms due", f"{total('seen'):,} in time", None),
            tile(f"{total('missed'):,}", "missed", f"{total('late'):,} late", not total("missed")),
            tile(f"{total('false'):,}", "false alarms", "that had no cause", not total("false")),
            tile(
                f"{total('unbooked_steps'):,}",
                "steps in no book",
                f"of {total('emitted_steps'):,} that left the pin",
                not total("unbooked_steps"),
            ),
        )
    )


def _worst(rows: Sequence[Cells], out_dir: Path) -> str:
    """A table whose first column leads to the pump's own report, where there is one."""
    heads = [
        "pump",
        "verdict",
        "dose error",
        "due",
        "missed",
        "false",
        "faults, and when they were told",
    ]
    cells = []
    for row in worst(rows):
        error = "-" if not row["tip_error_ppm"] else f"{int(row['tip_error_ppm']) / 10_000:+.2f} %"
        told = "; ".join([*map(str, faults(row)), *filter(None, [row["wrong"]])])
        cells.append(
            [row["number"], row["verdict"], error, row["due"], row["missed"], row["false"], told]
        )
    made = table(heads, cells, "worst")
    for row in worst(rows):
        page = f"{folder_of(int(row['number']))}/report.html"
        if (out_dir / page).is_file():
            plain = f"<tr><td>{row['number']}</td>"
            made = made.replace(plain, f'<tr><td><a href="{page}">{row["number"]}</a></td>')
    return made
