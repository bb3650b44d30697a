"""report.html of the bench: one file that a metrologist can judge a run by, and that opens offline.
CPython only.

path = write(analysis, results, out_dir)
"""

import hashlib
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

from bench.analyse.boluses import BolusAnalysis
from bench.report import figures as report_figures
from bench.report import words
from host_sim.shared.page_html import as_json, html, place, style, table, tile

PAGE = Path(__file__).with_name("page.html")


def write(analysis, results, out_dir):
    """Write the report of an analysis; return its path."""
    figures = _figures(analysis)
    word = results["verdict"]
    page = Template(PAGE.read_text(encoding="utf-8")).substitute(
        title=html(results["name"] or Path(analysis.log.path).name),
        description=html(analysis.setup.note or words.description(results)),
        when=html(words.scope(analysis)),
        verdict=word or "none",
        word=word or "no limit stated",
        style=style(),
        reason=f"<b>{html(results['verdict_reason'])}.</b>",
        advice=_list(results["what_to_change"]),
        tiles="".join(tile(*one) for one in words.tiles(results)),
        figures="".join(place(n, title, note) for n, (title, note, _) in enumerate(figures)),
        budget_note=html(words.budget_note(results)),
        budget=table(words.BUDGET_HEADS, words.budget_rows(results), "budget"),
        windows=_windows(results),
        corrections=table(words.CORRECTION_HEADS, words.correction_rows(analysis), "corrections"),
        found=_list(words.found(results)) or "<p>Nothing out of the ordinary.</p>",
        setting=table(["", ""], words.setting_rows(analysis), "setting"),
        formulas=_list(words.formulas(analysis)),
        colophon=html(_colophon(analysis)),
        data=as_json([figure for _, _, figure in figures]),
        plotly=get_plotlyjs(),
    )
    path = Path(out_dir) / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _figures(analysis):
    """[(title, a line below it, figure)] of those that there is something to show in."""
    if isinstance(analysis, BolusAnalysis):
        found = [
            (
                "Boluses",
                "error of each, in order; dash-dotted: the limit of the mean",
                report_figures.boluses(analysis),
            )
        ]
    else:
        found = [
            ("Start-up curve", "from the start of the pump", report_figures.startup(analysis)),
            ("Trumpet curve", words.trumpet_note(analysis), report_figures.trumpet(analysis)),
            ("Flow", "over the whole log", report_figures.flow(analysis)),
            ("Residuals", words.RESIDUALS_NOTE, report_figures.residuals(analysis)),
        ]
    found.append(
        (
            "What the uncertainty is made of",
            "red: more than half of the variance",
            report_figures.budget(analysis),
        )
    )
    return [entry for entry in found if entry[2] is not None]


def _windows(results):
    if results["method"] == "bolus":
        return ""
    head = "<h2>Observation windows <small>Ep(max) and Ep(min) hold the balance's noise too: see its column</small></h2>"
    return head + table(words.WINDOW_HEADS, words.window_rows(results), "windows")


def _list(lines):
    return f"<ul>{''.join(f'<li>{html(line)}</li>' for line in lines)}</ul>" if lines else ""


def _colophon(analysis):
    files = [
        f"{Path(path).name} sha256 {_digest(path)}"
        for path in (analysis.log.path, analysis.setup.path)
        if Path(path).is_file()
    ]
    return " \u00b7 ".join([*files, f"{len(analysis.log.time_s):,} weighings"])


def _digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
