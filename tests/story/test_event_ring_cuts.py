"""Power cuts within the ring of events: at every flash operation, in every way, and again while the
ring is used for the first time after it.
"""

from firmware import events
from firmware.books.event_ring import EventRing
from hal.contract import POWER_ON
from tests.rigs.cut_flash import CutFlash
from tests.rigs.heap_file import HeapFile

SECTORS = 4
DAY_MS = 86_400_000
MONDAY_MS = 1_767_571_200_000


class Draw:
    def __init__(self, seed):
        self._state = seed

    def below(self, limit):
        self._state = (self._state * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        return (self._state >> 8) % limit


class Pump:
    """What a pump does with its ring: numbers the events, and writes those of a pass before it
    sends them.

    sent: {number: event}, as the far end heard them
    """

    def __init__(self, flash, sent=None):
        self.ring = EventRing(flash, lambda: None)
        self.sent = dict(sent or {})
        self.flying = {}
        self._seq = self.ring.last_seq
        self._at_ms = 5
        self._offset_ms = None
        self.pass_of((events.BOOT, POWER_ON, 1, 200))

    def pass_of(self, *happened):
        for code, a, b, c in happened:
            self._seq += 1
            event = [self._seq, self._at_ms, self._wall_s(), code, a, b, c]
            self.flying[self._seq] = event
            self.ring.add(event, self._offset_ms)
        self.ring.write()
        self.sent.update(self.flying)
        self.flying = {}

    def _wall_s(self):
        return -1 if self._offset_ms is None else (self._at_ms + self._offset_ms) // 1000

    def set_clock(self, wall_ms):
        self._offset_ms = wall_ms - self._at_ms

    def later(self, ms, spare=True):
        self._at_ms += ms
        self.ring.look(self._at_ms, spare)


def drawn_pass(draw):
    """Mostly rates that go back and forth, sometimes several events, sometimes large numbers."""
    kind = draw.below(8)
    if kind > 4:  # few of these fit a sector: many cuts fall where one begins
        return [(events.ALARM_RAISED + n, draw.below(10**9) << 30, -n, n) for n in range(9)]
    if kind == 0:
        volume = draw.below(10**6)
        return (
            (events.BOLUS_ACCEPTED, volume, 600_000, volume * 144),
            (events.RATE, draw.below(10**6) * 24_000, 0, 4),
        )
    if kind == 1:
        return ((events.RUN_END, draw.below(10**5), 0, 1), (events.STATE, 1, 2, -draw.below(9)))
    return ((events.RATE, 500_000_000, (500_000_000, 10_000_000)[kind % 2], kind % 2 * 5),)


def all_of(ring):
    """Every row on flash, read page by page."""
    rows, seq = [], 0
    while True:
        page = ring.since(seq)
        if page is None:
            return rows
        rows += page[0]
        seq = rows[-1][0]


def judged(cut, sent, flying):
    """What is read from a flash that was cut: all that was sent, as far back as it reaches; of the
    pass that flew the beginning. Returns the pump that goes on.
    """
    ring = EventRing(cut, lambda: None)
    assert ring.failed is None
    rows = all_of(ring)
    numbers = [row[0] for row in rows]
    newest = max(sent) if sent else 0
    if rows:
        assert numbers == list(range(numbers[0], numbers[-1] + 1)), numbers
        assert numbers[0] == ring.oldest()
        assert ring.last_seq == numbers[-1]
    assert ring.last_seq >= newest, (ring.last_seq, newest)
    for row in rows:
        number = row[0]
        assert row == (sent[number] if number in sent else flying[number]), row
    return rows


def walk(passes, seed, sector_bytes, twice_every):
    draw = Draw(seed)
    flash = CutFlash(HeapFile(), SECTORS, sector_bytes, seed)
    pump = None
    state = {"kept": 10**9}

    def judge(cut):
        sent, flying = (pump.sent, pump.flying) if pump else ({}, {})
        rows = judged(cut, sent, flying)
        if len(sent) > 100:
            state["kept"] = min(state["kept"], len(rows))
        if twice_every and flash.cuts % twice_every == 0:
            cut_again(cut, sent, flying)

    pump = Pump(flash)
    pump.set_clock(MONDAY_MS)
    flash.judge = judge
    for _ in range(passes):
        pump.pass_of(*drawn_pass(draw))
        pump.later(draw.below(900_000), draw.below(3) > 0)
        if draw.below(25) == 0:
            flash.judge = None  # the boot of the same ring: judged by cut_again
            forget(pump)
            pump = Pump(flash, pump.sent)
            flash.judge = judge
        elif draw.below(25) == 0:
            pump.set_clock(MONDAY_MS + draw.below(1000) * DAY_MS)
    assert flash.overwrites == 0
    assert flash.weak_uses == 0
    return flash, state["kept"]


def forget(pump):
    """Old events are gone from the ring; a board-like heap need not hold them."""
    oldest = pump.ring.oldest()
    for number in [number for number in pump.sent if number < oldest]:
        pump.sent.pop(number)


def cut_again(cut, sent, flying):
    """After a cut the pump boots and goes on: that, too, is cut at each operation."""
    again = CutFlash.of(cut)
    known = dict(sent)
    for row in all_of(EventRing(again, lambda: None)):
        known[row[0]] = row if row[0] in flying else known[row[0]]
    state = {"pump": None}

    def judge(flash):
        pump = state["pump"]
        if pump is None:  # its boot is on the way: whatever it says, nothing before it is hurt
            rows = all_of(EventRing(flash, lambda: None))
            assert {row[0]: row for row in rows if row[0] in known} == {
                number: known[number] for number in known if rows and number >= rows[0][0]
            }
        else:
            judged(flash, pump.sent, pump.flying)

    again.judge = judge
    state["pump"] = pump = Pump(again, known)
    pump.pass_of((events.RATE, 1, 1, 0))
    pump.pass_of((events.RATE, 2, 1, 4))
    assert again.weak_uses == 0
    assert again.overwrites == 0


def test_after_a_cut_at_any_operation_every_event_that_was_sent_is_there_once():
    flash, kept = walk(passes=150, seed=5, sector_bytes=512, twice_every=40)
    assert flash.cuts > 700
    assert kept >= 20
    print("%d cuts, of erases and openings: %d" % (flash.cuts, hard_cuts(flash)))
    assert 4 * hard_cuts(flash) >= flash.cuts


def hard_cuts(flash):
    return flash.erase_cuts + flash.opening_cuts


def test_power_ups_do_not_clear_the_ring():
    flash = CutFlash(HeapFile(), SECTORS, 4096)
    pump = Pump(flash)
    for _ in range(16):
        pump = Pump(flash, pump.sent)
    assert pump.ring.power_up == 17
    rows = all_of(pump.ring)
    assert [row[0] for row in rows] == list(range(1, 18))
    assert pump.ring.since(0)[1] == 1
    assert pump.ring.since(16) == ([rows[-1]], 17)
