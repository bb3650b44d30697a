"""What a person sees while weighing: a bar with the running estimate, a line for each thing that
happens to the wire, and a summary. CPython only.
"""

import math
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from bench.balances import protocol
from bench.balances.poller import SILENT, Heard
from bench.weigh.flow_estimate import WINDOW_S, FlowEstimate
from bench.weigh.options import Aim
from bench.weigh.weigh import BACK, LOST, OPENED
from bench.weigh.weigh_log import WeighLog

EVERY_S = 1.0
SAID = {
    LOST: "the cable is lost; waiting for it to come back",
    OPENED: "the cable is back",
    SILENT: "the balance does not answer",
    BACK: "the balance answers again",
}
NO_MASS = (protocol.OVERLOAD, protocol.UNDERLOAD, protocol.BUSY, protocol.REFUSED)


class Display:
    """`masses` counts those that were written; `file` is where bar and messages go."""

    def __init__(self, aim: Aim, log: WeighLog, file: TextIO) -> None:
        self.masses = 0
        self._aim = aim
        self._log = log
        self._file = file
        self._estimate = FlowEstimate(longest_gap_s=max(60.0, 3 * aim.every_s))
        self._bar: Any = None
        self._shown_s = float("-inf")
        self._last_kind: str | None = None

    def __enter__(self) -> "Display":
        form = "{desc} {percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} to go{postfix}"
        total_s, gone_s = round(self._aim.for_s), round(self._log.last_s)
        self._bar = tqdm(
            total=total_s,
            initial=gone_s,
            desc="weighing",
            bar_format=form,
            file=self._file,
            disable=None,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def watch(self, kind: str, heard: Heard | None) -> None:
        """See weigh.weigh."""
        if heard is not None and heard.mass_g is not None:
            self.masses += 1
            self._estimate.add(heard.time_s - self._log.zero_s, float(heard.mass_g))
        elif kind in SAID:
            self._say(SAID[kind])
        elif heard is not None and kind in NO_MASS and kind != self._last_kind:
            self._say(f"{kind}: the balance sends no mass, but {heard.text.strip()!r}")
        self._last_kind = kind
        if self._log.last_s - self._shown_s >= EVERY_S:
            self._shown_s = self._log.last_s
            self._bar.n = min(self._bar.total, round(self._log.last_s))
            self._bar.set_postfix_str(self._now(heard))

    def summary(self, out_dir: "str | Path") -> str:
        """What was weighed, as a few lines for a terminal."""
        others = {kind: n for kind, n in self._log.counts.items() if kind not in protocol.MASSES}
        stable = self._log.counts.get(protocol.STABLE, 0)
        over = f"over the last {WINDOW_S / 60:.0f} min"
        named = ", ".join(f"{n:,} {kind}" for kind, n in sorted(others.items()))
        rows = [
            ("masses", f"{self.masses:,}, {stable:,} of them stable"),
            ("other lines", named or "none"),
            ("flow", f"{self._flow()} {over}, not corrected for evaporation"),
            ("output", f"{out_dir}/run.csv"),
        ]
        return "\n".join(f"{label:<12} {text}" for label, text in rows)

    def _say(self, text: str) -> None:
        tqdm.write(f"bench: at {self._log.last_s:.0f} s: {text}", file=self._file)

    def _now(self, heard: Heard | None) -> str:
        mass = f"{heard.mass_g:f} g, " if heard is not None and heard.mass_g is not None else ""
        return mass + self._flow()

    def _flow(self) -> str:
        flow = self._estimate.ul_per_min()
        if flow is None:
            return "no estimate yet"
        rate = self._aim.rate_ul_per_min
        decimals = max(0, 3 - math.floor(math.log10(rate)))
        error = f"{100 * (flow / rate - 1):+.2f} % of {self._aim.rate}"
        return f"{flow:.{decimals}f} uL/min ({error})"
