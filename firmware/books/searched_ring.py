"""Searched ring: a ring of many sectors (ring.py) whose newest one is searched for, and that goes
on in it after a power-up.

    ring = SearchedRing(medium, opening, feed)
    found = ring.recover(on_opening, on_record)
    ring.write(encode)            # encode(first): (kind, payload)

The journal judges every sector at power-up, since a dose hangs on it, and opens a new one each
time. Here neither is done: 128 sectors take too long, and 128 power-ups would leave nothing of what
was there before (decision 0124).
"""

import struct

from firmware.books import record_format
from firmware.books.ring import MOST_ERASES, OPENING, Found, Ring, RingError
from hal.contract import FLASH_PAGE

_NEIGHBOURS = 4  # so many sectors behind the newest must be older: a sector may ignore erases


class SearchedRing(Ring):
    """As a Ring. first: the next record is the first of its sector."""

    def __init__(self, medium, opening, feed):
        Ring.__init__(self, medium, opening, feed)
        self._first = True

    @property
    def sector(self):
        """The newest."""
        return self._sector

    def recover(self, on_opening, on_record):
        """Find the newest sector and hand over what is in it. Writes nothing. corrupt: a record is
        missing between others.
        """
        newest = newest_of(self._medium)
        if newest is None:
            return Found(True, False, False, False)
        self._sector, opening = newest
        self._generation = generation_of(opening)
        self._sequence = opening.sequence
        on_opening(opening.payload[4:])
        count, at = 0, opening.next_at
        for record in records_behind(self._medium, self._sector, opening):
            on_record(record.kind, record.payload)
            self._sequence = record.sequence
            count, at = count + 1, record.next_at
        corrupt = self._sequence != opening.sequence + count
        self._first = False
        end = self._end_of_bytes(at)
        self._at = _page_up(end) + FLASH_PAGE
        return Found(False, end > at, corrupt, False)

    def _end_of_bytes(self, at):
        """Where the last byte behind `at` ends that is not erased; `at` if there is none.

        A record that a cut tore begins before the end of the next page, or goes on there: from the
        page behind that on the cells are sound, whatever they read.
        """
        end = at
        while at < self._medium.sector_bytes:
            erased = record_format.rest_is_erased(self._medium, self._sector, at)
            at += FLASH_PAGE - at % FLASH_PAGE
            if not erased:
                end = at
        return end

    def write(self, encode):
        """As `append`. encode(first) makes (kind, payload), of a record that is the first of its
        sector or not; where a sector fails it is asked again.
        """
        self._erases_left = MOST_ERASES
        while True:
            kind, payload = encode(self._first)
            at = self._place(len(payload))
            if at is None:
                self._open()
                kind, payload = encode(True)
                at = self._place(len(payload))
                if at is None:
                    raise RingError(
                        "a record of %d bytes has no room behind the opening" % len(payload)
                    )
            if self._put(self._sector, at, record_format.pack(kind, self._sequence + 1, payload)):
                self._sequence += 1
                self._first = False
                return
            self._condemn(self._sector)

    def _close(self):
        """It goes on in its sector after a power-up."""

    def _open(self):
        Ring._open(self)
        self._first = True


def generation_of(opening):
    return struct.unpack_from("<I", opening.payload)[0]


def opening_of(medium, sector):
    """The whole Record with which a sector begins, None if it begins with none."""
    opening = record_format.read(medium, sector, 0)
    return opening if opening is not None and opening.kind == OPENING else None


def records_behind(medium, sector, opening):
    """Each whole Record behind the opening of a sector, in order. What is broken is left out.

    Pages are read whole: many records lie in one.
    """
    at, sequence = opening.next_at, opening.sequence
    page_at, page = -1, b""
    while at < medium.sector_bytes:
        over = at % FLASH_PAGE
        if at - over != page_at:
            page_at = at - over
            page = medium.read(sector * medium.sector_bytes + page_at, FLASH_PAGE)
        record = record_format.in_page(page, over, page_at)
        if record is None:
            if page[over:] == record_format.ERASED[over:]:
                at = page_at + FLASH_PAGE
                continue
            record = record_format.read(medium, sector, at)  # it may be longer than a page
        if record is not None and record.sequence > sequence:
            sequence, at = record.sequence, record.next_at
            yield record
        else:
            at += record_format.ALIGN


def _page_up(at):
    return -(-at // FLASH_PAGE) * FLASH_PAGE


def newest_of(medium):
    """(sector, its opening) of the newest sector, None if none begins with a whole opening.

    Sectors are opened in turn, so that generations rise up to the newest and begin again lower
    behind it. A sector that ignores its erase can lead that search astray: then all are looked at.
    """
    first, opening = 0, opening_of(medium, 0)
    while opening is None:
        first += 1
        if first == medium.sectors:
            return None
        opening = opening_of(medium, first)
    least = generation_of(opening)

    def holds(opening):
        return generation_of(opening) >= least

    newest = last_where(
        first, medium.sectors, lambda number: opening_of(medium, number), holds, opening
    )
    return newest if _is_newest(medium, newest) else _newest_of_all(medium)


def _is_newest(medium, newest):
    generation = generation_of(newest[1])
    for step in range(1, _NEIGHBOURS + 1):
        opening = opening_of(medium, (newest[0] + step) % medium.sectors)
        if opening is not None and generation_of(opening) > generation:
            return False
    return True


def _newest_of_all(medium):
    newest = None
    for number in range(medium.sectors):
        opening = opening_of(medium, number)
        if opening is not None and (newest is None or holds_newer(opening, newest[1])):
            newest = number, opening
    return newest


def holds_newer(opening, other):
    return generation_of(opening) > generation_of(other)


def last_where(first, end, get, holds, opening):
    """(place, opening) of the last place from `first` on, before `end`, whose opening holds: up to
    it all do, behind it none does. get(place): the opening, None at a hole; `opening`: of the first
    place, taken to hold.
    """
    best = first, opening
    low, high = first, end
    while high - low > 1:
        middle = place = (low + high) // 2
        opening = get(place)
        while opening is None and place > low + 1:
            place -= 1
            opening = get(place)
        if opening is None:
            low = middle  # nothing but holes up to here
        elif holds(opening):
            best, low = (place, opening), middle
        else:
            high = place
    return best
