"""The parts of a certificate, and the frame that prints them on A4. CPython only."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.report import formulas, words
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


def framed(identity: Identity, subtitle: str, body: str) -> str:
    """The whole page. subtitle, body: HTML."""
    return Template(FRAME.read_text(encoding="utf-8")).substitute(
        title="Certificate of a flow measurement",
        subtitle=subtitle,
        number=html(identity.number),
        weighed=html(identity.weighed or f"on a date {NOT_STATED}"),
        written=html(identity.written),
        body=body,
        scope=html(SCOPE),
        colophon=html(_colophon(identity)),
        operator=html(identity.record.get("operator", f"operator {NOT_STATED}")),
    )


def stated(rows: Sequence[tuple[str, str]], identity: Identity) -> str:
    """What the record says, and of the rest that nobody stated it. rows: OBJECT or DEVICES."""
    lines = []
    for label, key in rows:
        value = identity.record.get(key)
        shown = html(value) if value else f'<span class="missing">{NOT_STATED}</span>'
        lines.append(f"<tr><td>{html(label)}</td><td>{shown}</td></tr>")
    return f'<table class="facts">{"".join(lines)}</table>'


def not_stated(identity: Identity) -> list[str]:
    """The keys of the record that a certificate wants and nobody stated."""
    return [key for _, key in (*OBJECT, *DEVICES) if key not in identity.record]


def facts(rows: Sequence[Row]) -> str:
    """A label and a text in each row."""
    lines = (f"<tr><td>{html(label)}</td><td>{html(text)}</td></tr>" for label, text in rows)
    return f'<table class="facts">{"".join(lines)}</table>'


def method_lines(analysis: Analysis, identity: Identity) -> list[str]:
    """The procedure and the formulas."""
    procedure = identity.record.get("procedure")
    own = [f"Procedure: {procedure}."] if procedure else []
    return [*own, *formulas.common(analysis), *KINDS[analysis.setup.method].formulas]


def condition_rows(analysis: Analysis) -> list[Row]:
    """What of the log counts, and how it was weighed."""
    kind = KINDS[analysis.setup.method]
    settings = words.setting_rows(analysis) + kind.setting_rows(analysis)
    return [("log", kind.scope(analysis)), *settings]


def budget(results: Results) -> str:
    """The table of the inputs that count."""
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


def listed(lines: Sequence[str]) -> str:
    """A point for each line; nothing without one."""
    return f"<ul>{''.join(f'<li>{html(line)}</li>' for line in lines)}</ul>" if lines else ""


def _colophon(identity: Identity) -> str:
    files = [f"{name} sha256 {digest}" for name, digest in identity.files]
    return " \u00b7 ".join([identity.program, *files])
