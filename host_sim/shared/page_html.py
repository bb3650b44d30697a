"""The pieces that a report's page is made of: style, tables, tiles, escaped text. CPython only."""

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from host_sim.shared.page_style import FONT

STYLE = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name("page.js")
PLOTLY = Path(__file__).with_name("plotly-basic.min.js")  # lines and bars, all that figures need


def script() -> str:
    """What the scripts of the pages have in common: `figures`, `plots` and `drawn` are theirs."""
    return SCRIPT.read_text(encoding="utf-8")


def write(
    out_dir: Path | str, frame: Path, figures: Sequence[tuple[str, str, object]], **parts: str
) -> Path:
    """Write report.html: a page's frame, filled with its `parts`, its figures, each (title, note,
    data for plotly.js), and what the pages have in common. Returns its path.
    """
    page = Template(frame.read_text(encoding="utf-8")).substitute(
        parts,
        figures="".join(place(n, title, note) for n, (title, note, _) in enumerate(figures)),
        data=as_json([figure for _, _, figure in figures]),
        style=STYLE.read_text(encoding="utf-8").replace("$font", FONT),
        script=script(),
        plotly=PLOTLY.read_text(encoding="utf-8"),
    )
    path = Path(out_dir) / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def tile(value: object, label: str, note: str, good: bool | None) -> str:
    """A key figure; `good` is True, False, or None where it is neither."""
    kind = "" if good is None else " good" if good else " bad"
    inside = f"<b>{html(value)}</b><span>{html(label)}</span><small>{html(note)}</small>"
    return f'<div class="tile{kind}">{inside}</div>'


def table(heads: Iterable[str], rows: Iterable[Iterable[object]], kind: str) -> str:
    """A table of texts; `kind` is its class in the style sheet."""
    head = "".join(f"<th>{html(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{html(text)}</td>' for text in row)}</tr>" for row in rows)
    inside = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table class="{kind}">{inside}</table></div>'


def place(n: int, title: str, note: str) -> str:
    """Where the page's script puts figure `n`."""
    head = f"<h2>{html(title)} <small>{html(note)}</small></h2>"
    named = html(f"Figure: {title}, {note}")
    plot = f'<div class="plot" id="plot{n}" role="img" aria-label="{named}"></div>'
    return f'<section class="figure">{head}{plot}</section>'


def html(text: object) -> str:
    """Escaped, and with the proper sign for micro."""
    return re.sub(r"\bu(?=[Lg]\b)", "\u00b5", escape(str(text)))


def as_json(figures: object) -> str:
    """Data for a script element: nothing in it may end that element."""
    text = json.dumps(figures, separators=(",", ":"))
    return re.sub(r"\bu(?=[Lg]\b)", "\u00b5", text).replace("</", "<\\/")
