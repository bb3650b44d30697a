"""A NOR flash with its real geometry: what a program and an erase do, how often, and what a power
cut leaves of one.

    flash = SimFlash(open(path, "r+b"), sectors=32)
    flash.cut_at(1, "prefix")        # the next operation is cut: PowerCut, and the rest is not done

A program turns ones into zeros within a page, an erase turns a sector into ones [W25Q16JV 8.2].
What a cut leaves is what was seen on real chips: a part from either end, single bits, zeros that
were programmed before the erase, or a sector that reads as erased and is not [littlefs#245]
[UBI].
"""

import io

from hal.contract import FLASH_PAGE, HalError, Medium

SECTOR_BYTES = 4096
JOURNAL_SECTORS = 32  # 128 KB
EVENT_SECTORS = 128  # 512 KB
# What a cut leaves. none: it had not begun. done: it was over, but the caller never heard of it.
PROGRAM_CUTS = ("none", "prefix", "suffix", "bits", "done")
ERASE_CUTS = ("none", "half", "zeros", "noise", "weak", "done")
_ONES = b"\xff"
_PAGE = _ONES * FLASH_PAGE
_RANDOM_MASK = 0x7FFF_FFFF


class PowerCut(BaseException):
    """The power failed within a flash operation. Not an Exception: no handler may swallow it."""


class FlashPower:
    """The power of a flash chip, on which several regions may lie: a cut that is to come, counted
    in operations.

    on: there is power
    """

    def __init__(self):
        self._cut = None  # (operations still to come, what is left of the last of them)
        self._on_cut = None
        self.on = True

    def cut_at(self, operation, mode, on_cut=None):
        """Power fails in the n-th operation from now (1 is the next), and leaves that of it.
        on_cut: called then, and the chip takes nothing more until `power_up`; None: only that
        operation ends in PowerCut.
        """
        self._cut = operation, mode
        self._on_cut = on_cut

    def mend(self):
        """No cut is to come, and there is power."""
        self._cut = None
        self.power_up()

    def power_up(self):
        """The power is back."""
        self.on = True

    def begin(self):
        """An operation begins. What its cut leaves, None if it is not cut."""
        if not self.on:
            raise PowerCut("the flash has no power")
        if self._cut is None:
            return None
        left, mode = self._cut
        if left > 1:
            self._cut = (left - 1, mode)
            return None
        self._cut = None
        if self._on_cut is not None:
            self.on = False
            self._on_cut()
        return mode


class SimFlash(Medium):
    """file: a binary file, open for reading and writing, that holds the content: it lies outside
    the heap; seed: of what a cut leaves; power: a FlashPower of its own if not given.

    erases_of: per sector; overwrites: programs that wanted a zero to become a one, and weak_uses:
    programs into a sector that was never wholly erased. Both are mistakes of the caller.
    """

    def __init__(self, file, sectors, sector_bytes=SECTOR_BYTES, seed=1, power=None):
        self.power = power or FlashPower()
        self.sectors = sectors
        self.sector_bytes = sector_bytes
        self.program_ms = 3
        self._file = file
        self._random = seed
        self._place = None
        self._weak = set()
        self.programs = 0
        self.operations = 0
        self.erases_of = [0] * sectors
        self.overwrites = 0
        self.weak_uses = 0
        self._bytes = sectors * sector_bytes
        self._blank_to_end()

    def _blank_to_end(self):
        """A file that is too short is a new chip: the rest of it holds ones."""
        missing = self._bytes - self._file.seek(0, 2)
        while missing > 0:
            step = min(missing, self.sector_bytes)
            self._file.write(_ONES * step)
            missing -= step

    def cut_at(self, operation, mode, place=None):
        """Power fails in the n-th operation from now (1 is the next), and leaves that of it: up to,
        or from, byte `place`, or a byte that is drawn.
        """
        self.power.cut_at(operation, mode)
        self._place = place

    def copy(self):
        """Another chip with this content, for trying what a cut would leave."""
        made = SimFlash(io.BytesIO(), self.sectors, self.sector_bytes)
        made.take_over(self)
        return made

    def take_over(self, flash):
        """Hold what another chip of this geometry holds."""
        flash._file.seek(0)
        self._put(0, flash._file.read())
        self._weak = set(flash._weak)
        self._random = flash._random

    def mend(self):
        """The power is back: no cut is to come."""
        self.power.mend()

    def read(self, at, size):
        self._file.seek(at)
        return self._file.read(size)

    def program(self, at, data):
        size = len(data)
        end = at + size
        if not size or at // FLASH_PAGE != (end - 1) // FLASH_PAGE or end > self._bytes:
            raise HalError("flash: %d bytes at %d are not within a page" % (size, at))
        mode = self._begin()
        file = self._file
        file.seek(at)
        old = file.read(size)
        new = data
        if old != _PAGE[:size]:  # else there is nothing but ones
            new = bytearray(data)
            for n in range(size):
                new[n] &= old[n]
            self.overwrites += new != data
        if at // self.sector_bytes in self._weak:
            self.weak_uses += 1
            new = self._some_bits_of(new, old)
        if mode is not None:
            new = self._torn(mode, new, old)
        file.seek(at)
        file.write(new)
        self.programs += 1
        if mode is not None:
            raise PowerCut("within a program of %d bytes at %d: %s" % (size, at, mode))

    def _torn(self, mode, new, old):
        """What is there after a program that was cut."""
        place = self._place_within(len(new))
        if mode == "none":
            return old
        if mode == "suffix":
            return old[:place] + new[place:]
        if mode == "bits":
            return self._some_bits_of(new, old)
        return new if mode == "done" else new[:place] + old[place:]

    def _place_within(self, size):
        return self._draw(size) if self._place is None else self._place

    def _some_bits_of(self, new, old):
        """Each bit is the new or the old one."""
        return bytes([n | (o & self._draw(256)) for n, o in zip(new, old)])

    def erase(self, number):
        if not 0 <= number < self.sectors:
            raise HalError("flash: sector %d of %d" % (number, self.sectors))
        mode = self._begin()
        at, size = number * self.sector_bytes, self.sector_bytes
        if mode != "none":
            self.erases_of[number] += 1
        if mode is None or mode == "done":
            self._put_ones(at)
            self._weak.discard(number)
        elif mode != "none":
            self._put(at, self._half_erased(mode, self.read(at, size)))
            self._weak.add(number)
        if mode is not None:
            raise PowerCut("within the erase of sector %d: %s" % (number, mode))

    def _half_erased(self, mode, old):
        """What a sector holds whose erase was cut."""
        size = len(old)
        place = self._place_within(size)
        if mode == "weak":
            return _ONES * size
        if mode == "zeros":  # a NOR sector is programmed to zeros before it is erased, from its end
            return old[:place] + bytes(size - place)
        if mode == "noise":
            return bytes([byte | self._draw(256) for byte in old])
        return _ONES * place + old[place:]

    def _begin(self):
        """An operation begins. What its cut leaves, None if it is not cut."""
        self.operations += 1
        return self.power.begin()

    def _put_ones(self, at):
        """A whole sector of them, in pages: the heap may have no hole for a sector."""
        self._file.seek(at)
        for _ in range(self.sector_bytes // FLASH_PAGE):
            self._file.write(_PAGE)

    def _put(self, at, data):
        self._file.seek(at)
        self._file.write(data)

    def _draw(self, below):
        self._random = (self._random * 1_103_515_245 + 12_345) & _RANDOM_MASK
        return (self._random >> 8) % below
