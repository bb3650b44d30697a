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
    (
        "firmware/guard/monitor.py",
        "Lead.adopt",
        "self._limit = (limit_steps + 1) * self._counts_per_rev",
        "self._limit = (limit_steps + 1) // self._counts_per_rev",
    ): (
        "asks only whether _judge is called, which compares with limit_steps itself, ends "
        "the count of readings as the other branch does, and says None before the window "
        "is over"
    ),
    (
        "firmware/guard/monitor.py",
        "Lead.adopt",
        "self._limit = (limit_steps + 1) * self._counts_per_rev",
        "self._limit = (limit_steps - 1) * self._counts_per_rev",
    ): ("as above"),
    (
        "firmware/guard/monitor.py",
        "Lead.adopt",
        "self._limit = (limit_steps + 1) * self._counts_per_rev",
        "self._limit = (limit_steps + 0) * self._counts_per_rev",
    ): ("as above"),
    ("firmware/guard/monitor.py", "Lead.begin", "self._lead = 0", "self._lead = -1"): (
        "close, before the first look, rounds it down to -1, which is not above least_steps"
    ),
    ("firmware/guard/monitor.py", "Lead.begin", "self._since_ms = now_ms", "pass"): (
        "the first reading that is too far sets it, and it is not looked at before that"
    ),
    (
        "firmware/guard/monitor.py",
        "Lead.excess",
        "elif self._lead >= self._limit or now_ms - self._from_ms >= LEAD_WINDOW_MS:",
        "elif self._lead >= self._limit or now_ms + self._from_ms >= LEAD_WINDOW_MS:",
    ): (
        "_judge is called sooner, and says None before the window is over; of a lead "
        "within the limit it ends the count of readings as the other branch does"
    ),
    (
        "firmware/guard/monitor.py",
        "Lead.close",
        "lead, self._lead = (self._lead // self._counts_per_rev, 0)",
        "lead, self._lead = (self._lead // self._counts_per_rev, -1)",
    ): ("a second close rounds it down to -1, which is not above least_steps"),
    ("firmware/guard/volumes.py", "Volumes.__init__", "self._turn_ms = 0", "self._turn_ms = -1"): (
        "no instant is below 0"
    ),
    (
        "firmware/guard/volumes.py",
        "Volumes.__init__",
        "self._outgrown_ms = 0",
        "self._outgrown_ms = -1",
    ): ("no instant is below 0"),
    (
        "firmware/guard/volumes.py",
        "Volumes.excess",
        "if self._seen_steps <= emitted_steps <= self._most_steps and now_ms < self._turn_ms:",
        "if self._seen_steps < emitted_steps <= self._most_steps and now_ms < self._turn_ms:",
    ): ("_look does the same with a count that stands still, with more work"),
    (
        "firmware/guard/volumes.py",
        "Volumes.excess",
        "if self._seen_steps <= emitted_steps <= self._most_steps and now_ms < self._turn_ms:",
        "if self._seen_steps <= emitted_steps < self._most_steps and now_ms < self._turn_ms:",
    ): ("_look does the same with a count at its limit, with more work"),
    (
        "firmware/guard/volumes.py",
        "Volumes._look",
        "if emitted_steps < self._seen_steps:",
        "if emitted_steps <= self._seen_steps:",
    ): (
        "what was seen goes into the newest bucket now instead of at its end, where "
        "nothing was added"
    ),
    (
        "firmware/guard/step_window.py",
        "Window.check",
        'whole("age of the monitor\'s bucket", reader.number(), 0, self.bucket_ms - 1)',
        'whole("age of the monitor\'s bucket", reader.number(), -1, self.bucket_ms - 1)',
    ): "a packed number is never below 0",
    (
        "firmware/guard/step_window.py",
        "Window.check",
        "whole('number of buckets of the monitor', found, 0, len(self._steps))",
        "whole('number of buckets of the monitor', found, -1, len(self._steps))",
    ): "a count is never below 0",
}
