"""Mutants that no test can tell from the original, each with the proof in words (CPython only).

`make mutate` matches them exactly: a survivor that is not here fails, and so does an entry here
that is no survivor. An entry is (file, function, line before, line after): proof.
"""

EQUIVALENT: dict[tuple[str, str, str, str], str] = {
    ("firmware/guard/monitor.py", "Budget.__init__", "self.begin(0, 0)", "self.begin(1, 0)"): (
        "begin sets the rate to 0; up to the first change, which sets the instant anew, the time "
        "since it is only ever multiplied by that 0"
    ),
    ("firmware/guard/monitor.py", "Budget.__init__", "self.begin(0, 0)", "self.begin(-1, 0)"): (
        "as above: the instant is only ever multiplied by the rate 0, until the first change sets "
        "it anew"
    ),
    (
        "firmware/guard/monitor.py",
        "Budget._pass_changes",
        "while self._changes and self._changes[0][0] <= now_ms:",
        "while self._changes and self._changes[0][0] < now_ms:",
    ): (
        "a change at now_ms itself is then taken by a later call. Up to now_ms the old rate counts "
        "either way; the later call first adds the old rate over at_ms - at_ms = 0 ms and goes on "
        "with the new one. revoke(now_ms) keeps it in the list, or finds it taken"
    ),
}
