"""A program on one line, for a person. CPython only."""

from collections.abc import Sequence
from typing import Any

from host_sim.judge.doses import in_rates
from host_sim.shared import number_text
from host_sim.shared.quantities import format_rate


def program_text(program: dict[str, Any], conc_ng_per_ml: int = 0) -> str:
    """A program on one line, as doses too if there is a drug."""
    if program["mode"] == "plan":
        return _plan_text(program, conc_ng_per_ml)
    mode, rates = program["mode"], in_rates(program, conc_ng_per_ml)
    return mode + _PROGRAM_TEXTS.get(mode, _no_more)(rates, conc_ng_per_ml)


def _no_more(program: dict[str, Any], conc_ng_per_ml: int) -> str:
    return ""


def _continuous(program: dict[str, Any], conc_ng_per_ml: int) -> str:
    return f", {_flow_text(program['rate_pl_per_day'], conc_ng_per_ml)}"


def _flex(program: dict[str, Any], conc_ng_per_ml: int) -> str:
    return f": {_day_text(program['steps'], conc_ng_per_ml)}"


def _weekly(program: dict[str, Any], conc_ng_per_ml: int) -> str:
    patterns = "; ".join(
        f"{name}: {_day_text(steps, conc_ng_per_ml)}" for name, steps in program["patterns"].items()
    )
    return f", Monday to Sunday {', '.join(program['days'])}; {patterns}"


# What follows the name of a mode that has keys.
_PROGRAM_TEXTS = {"continuous": _continuous, "flex": _flex, "weekly": _weekly}


def _plan_text(program: dict[str, Any], conc_ng_per_ml: int) -> str:
    stages = "; ".join(
        f"{stage['days']} d {program_text(stage['program'], conc_ng_per_ml)}"
        for stage in program["stages"]
    )
    return f"plan, {program['origin']}, advance {program['advance']}: {stages}"


def _day_text(steps: Sequence[Sequence[int]], conc_ng_per_ml: int) -> str:
    return ", ".join(
        f"{start_s // 3600:02}:{start_s // 60 % 60:02} {_flow_text(rate, conc_ng_per_ml)}"
        for start_s, rate in steps
    )


def _flow_text(pl_per_day: int, conc_ng_per_ml: int) -> str:
    dose = (
        f" ({number_text.dose(pl_per_day * conc_ng_per_ml // 10**9)}/d)" if conc_ng_per_ml else ""
    )
    return format_rate(pl_per_day) + dose
