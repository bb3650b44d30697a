"""What is to come, soonest first."""


class Agenda:
    """Entries (at_ms, what, argument); equal instants come out in the order they were put in."""

    def __init__(self):
        self._entries = []  # soonest last, so that it is popped in no time

    def add(self, at_ms, what, argument=None):
        entries = self._entries
        place = len(entries)
        while place and entries[place - 1][0] <= at_ms:
            place -= 1
        entries.insert(place, (at_ms, what, argument))

    def next_ms(self):
        """The instant of the next entry, None if there is none."""
        return self._entries[-1][0] if self._entries else None

    def pop(self):
        return self._entries.pop()
