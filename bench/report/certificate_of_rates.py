"""A certificate of a pump that was weighed at several rates: the rates in one table, then each with
its conditions and its budget. CPython only.

    write([judged, ...], Path("certificate.html"))       # and certificate.json beside it

The pump passes if it passes at each rate, and fails if it fails at one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import Template

from bench.analyse import several
from bench.analyse.several import Several
from bench.report import certificate_parts as parts
from bench.report import words
from bench.report.certificate import told, write_twin
from bench.report.certificate_results import quantity, result_rows, window_tables
from bench.report.identification import ID_DIGITS, Identity
from bench.report.judged import Judged
from bench.report.kind import Row, set_rate
from bench.report.rates_drawing import drawn
from bench.shared.say import estimate, number, within
from host_sim.shared.page_html import html, table

BODY = Path(__file__).with_name("certificate_rates.html")
FORMAT = "clepsydra-certificate-of-rates-1"
HEADS = ["set rate", "mean flow", "error", "U (95 %)", "k", "limit", "verdict"]


def write(every: Sequence[Judged], path: Path) -> None:
    """Write the page, and beside it the same as JSON. every: flows, in the order of weighing."""
    identity, word = _together(every), verdict(every)
    found = [one.results for one in every]
    over = several.of(found)
    body = Template(BODY.read_text(encoding="utf-8")).substitute(
        object=parts.stated(parts.OBJECT, identity),
        devices=parts.stated(parts.DEVICES, identity),
        results=table(HEADS, [_row(one) for one in every], "figures"),
        verdict=word or "none",
        word=html(word or "no limit stated"),
        reason=parts.listed(_reasons(every)),
        advice=parts.listed(_advice(every)),
        chart=drawn(every),
        over=parts.facts(_over(over)),
        each="".join(_section(number, one) for number, one in enumerate(every, 1)),
        method=parts.listed(_methods(every)),
    )
    name = found[0]["name"] or "a pump"
    subtitle = html(f"{name}, at {len(every)} rates")
    path.write_text(parts.framed(identity, subtitle, body), encoding="utf-8")
    runs = [{**told(one.identity), "results": one.results} for one in every]
    write_twin({**told(identity), "format": FORMAT, "verdict": word, "runs": runs}, path)


def verdict(every: Sequence[Judged]) -> str | None:
    """Of all the rates together; None where none is judged."""
    each = {one.results["verdict"] for one in every}
    if each == {None}:
        return None
    if "fail" in each:
        return "fail"
    return "pass" if each == {"pass"} else "undecided"


def _together(every: Sequence[Judged]) -> Identity:
    first = every[0].identity
    files = tuple(
        (f"{Path(one.analysis.log.path).parent.name}/{name}", digest)
        for one in every
        for name, digest in one.identity.files
    )
    made = hashlib.sha256("".join(digest for _, digest in files).encode("ascii")).hexdigest()
    dates = sorted({one.identity.weighed for one in every if one.identity.weighed})
    weighed = None if not dates else dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return replace(
        first,
        number=first.record.get("number") or made[:ID_DIGITS],
        weighed=weighed,
        files=files,
        written=every[-1].identity.written,
    )


def _set(one: Judged) -> str:
    return f"{one.results['set_rate_ul_per_min']:.6g} uL/min"


def _row(one: Judged) -> list[str]:
    found = one.results
    limit_pct = one.analysis.setup.limits.error_pct
    return [
        set_rate(found),
        f"{found['mean_flow_ul_per_min']:.6g} uL/min",
        estimate(found["flow_error_pct"], found["expanded_uncertainty_pct"]),
        within(found["expanded_uncertainty_pct"]),
        number(found["coverage_factor"], ".2f", ""),
        "none" if limit_pct is None else f"\u00b1{limit_pct:g} %",
        found["verdict"] or "-",
    ]


def _reasons(every: Sequence[Judged]) -> list[str]:
    return [f"{_set(one)}: {one.results['verdict_reason']}" for one in every]


def _advice(every: Sequence[Judged]) -> list[str]:
    """Each advice once, with the rates that it is for."""
    rates: dict[str, list[str]] = {}
    for one in every:
        for line in one.results["what_to_change"] or []:
            rates.setdefault(line, []).append(_set(one))
    return [f"{line} (at {', '.join(at)})" for line, at in rates.items()]


def _over(over: Several) -> list[Row]:
    rows = [("worst case", f"{within(over.worst_pct)} of the set rate, uncertainty included")]
    if over.linearity_pct is not None:
        apart = f"{over.linearity_pct:.3g} % between the mean errors of the rates"
        rows.insert(0, ("linearity", apart))
    if over.hysteresis_pct is not None:
        rows.append(("hysteresis", f"{over.hysteresis_pct:.3g} % at most, rising less falling"))
    return [*rows, *(("remark", note) for note in over.notes)]


def _section(order: int, one: Judged) -> str:
    parts_of = [
        f"<h2>{order}. At {html(set_rate(one.results))}</h2>",
        parts.facts(result_rows(one.analysis, one.results)),
        f"<h2>{order}.1 Conditions</h2>",
        parts.facts(parts.condition_rows(one.analysis)),
        f"<h2>{order}.2 Uncertainty of {html(quantity(one.results))}</h2>",
        parts.budget(one.results),
        window_tables(one.results),
        f"<h2>{order}.3 Remarks</h2>",
        parts.listed(words.found(one.results)) or "<p>none</p>",
    ]
    return "".join(parts_of)


def _methods(every: Sequence[Judged]) -> list[str]:
    lines = [line for one in every for line in parts.method_lines(one.analysis, one.identity)]
    return list(dict.fromkeys(lines))
