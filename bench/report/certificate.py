"""A certificate of an analysis: a page that prints on A4, and the same for a machine. CPython only.

    write(analysis, results, identity, Path("run.html"))        # and run.json beside it

Whatever a certificate ought to say and nobody stated is said as not stated.
"""

import json
from pathlib import Path
from string import Template
from typing import Any

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.report import certificate_parts as parts
from bench.report import words
from bench.report.certificate_results import quantity, result_rows, window_tables
from bench.report.identification import Identity
from bench.report.kinds import KINDS
from host_sim.shared.page_html import html

BODY = Path(__file__).with_name("certificate_body.html")
FORMAT = "clepsydra-certificate-1"


def write(analysis: Analysis, results: Results, identity: Identity, path: Path) -> None:
    """Write the page, and beside it the same as JSON."""
    kind = KINDS[analysis.setup.method]
    word = results["verdict"]
    body = Template(BODY.read_text(encoding="utf-8")).substitute(
        object=parts.stated(parts.OBJECT, identity),
        devices=parts.stated(parts.DEVICES, identity),
        method=parts.listed(parts.method_lines(analysis, identity)),
        conditions=parts.facts(parts.condition_rows(analysis)),
        results=parts.facts(result_rows(analysis, results)),
        verdict=word or "none",
        word=html(word or "no limit stated"),
        reason=html(f": {results['verdict_reason']}."),
        advice=parts.listed(results["what_to_change"]),
        quantity=html(quantity(results)),
        budget=parts.budget(results),
        windows=window_tables(results),
        remarks=parts.listed(words.found(results)) or "<p>none</p>",
    )
    subtitle = html(results["name"] or f"a pump set to {kind.set_to(results)}")
    path.write_text(parts.framed(identity, subtitle, body), encoding="utf-8")
    write_twin({**told(identity), "format": FORMAT, "results": results}, path)


def told(identity: Identity) -> dict[str, Any]:
    """What the page says of itself, for a machine."""
    return {
        "number": identity.number,
        "weighed": identity.weighed,
        "issued": identity.written,
        "program": identity.program,
        "files": [{"name": name, "sha256": digest} for name, digest in identity.files],
        "record": identity.record,
        "not_stated": parts.not_stated(identity),
    }


def write_twin(twin: dict[str, Any], page: Path) -> None:
    """The JSON beside a page."""
    text = json.dumps(twin, indent=2, allow_nan=False, default=float)
    page.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
