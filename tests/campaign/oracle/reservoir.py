"""The reservoir: low and empty by the books, and by the level switch."""

from tests.campaign.oracle import words
from tests.campaign.oracle.due import must_hold, switched

LATE_MS = 5_000  # until a look at it
CLOSED_MS = 60_000  # the switch counts when it was closed so long


def low_is_told_by_the_books(history):
    """Within a pass of the step that reaches it, and EMPTY before the residual."""
    reservoir = history.config["reservoir"]
    fill_pl, before = reservoir["fill_pl"], 0
    for view in history.views:
        for at_ms, a, _ in [
            *[(e.at_ms, e.a, e) for e in view.of(words.REFILLED)],
            (view.end_ms, None, None),
        ]:
            steps = view.steps_at(at_ms) - view.uncounted - before
            left_pl = fill_pl - steps * history.step_pl
            strays = any(one.had("slip", "runaway") for one in history.views[: view.number + 1])
            if left_pl < reservoir["residual_pl"] - history.step_pl and not strays:
                line = f"{left_pl:.0f} pL left by the pulses, below the residual"
                yield f"{view.where(at_ms)}: {line}"
            if left_pl < reservoir["low_pl"]:
                low_at = before + int((fill_pl - reservoir["low_pl"]) / history.step_pl) + 2
                place = max(0, low_at - view.before_steps + view.uncounted - 1)
                low_ms = view.pulses_ms[place] if place < len(view.pulses_ms) else at_ms
                due_ms = low_ms + 300_000 + view.slack_ms
                if at_ms > due_ms and not view.holds_within(words.LOW_RESERVOIR, 0, due_ms):
                    yield f"{view.where(low_ms)}: no LOW_RESERVOIR until {due_ms / 1000:.0f} s"
            if a is not None:
                fill_pl, before = a, view.steps_at(at_ms) - view.uncounted


def a_level_switch_that_stays_closed_is_low(history):
    for view in history.views:
        for begin, end in switched(view, 1):
            wrong = must_hold(view, words.LOW_RESERVOIR, begin, end, CLOSED_MS + 5000)
            if wrong:
                yield wrong


def no_air_is_pumped(history):
    """Where the head delivers what it is trusted for and the switch works, EMPTY comes first."""
    wrong_books = ("level_stuck", "empty_early", "turned", "overturns", "slip", "runaway", "wear")
    if history.had(*wrong_books) or history.views[-1].uncounted:
        return
    truth = history.therapy.truth
    share = truth["steps_per_rev"] / truth["rollers"]  # a roller pushes more at first, less later
    for view in history.views:
        # The switch counts when it was closed for a minute: it must not run dry in that.
        closed = [look[0] for look in view.life.looks if look[3] <= truth["level_switch_pl"]]
        if closed:
            minute = view.counted(closed[0] + CLOSED_MS + LATE_MS) - view.counted(closed[0])
            step_pl = truth["pl_per_rev"] / truth["steps_per_rev"]
            if minute * step_pl > truth["level_switch_pl"] - truth["residual_pl"]:
                continue
        dry_ms = None
        for look in view.life.looks:
            if look[3] > truth["residual_pl"]:
                dry_ms = None  # it was filled
            elif dry_ms is None:
                dry_ms = look[0]
            more = 0 if dry_ms is None else view.counted(look[0]) - view.counted(dry_ms)
            if more > share:
                yield f"{view.where(dry_ms)}: the reservoir is dry, and {more} pulses follow"
                break


rules = (
    low_is_told_by_the_books,
    a_level_switch_that_stays_closed_is_low,
    no_air_is_pumped,
)
