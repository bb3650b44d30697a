"""Event pages: the events on flash, read a page at a time.

    page = page_since(medium, newest, seq)

A page reads the sector in which it begins, and the next ones only as long as nothing is found. Which
sector that is a search over the openings tells.
"""

from firmware.books import packing
from firmware.books.event_code import Deltas
from firmware.books.searched_ring import last_where, opening_of, records_behind
from firmware.errors import SnapshotError
from firmware.units import MS_PER_S

AT_ONCE = 16  # rows of a page: with the longest numbers they fill a quarter of a frame

# The kind of a record
ANEW = 0x80  # the first of a power-up: nothing is compared with what stands before it
SPARSE = 0x40  # numbers are left out: how many it covers, then each event with the step of its number
FLOOD = 0x20  # behind it events may have been left out that no record tells of
COUNT = 0x1F  # of the events, unless it is sparse


def start_of(opening):
    """(number before the first event of a sector, power-ups before it): what an opening holds behind
    the ring's own part.
    """
    reader = packing.Reader(opening)
    return reader.number(), reader.number()


def _number_before(opening):
    return start_of(opening.payload[4:])[0]


def covered(kind, payload):
    """By how much the numbers rise with a record."""
    return packing.Reader(payload).number() if kind & SPARSE else kind & COUNT


def oldest_of(medium, newest):
    """(place, opening) of the oldest sector, places counted from the newest; None if there is
    none.
    """
    for place in range(1, medium.sectors + 1):
        opening = opening_of(medium, (newest + place) % medium.sectors)
        if opening is not None:
            return place, opening
    return None


def oldest_number(medium, newest):
    """Number of the oldest event, None if there is none."""
    oldest = oldest_of(medium, newest)
    return None if oldest is None else _number_before(oldest[1]) + 1


def page_since(medium, newest, seq):
    """(rows, power-up of the first); None if there is no event above `seq`.

    rows: [number, at_ms, wall_s, code, a, b, c], AT_ONCE at most. newest: the newest sector
    """
    oldest = oldest_of(medium, newest)
    if oldest is None:
        return None

    def get(place):
        return opening_of(medium, (newest + place) % medium.sectors)

    def holds(opening):
        return _number_before(opening) <= seq

    place, opening = last_where(oldest[0], medium.sectors + 1, get, holds, oldest[1])
    while True:
        sector = (newest + place) % medium.sectors
        rows, power_up = [], 0
        if opening is not None:
            rows, power_up = _rows_of(medium, sector, opening, seq)
        if rows:
            return rows, power_up
        place += 1
        if place > medium.sectors:
            return None
        opening = get(place)


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
