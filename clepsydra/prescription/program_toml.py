"""A program of the pump as a file that `program set` takes: to begin a program of one's own with.
CPython only.

    program_toml(section, conc_ng_per_ml)    # read_program_text() of it is the section again

A weekly pattern that no day has is left out.
"""

import json
from typing import Any

from firmware.therapy.plan_checks import ADVANCES
from firmware.therapy.program_checks import ONE, SAFE
from firmware.therapy.programs import PAUSE, Plan
from host_sim.scenario import keys
from host_sim.shared.quantities import format_dose, format_instant, format_rate

Section = dict[str, Any]


def program_toml(section: Section, conc_ng_per_ml: int) -> str:
    """The text; conc_ng_per_ml: 0 without a drug."""
    return "\n".join(_table("program", section, conc_ng_per_ml > 0)) + "\n"


def _table(name: str, section: Section, with_drug: bool) -> list[str]:
    mode = section["mode"]
    lines = [f"[{name}]", f"mode = {_text(mode)}"]
    if mode == Plan.NAME:
        return lines + _stages(name, section, with_drug)
    if ONE[with_drug] in section:
        lines.append(f"rate = {_flow(section[ONE[with_drug]], with_drug)}")
    if "steps" in section:
        lines.append(f"steps = {_steps(section['steps'], with_drug)}")
    if SAFE[with_drug] in section:
        safe = _flow(section[SAFE[with_drug]], with_drug)
        lines.append(f"safe_rate = {safe}  # while the clock is unset")
    if PAUSE in section:
        lines.append(f"longest_pause = {_text(format_instant(section[PAUSE] * 1000))}")
    if "patterns" in section:
        lines += ["", f"[{name}.patterns]"]
        lines += [
            f"{_text(pattern)} = {_steps(steps, with_drug)}"
            for pattern, steps in section["patterns"].items()
            if pattern in section["days"]  # a file takes no other
        ]
        lines += ["", f"[{name}.days]"]
        lines += [f"{day} = {_text(of)}" for day, of in zip(keys.DAYS, section["days"])]
    return lines


def _stages(name: str, section: Section, with_drug: bool) -> list[str]:
    lines = [
        f"advance = {_text(section['advance'])}  # {' or '.join(ADVANCES)}",
        f"origin = {_text(section['origin'])}",
    ]
    for stage in section["stages"]:
        lines += ["", f"[[{name}.stages]]", f"days = {stage['days']}", ""]
        lines += _table(f"{name}.stages.program", stage["program"], with_drug)
    return lines


def _steps(steps: list[list[int]], with_drug: bool) -> str:
    pairs = [f"[{_text(format_instant(at * 1000))}, {_flow(n, with_drug)}]" for at, n in steps]
    return "[" + ", ".join(pairs) + "]"


def _flow(number: int, with_drug: bool) -> str:
    return _text(f"{format_dose(number)}/d" if with_drug else format_rate(number))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
