"""report.html of the bench: one file that a metrologist can judge a run by, and that opens offline.
CPython only.

    path = write(analysis, results, out_dir)
"""

from collections.abc import Sequence
from pathlib import Path

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.report import formulas, words
from bench.report.identification import Identity
from bench.report.kind import AnyKind
from bench.report.kinds import KINDS
from host_sim.shared import page_html
from host_sim.shared.page_html import html, table, tile

PAGE = Path(__file__).with_name("page.html")


def write(
    analysis: Analysis, results: Results, out_dir: "str | Path", identity: Identity | None = None
) -> Path:
    """Write the report of an analysis; return its path. Without an `identity` it is not dated."""
    kind = KINDS[analysis.setup.method]
    word = results["verdict"]
    good = {"pass": True, "fail": False}.get(word)
    figures = _figures(kind, analysis)
    return page_html.write(
        out_dir,
        PAGE,
        figures,
        title=html(results["name"] or Path(analysis.log.path).name),
        description=html(analysis.setup.note or _description(kind, results)),
        who=html(identity.line() if identity else ""),
        when=html(kind.scope(analysis)),
        verdict=word or "none",
        word=word or "no limit stated",
        reason=f"<b>{html(results['verdict_reason'])}.</b>",
        advice=_list(results["what_to_change"]),
        tiles="".join(tile(*one) for one in kind.tiles(results, good)),
        budget_note=html(words.budget_note(results)),
        budget=table(words.BUDGET_HEADS, words.budget_rows(results), "budget"),
        windows=kind.windows(results),
        corrections=table(words.CORRECTION_HEADS, words.correction_rows(analysis), "corrections"),
        found=_list(words.found(results)) or "<p>Nothing out of the ordinary.</p>",
        setting=table(
            ["", ""], words.setting_rows(analysis) + kind.setting_rows(analysis), "setting"
        ),
        formulas=_list([*formulas.common(analysis), *kind.formulas]),
        colophon=html(_colophon(analysis, identity)),
    )


def _description(kind: AnyKind, results: Results) -> str:
    return f"A pump set to {kind.set_to(results)}, weighed by the {results['method']} method."


def _figures(kind: AnyKind, analysis: Analysis) -> list:
    """(title, a line below it, figure) of those that there is something to show in."""
    budget = words.budget_figure(analysis)
    figures = [
        *kind.figures(analysis),
        ("What the uncertainty is made of", "red: more than half of the variance", budget),
    ]
    return [entry for entry in figures if entry[2] is not None]


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html(line)}</li>' for line in lines)}</ul>" if lines else ""


def _colophon(analysis: Analysis, identity: Identity | None) -> str:
    weighings = f"{len(analysis.log.time_s):,} weighings"
    if identity is None:
        return weighings
    files = [f"{name} sha256 {digest[:16]}" for name, digest in identity.files]
    return " \u00b7 ".join([*files, weighings, identity.program])
