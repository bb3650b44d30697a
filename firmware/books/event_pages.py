"""Event pages: the events on flash, read a page at a time.

    pages = EventPages(medium)
    pages.since(newest, seq)

A page reads the sector in which it begins, and the next ones only as long as nothing is found. A
search over the openings tells which sector that is.
"""

from firmware.books import packing
from firmware.books.event_code import Deltas
from firmware.books.searched_ring import (
    generation_of,
    last_where,
    opening_of,
    records_behind,
)
from firmware.errors import SnapshotError
from firmware.units import MS_PER_S

AT_ONCE = 16  # rows of a page: with the longest numbers they fill a quarter of a frame

# The kind of a record
ANEW = 0x80  # the first of a power-up: nothing is compared with what stands before it
SPARSE = 0x40  # numbers are left out: how many it covers; each event has the step of its number
FLOOD = 0x20  # behind it events may have been left out that no record tells of
COUNT = 0x1F  # of the events, unless it is sparse


def start_of(opening):
    """(number before the first event of a sector, power-ups before it): what an opening holds
    behind the ring's own part.
    """
    reader = packing.Reader(opening)
    return reader.number(), reader.number()


def _number_before(opening):
    return start_of(opening.payload[4:])[0]


def covered(kind, payload):
    """By how much the numbers rise with a record."""
    return packing.Reader(payload).number() if kind & SPARSE else kind & COUNT


class EventPages:
    """The events on a medium. newest: always the newest sector; others are counted from it on, so
    that place 1 has the oldest, if it is not erased, and the last place is the newest itself.
    """

    def __init__(self, medium):
        self._medium = medium
        self._looked = False
        self._partial = None  # generation of a sector whose erase a cut has left half done

    def oldest(self, newest):
        """Number of the oldest event, None if there is none."""
        _, opening = self._oldest(newest)
        return None if opening is None else _number_before(opening) + 1

    def since(self, newest, seq):
        """(rows, power-up of the first); None if there is no event above `seq`.

        rows: [number, at_ms, wall_s, code, a, b, c], AT_ONCE at most
        """
        first, opening = self._oldest(newest)
        if opening is None:
            return None
        places = self._medium.sectors
        place, opening = last_where(
            first,
            places + 1,
            lambda place: self._opening(newest, place),
            lambda opening: _number_before(opening) <= seq,
            opening,
        )
        while True:
            if opening is not None:
                rows, power_up = _rows_of(self._medium, self._sector(newest, place), opening, seq)
                if rows:
                    return rows, power_up
            place += 1
            if place > places:
                return None
            opening = self._opening(newest, place)

    def _oldest(self, newest):
        """(place, opening) of the oldest sector that is whole, (0, None) if there is none."""
        if not self._looked:
            place, opening = self._first_from(newest, 1)
            if opening is not None and not self._is_whole(newest, place, opening):
                self._partial = generation_of(opening)
            self._looked = True  # what is erased from now on is erased to its end
        place, opening = self._first_from(newest, 1)
        if opening is not None and generation_of(opening) == self._partial:
            place, opening = self._first_from(newest, place + 1)
        return place, opening

    def _first_from(self, newest, place):
        while place <= self._medium.sectors:
            opening = self._opening(newest, place)
            if opening is not None:
                return place, opening
            place += 1
        return 0, None

    def _is_whole(self, newest, place, opening):
        """Whether the numbers of a sector reach up to those of the next."""
        _, following = self._first_from(newest, place + 1)
        if following is None:
            return True
        number = _number_before(opening)
        for record in records_behind(self._medium, self._sector(newest, place), opening):
            number += covered(record.kind, record.payload)
        return number == _number_before(following)

    def _sector(self, newest, place):
        return (newest + place) % self._medium.sectors

    def _opening(self, newest, place):
        return opening_of(self._medium, self._sector(newest, place))


def _rows_of(medium, sector, opening, seq):
    """(rows above `seq`, power-up of the first) of one sector. Behind a record that cannot be read
    nothing can be told: what follows is compared with it.
    """
    number, power_up = start_of(opening.payload[4:])
    sequence, deltas = opening.sequence, Deltas()
    rows, first_power_up = [], 0
    for record in records_behind(medium, sector, opening):
        sequence += 1
        if record.sequence != sequence:
            break
        if record.kind & ANEW:
            deltas = Deltas()
            power_up += 1
        try:
            entries = _entries_of(record, number, deltas)
        except SnapshotError:
            break
        for row in entries:
            if row[0] > seq and len(rows) < AT_ONCE:
                rows.append(row)
                first_power_up = first_power_up or power_up
        if len(rows) == AT_ONCE:
            break
        number += covered(record.kind, record.payload)
    return rows, first_power_up


def _entries_of(record, number, deltas):
    """The rows of a record; number: the one before its first."""
    reader, rows = packing.Reader(record.payload), []
    sparse = record.kind & SPARSE
    if sparse:
        reader.number()
    while not reader.at_end():
        number += reader.number() if sparse else 1
        at_ms, offset_ms, code, a, b, c = deltas.decode(reader)
        wall_s = -1 if offset_ms is None else (at_ms + offset_ms) // MS_PER_S
        rows.append([number, at_ms, wall_s, code, a, b, c])
    return rows
