"""Commands: each sound frame is taken within its second, and nothing else ever is."""

from host_sim.judge.doses import bolus_pl
from tests.campaign.oracle import words

FRAME_MS = 1000  # a frame that is not whole by then is noise
SURELY_STALE_MS = 1032  # the instants of waiting bytes are kept to 16 ms, and to the wake-up
KEPT = 16
ONLY_READ = ("status", "hello", "get", "events_since", "put", "stage")
NOT_KEPT = (*ONLY_READ, "stop")
# Events that only a command may bring: what it must have been
MADE_BY = {
    words.BOLUS_ACCEPTED: ("bolus",),
    words.REFILLED: ("refill",),
    words.CLOCK_SET: ("set_clock",),
    words.PROGRAM_SET: ("confirm",),
    words.ALARM_ACKNOWLEDGED: ("acknowledge",),
    words.ALARM_TEST: ("alarm_test",),
    words.DOSE_CONFIRMED: ("start", "confirm_dose"),
}


def _answered(view):
    """[(command, reply or None, may stay unanswered)], by order; and the replies left over."""
    rows, replies = [], list(view.replies)
    for command in view.commands:
        lasted_ms = command.last_ms - command.first_ms
        number = command.payload.get("id", 0)
        if lasted_ms > SURELY_STALE_MS + view.slack_ms:
            rows.append((command, None, True))
            continue
        may_miss = (
            lasted_ms > FRAME_MS - view.slack_ms + 50
            or command.last_ms + view.slack_ms + 50 > view.end_ms
        )
        reply = next((r for r in replies if r.id == number and r.heard_ms >= command.last_ms), None)
        if reply is not None:
            replies.remove(reply)
        rows.append((command, reply, may_miss))
    return rows, replies


def each_sound_frame_is_answered_in_time(history):
    for view in history.views:
        if view.life.error:
            continue
        rows, left = _answered(view)
        for command, reply, may_miss in rows:
            if reply is None:
                if not may_miss:
                    yield f"{view.where(command.last_ms)}: no reply to {command.payload}"
                    return
            elif reply.heard_ms - command.last_ms > view.slack_ms:
                late_ms = reply.heard_ms - command.last_ms
                yield f"{view.where(command.last_ms)}: {command.payload} answered {late_ms} ms late"
        if left:
            line = f"a reply to nothing that could be taken: {left[0].body}"
            yield f"{view.where(left[0].heard_ms)}: {line}"


def what_commands_do_follows_a_frame_within_a_second(history):
    for view in history.views:
        fresh = [
            c for c in view.commands if c.last_ms - c.first_ms <= SURELY_STALE_MS + view.slack_ms
        ]
        for event in view.events:
            names = MADE_BY.get(event.code)
            if event.code == words.STATE and event.c == words.BY_COMMAND:
                names = ("start", "stop", "reset_fault", "confirm")
            if names and not _frame_for(history, view, fresh, names, event):
                yield f"{view.where(event.at_ms)}: event {event.code} without a command of {names}"


def _frame_for(history, view, fresh, names, event):
    for command in fresh:
        payload = command.payload
        if (
            payload.get("do") in names
            and -view.slack_ms <= command.last_ms - event.at_ms <= view.slack_ms
        ):
            if event.code != words.BOLUS_ACCEPTED:
                return True
            conc = history.config["drug"]["conc_ng_per_ml"]
            if (bolus_pl(payload, conc), payload["duration_ms"]) == (event.a, event.b):
                return True
    return False


def a_command_is_carried_out_once_under_its_number(history):
    """Over restarts too, while its number is among the last that are kept."""
    order, done = [], {}  # numbers in the order of their last being kept, {number: its data}
    for view in history.views:
        for command, reply, _ in _answered(view)[0]:
            number, do = command.payload.get("id", 0), command.payload["do"]
            if (
                reply is None
                or do in NOT_KEPT
                or not number
                or reply.body.get("error") in ("UNKNOWN_COMMAND",)
            ):
                continue
            if reply.body.get("error") == "BAD_FIELD" and number not in order:
                order.append(number)  # a payload that no pump could take may be kept or not
                continue
            if "repeated" in reply.body:
                continue
            if number in order[-KEPT + 1 :] and done.get(number) == command.data:
                yield f"{view.where(command.last_ms)}: {command.payload} was carried out again"
                continue
            order.append(number)
            done[number] = command.data


def boluses_are_those_that_were_taken(history):
    for view in history.views:
        taken = [
            command.last_ms
            for command, reply, _ in _answered(view)[0]
            if reply is not None
            and command.payload["do"] == "bolus"
            and reply.ok
            and "repeated" not in reply.body
        ]
        accepted = view.of(words.BOLUS_ACCEPTED)
        if len(taken) != len(accepted) and view.end_ms - max(taken, default=0) > view.slack_ms:
            yield f"power-up {view.number}: {len(taken)} boluses taken, {len(accepted)} reported"


def a_state_is_no_trap(history):
    """WRONG_STATE only in a state that does not take the command."""
    takes = {"start": (words.STOPPED,), "reset_fault": (words.FAULT,)}
    for view in history.views:
        for command, reply, _ in _answered(view)[0]:
            do = command.payload["do"]
            if reply is None or do not in takes or reply.body.get("error") != "WRONG_STATE":
                continue
            if "repeated" in reply.body:
                continue
            near = {view.state_at(command.last_ms - view.slack_ms), view.state_at(reply.heard_ms)}
            near |= {
                e.a for e in view.of(words.STATE) if abs(e.at_ms - reply.heard_ms) <= view.slack_ms
            }
            if near <= set(takes[do]):
                yield f"{view.where(reply.heard_ms)}: {do} refused in {near}"


rules = (
    each_sound_frame_is_answered_in_time,
    what_commands_do_follows_a_frame_within_a_second,
    a_command_is_carried_out_once_under_its_number,
    boluses_are_those_that_were_taken,
    a_state_is_no_trap,
)
