"""The books against the pin and the plant."""

import numpy as np

from tests.campaign.oracle import words
from tests.campaign.oracle.history import DAY_MS

HOUR_MS = 3_600_000


def _statuses(view):
    return [reply.body for reply in view.replies if reply.ok and "booked_steps" in reply.body]


def emitted_steps_are_the_pulses_of_the_pin(history):
    for view in history.views:
        if history.had("runaway"):
            continue
        for status in _statuses(view):
            ms, steps = status["now_ms"], status["emitted_steps"]
            least = view.steps_at(ms - view.lag_ms) - view.uncounted
            if not least <= steps <= view.steps_at(ms):
                left = view.steps_at(ms)
                yield f"{view.where(ms)}: {steps} steps in the books, {left} left the pin"
                break


def the_ledger_adds_up(history):
    head = history.config["head"]
    for view in history.views:
        for status in _statuses(view):
            emitted = status["emitted_steps"]
            volume_pl = emitted * head["pl_per_rev"] // head["steps_per_rev"]
            queued = status["booked_steps"] - emitted - status["missed_steps"]
            by_source = status["by_source"]
            bad = [
                sum(by_source[name] for name in sorted(by_source)) != emitted,
                # Rounded down once an epoch, and each power-up may begin one.
                # A store that cannot be read leaves the harmless configuration's head.
                not 0 <= volume_pl - status["ledger_pl"] <= 2 * view.number
                and not history.had("store_silent"),
                queued < 0 and not history.had("slip", "runaway"),
                status["permitted_pl_per_day"] and status["state"] not in ("INFUSING", "STALLED"),
            ]
            if any(bad):
                yield f"{view.where(status['now_ms'])}: {bad} in {status}"
                break


def the_reservoir_of_the_books_is_fill_less_what_left(history):
    fill_pl, before_pl = history.config["reservoir"]["fill_pl"], 0
    for view in history.views:
        fills = [(-1, fill_pl, before_pl)]
        for event in view.of(words.REFILLED):
            at_fill_pl = fills[-1][1] + fills[-1][2] - event.b
            fills.append((event.at_ms, event.a, at_fill_pl))
        for status in _statuses(view):
            # What the rotor turned without pulses is drawn as well; each time rounded up.
            beyond = status.get("unexplained_steps", 0)
            drawn_pl = status["ledger_pl"] + int(beyond * history.step_pl)
            # A fill of the same instant may stand before or after the status.
            due = {
                fill + before - drawn_pl
                for n, (at_ms, fill, before) in enumerate(fills)
                if at_ms <= status["now_ms"]
                and (n + 1 == len(fills) or fills[n + 1][0] >= status["now_ms"] - view.slack_ms)
            }
            slack_pl = 1000 if beyond else 0
            if all(abs(status["residual_pl"] - left) > slack_pl for left in due):
                left = status["residual_pl"]
                yield f"{view.where(status['now_ms'])}: left {left}, should be {due}"
                break
        _, fill_pl, before_pl = fills[-1]


def the_windows_hold_what_left(history):
    """A window never counts less than what left the pin within it."""
    if history.had("slip", "runaway"):
        return
    instants = history.all_pulses_ms()
    for view in history.views:
        for status in _statuses(view):
            at_ms = view.life.base_ms + status["now_ms"]
            for key, window_ms in (("dose_1h_ng", HOUR_MS), ("dose_24h_ng", DAY_MS)):
                from_ms = at_ms - window_ms
                edges = np.searchsorted(instants, [from_ms, at_ms - view.lag_ms], "right")
                least_ng = (edges[1] - edges[0]) * history.step_ng
                if status[key] < least_ng - 1 - view.number:  # each restart rounds once more
                    line = f"{key} {status[key]}, {least_ng:.1f} left"
                    yield f"{view.where(status['now_ms'])}: {line}"
                    return


def the_state_of_the_status_is_the_reported_one(history):
    for view in history.views:
        changes = view.of(words.STATE)
        for status in _statuses(view):
            ms = status["now_ms"]
            near = [e for e in changes if abs(e.at_ms - ms) <= view.slack_ms]
            names = {words.STATE_NAMES[view.state_at(ms)]} | {
                words.STATE_NAMES[s] for e in near for s in (e.a, e.b)
            }
            if status["state"] not in names:
                yield f"{view.where(ms)}: {status['state']}, should be {names}"
                break


def the_books_follow_the_plant(history):
    """Where the rotor follows, what left the reservoir is what the books say, times the truth."""
    disturbed = (
        "stall",
        "step_loss",
        "wear",
        "empty_early",
        "turned",
        "overturns",
        "slip",
        "runaway",
        "driver_off",
        "driver_reset",
    )
    if history.had(*disturbed):
        return
    truth, head = history.therapy.truth, history.config["head"]
    factor = truth["pl_per_rev"] / head["pl_per_rev"]
    for view in history.views:
        dry = [n for n, look in enumerate(view.life.looks) if look[3] <= truth["residual_pl"]]
        looks = view.life.looks[: dry[0]] if dry else view.life.looks
        filled = [ms for ms, _ in view.life.filled]
        if filled:
            looks = [look for look in looks if look[0] < filled[0]]
        if len(looks) < 2:
            continue
        drawn_pl = looks[0][3] - looks[-1][3]
        booked_pl = (looks[-1][1] - looks[0][1]) * history.step_pl
        # A roller's share in either direction: the dip of a roller, and where the run begins in it.
        slack_pl = truth["pl_per_rev"] * 2 / truth["rollers"]
        if abs(drawn_pl - booked_pl * factor) > slack_pl:
            line = f"{drawn_pl} pL drawn, {booked_pl * factor:.0f} booked"
            yield f"{view.where(looks[-1][0])}: {line}"


rules = (
    emitted_steps_are_the_pulses_of_the_pin,
    the_ledger_adds_up,
    the_reservoir_of_the_books_is_fill_less_what_left,
    the_windows_hold_what_left,
    the_state_of_the_status_is_the_reported_one,
    the_books_follow_the_plant,
)
