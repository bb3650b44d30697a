"""Power cuts within the ring of records: at every flash operation, in every way, and again while
the ring is used for the first time after it.
"""

import io

from firmware.books.ring import Ring
from tests.rigs.cut_flash import CutFlash

KINDS = 3
SECTORS = 4


class Kept:
    """The smallest user of a ring: the newest payload of each kind, all of them in an opening."""

    def __init__(self, flash):
        self.payloads = {}
        self.ring = Ring(flash, self._opening, lambda: None)
        self.found = self.ring.recover(self._open, self._put)

    def _opening(self):
        return b"".join(
            [bytes([kind, len(self.payloads[kind])]) + self.payloads[kind] for kind in self.kinds()]
        )

    def kinds(self):
        return sorted(self.payloads)

    def _open(self, data):
        while data:
            self.payloads[data[0]] = data[2 : 2 + data[1]]
            data = data[2 + data[1] :]

    def _put(self, kind, payload):
        self.payloads[kind] = payload

    def keep(self, kind, payload):
        self.ring.append(kind, payload)
        self.payloads[kind] = payload


class Draw:
    def __init__(self, seed):
        self._state = seed

    def below(self, limit):
        self._state = (self._state * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        return (self._state >> 8) % limit


def drawn_record(draw):
    kind = 2 + draw.below(KINDS)
    size = (1, 5, 40, 60, 100, 200)[draw.below(6)]
    return kind, bytes([draw.below(256) for _ in range(size)])


def tried(flash, before, flying):
    """What a flash gives back that was cut: what was acknowledged, at the least."""
    kept = Kept(flash)
    assert not kept.found.corrupt
    after = dict(before)
    if flying is not None:
        after[flying[0]] = flying[1]
    assert kept.payloads in (before, after), (kept.payloads, before, flying)
    return kept.payloads


def walk(records, seed, sector_bytes, twice_every):
    """Keep so many drawn records, and try every cut at every operation; returns the flash."""
    draw = Draw(seed)
    flash = CutFlash(io.BytesIO(), SECTORS, sector_bytes, seed)
    kept = Kept(flash)
    flying = None

    def judge(cut):
        found = tried(cut, kept.payloads, flying)
        if twice_every and flash.cuts % twice_every == 0:
            cut_again(cut, found)

    flash.judge = judge
    for _ in range(records):
        flying = drawn_record(draw)
        kept.keep(flying[0], flying[1])
        flying = None
        kept.ring.prepare()
        if draw.below(40) == 0:
            kept = Kept(flash)  # power off and on, at rest
    assert flash.overwrites == 0
    assert flash.weak_uses == 0
    return flash


def cut_again(cut, before):
    """The first record after a cut opens a sector: that, too, is cut at each operation."""
    again = CutFlash.of(cut)
    flying = (2, b"again")
    again.judge = lambda flash: tried(flash, before, flying)
    Kept(again).keep(flying[0], flying[1])
    assert again.weak_uses == 0


# trace: GIP 1.7.1, store and retrieve
def test_after_a_cut_at_any_operation_everything_acknowledged_is_there():
    flash = walk(records=120, seed=5, sector_bytes=1024, twice_every=60)
    assert flash.cuts > 600
    # A ring of small sectors: a good part of the cuts falls where it is difficult.
    assert 4 * (flash.erase_cuts + flash.opening_cuts) >= flash.cuts
