"""Nothing leaves the firmware by itself, and nothing alarms a peaceful therapy."""

from tests.campaign.oracle import words


def no_error_leaves_the_firmware(history):
    for view in history.views:
        error = view.life.error
        if error and not error.startswith("LeftForConsole"):
            yield f"{view.where(view.end_ms)}: {error}"


def a_peaceful_therapy_raises_nothing_of_medium_or_above(history):
    if history.therapy.kind != "peaceful":
        return
    for view in history.views:
        for event in view.of(words.ALARM_RAISED):
            alarm = words.alarms()[event.a]
            if alarm.priority >= words.MEDIUM:
                yield f"{view.where(event.at_ms)}: {alarm.name} {event.b} {event.c}"


def a_peaceful_therapy_is_delivered(history):
    """It must not pass for having delivered nothing."""
    if history.therapy.kind == "peaceful":
        (view,) = history.views
        states = [state for _, _, state in view.states()]
        if states != [words.STOPPED, words.INFUSING]:
            yield f"states {states}"


def the_books_of_the_link_are_sound(history):
    for view in history.views:
        if view.broken:
            yield f"power-up {view.number}: {view.broken} frames of the pump are no object"
        numbers = [event.seq for event in view.events]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"power-up {view.number}: events are missing or out of order"


def states_follow_one_another_as_they_may(history):
    for view in history.views:
        now = words.STOPPED
        for event in view.of(words.STATE):
            if event.b != now or event.a not in words.MAY_FOLLOW[now]:
                yield f"{view.where(event.at_ms)}: from {now} (said {event.b}) to {event.a}"
            now = event.a


rules = (
    no_error_leaves_the_firmware,
    a_peaceful_therapy_raises_nothing_of_medium_or_above,
    a_peaceful_therapy_is_delivered,
    the_books_of_the_link_are_sound,
    states_follow_one_another_as_they_may,
)
