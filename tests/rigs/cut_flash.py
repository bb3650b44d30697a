"""A flash that tries every power cut: before each operation it is copied, cut in every way, and the
copy is judged by whoever recovers from it.

    flash = CutFlash(io.BytesIO(), sectors=4)
    flash.judge = lambda flash, depth: ...     # recovers from a flash that was cut; None: no cuts

Nothing of the system that runs is copied: a cut ends it, and only the flash outlives it.
"""

import io

from firmware.books.record_format import HEAD_BYTES
from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS, PowerCut, SimFlash

_OF_BYTES = ("prefix", "suffix", "half", "zeros")  # these can end at any byte


class CutFlash(SimFlash):
    """every_byte: cuts at each byte of what is programmed, else at one that is drawn.

    cuts: how many were tried; erase_cuts, opening_cuts: of them, within an erase, and within the
        record that opens a sector
    opens: the operation that is being cut is one of those
    """

    def __init__(self, file, sectors, sector_bytes=4096, seed=1, every_byte=False):
        SimFlash.__init__(self, file, sectors, sector_bytes, seed)
        self.judge = None
        self.every_byte = every_byte
        self.cuts = 0
        self.erase_cuts = 0
        self.opening_cuts = 0
        self.opens = False
        self._opening = range(0)  # where the record that opened a sector last lies

    @classmethod
    def of(cls, flash):
        """With the content of another."""
        every_byte = isinstance(flash, cls) and flash.every_byte
        made = cls(io.BytesIO(), flash.sectors, flash.sector_bytes, every_byte=every_byte)
        made.take_over(flash)
        return made

    def program(self, at, data):
        if at % self.sector_bytes == 0:
            length = int.from_bytes(data[:2], "little")
            self._opening = range(at, at + HEAD_BYTES + length)
        self.opens = at in self._opening
        if self.judge is not None:
            for mode in PROGRAM_CUTS:
                places = (None,)
                if self.every_byte and mode in _OF_BYTES:
                    places = range(1, len(data))
                for place in places:
                    self.opening_cuts += self.opens
                    self._try(mode, place, lambda flash: flash.program(at, data))
        SimFlash.program(self, at, data)

    def erase(self, number):
        self.opens = True
        if self.judge is not None:
            for mode in ERASE_CUTS:
                self.erase_cuts += 1
                self._try(mode, None, lambda flash: flash.erase(number))
        SimFlash.erase(self, number)

    def _try(self, mode, place, operate):
        self.cuts += 1
        self._draw(2)  # so that each copy draws something else
        cut = self.copy()
        cut.cut_at(1, mode, place)
        try:
            operate(cut)
        except PowerCut:
            pass
        self.judge(cut)
