"""A certificate of an analysis: a page that prints on A4, and the same for a machine. CPython only.

    write(analysis, results, identity, Path("run.html"))        # and run.json beside it

Whatever a certificate ought to say and nobody stated is said as not stated.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.report import formulas, words
from bench.report.certificate_results import quantity, result_rows, window_tables
from bench.report.identification import Identity
from bench.report.kind import Row
from bench.report.kinds import KINDS
from host_sim.shared.number_text import significant
from host_sim.shared.page_html import html, table

FRAME = Path(__file__).with_name("certificate.html")
NOT_STATED = "not stated"
OBJECT = (
    ("pump", "pump"), ("serial number", "pump_serial"), ("head, tube or syringe", "head"),
    ("client", "customer"), ("place", "place"), ("operator", "operator"),
)  # fmt: skip
DEVICES = (
    ("balance", "balance"), ("serial number", "balance_serial"),
    ("calibration certificate", "balance_certificate"), ("thermometer", "thermometer"),
    ("barometer", "barometer"), ("hygrometer", "hygrometer"), ("clock", "clock"),
    ("traceability", "traceability"),
)  # fmt: skip
SCOPE = (
    "The results are those of the object named above, at the time and under the conditions stated. "
    "They say nothing of its later behaviour. The stated uncertainty is the half-width of an "
    "interval that holds the value with a probability of 95 %, with the factor k named beside it. "
    "The methods are borrowed from the standards and guides named above; this is no test by any "
    "of them, and no accredited calibration. The certificate may be passed on as a whole only. The "
    "pump is for the lab bench, never for a person or an animal."
)
FORMAT = "clepsydra-certificate-1"


def write(analysis: Analysis, results: Results, identity: Identity, path: Path) -> None:
    """Write the page, and beside it the same as JSON."""
    kind = KINDS[analysis.setup.method]
    word = results["verdict"]
    page = Template(FRAME.read_text(encoding="utf-8")).substitute(
        title="Certificate of a flow measurement",
        subtitle=html(results["name"] or f"a pump set to {kind.set_to(results)}"),
        number=html(identity.number),
        weighed=html(identity.weighed or f"on a date {NOT_STATED}"),
        written=html(identity.written),
        object=_stated(OBJECT, identity),
        devices=_stated(DEVICES, identity),
        method=_method(analysis, identity),
        conditions=_facts(words.setting_rows(analysis) + kind.setting_rows(analysis)),
        results=_facts(result_rows(analysis, results)),
        verdict=word or "none",
        word=html(word or "no limit stated"),
        reason=html(f": {results['verdict_reason']}."),
        advice=_list(results["what_to_change"]),
        quantity=html(quantity(results)),
        budget=_budget(results),
        windows=window_tables(results),
        remarks=_list(words.found(results)) or "<p>none</p>",
        scope=html(SCOPE),
        colophon=html(_colophon(identity)),
        operator=html(identity.record.get("operator", f"operator {NOT_STATED}")),
    )
    path.write_text(page, encoding="utf-8")
    twin = json.dumps(_twin(results, identity), indent=2, allow_nan=False, default=float)
    path.with_suffix(".json").write_text(twin + "\n", encoding="utf-8")


def _twin(results: Results, identity: Identity) -> dict[str, Any]:
    """All that the page says, for a machine."""
    wanted = [key for _, key in (*OBJECT, *DEVICES)]
    return {
        "format": FORMAT,
        "number": identity.number,
        "weighed": identity.weighed,
        "issued": identity.written,
        "program": identity.program,
        "files": [{"name": name, "sha256": digest} for name, digest in identity.files],
        "record": identity.record,
        "not_stated": [key for key in wanted if key not in identity.record],
        "results": results,
    }


def _stated(rows: Sequence[tuple[str, str]], identity: Identity) -> str:
    lines = []
    for label, key in rows:
        value = identity.record.get(key)
        shown = html(value) if value else f'<span class="missing">{NOT_STATED}</span>'
        lines.append(f"<tr><td>{html(label)}</td><td>{shown}</td></tr>")
    return f'<table class="facts">{"".join(lines)}</table>'


def _facts(rows: Sequence[Row]) -> str:
    lines = (f"<tr><td>{html(label)}</td><td>{html(text)}</td></tr>" for label, text in rows)
    return f'<table class="facts">{"".join(lines)}</table>'


def _method(analysis: Analysis, identity: Identity) -> str:
    procedure = identity.record.get("procedure")
    own = [f"Procedure: {procedure}."] if procedure else []
    kind = KINDS[analysis.setup.method]
    return _list([*own, kind.scope(analysis), *formulas.common(analysis), *kind.formulas])


def _budget(results: Results) -> str:
    rows = [
        (
            row["name"],
            f"{row['standard_uncertainty']:.2g} {row['unit']}",
            row["distribution"],
            f"{significant(row['contribution_of_flow_pct'], 2)} %",
            f"{row['contribution_pct']:.1f} %",
        )
        for row in results["budget"]
        if row["contribution_of_flow_pct"]
    ]
    heads = ["input", "standard uncertainty", "distribution", "of the set value", "of the variance"]
    return table(heads, rows, "figures")


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html(line)}</li>' for line in lines)}</ul>" if lines else ""


def _colophon(identity: Identity) -> str:
    files = [f"{name} sha256 {digest}" for name, digest in identity.files]
    return " \u00b7 ".join([identity.program, *files])
