"""The events of a pump, fetched page by page."""

from clepsydra.pump import event_mirror
from clepsydra.pump.event_mirror import EventMirror
from firmware.events import BOOT, RATE


class Kept:
    """A pump that keeps these rows, and hands out two at a time."""

    def __init__(self, *numbers, power_up=None):
        self.rows = [[n, n * 1000, -1, BOOT if n == 1 else RATE, 0, 0, 0] for n in numbers]
        self.power_up = power_up

    def ask(self, do, seq):
        assert do == "events_since"
        found = [row for row in self.rows if row[0] > seq][:2]
        last = self.rows[-1][0] if self.rows else 0
        return {"events": found, "last": last, "power_up": self.power_up}


def pulled(mirror, kept):
    while mirror.pull(kept):
        pass
    return [event.seq for event in mirror.events]


def test_all_pages_are_fetched_once():
    mirror = EventMirror()
    assert pulled(mirror, Kept(1, 2, 3, 4, 5)) == [1, 2, 3, 4, 5]
    assert pulled(mirror, Kept(1, 2, 3, 4, 5, 6)) == [1, 2, 3, 4, 5, 6]


def test_of_a_board_without_a_ring_that_was_restarted_the_new_events_are_kept():
    mirror = EventMirror()
    pulled(mirror, Kept(1, 2, 3, 4, 5))
    assert pulled(mirror, Kept(1, 2)) == [1, 2]


def test_no_more_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(event_mirror, "MOST", 3)
    assert pulled(EventMirror(), Kept(*range(1, 10))) == [7, 8, 9]
