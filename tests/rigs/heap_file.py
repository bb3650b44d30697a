"""A file of a simulated flash in the heap, in pages: no long hole is asked of the heap, and pages
that were never written take no place.

    flash = SimFlash(HeapFile(), sectors=4)
"""

_PAGE = 256
_ONES = b"\xff" * _PAGE


class HeapFile:
    """What SimFlash uses of a binary file."""

    def __init__(self):
        self._pages = {}
        self._at = self._end = 0

    def seek(self, at, whence=0):
        self._at = self._end if whence == 2 else at
        return self._at

    def read(self, size=None):
        size = self._end - self._at if size is None else min(size, self._end - self._at)
        data = bytearray(size)
        done = 0
        while done < size:
            number, first = divmod(self._at + done, _PAGE)
            step = min(_PAGE - first, size - done)
            page = self._pages.get(number, _ONES)
            data[done : done + step] = page[first : first + step]
            done += step
        self._at += size
        return bytes(data)

    def write(self, data):
        done = 0
        while done < len(data):
            number, first = divmod(self._at + done, _PAGE)
            step = min(_PAGE - first, len(data) - done)
            part = data[done : done + step]
            if part == _ONES[:step] and step == _PAGE:
                self._pages.pop(number, None)
            else:
                if number not in self._pages:
                    self._pages[number] = bytearray(_ONES)
                self._pages[number][first : first + step] = part
            done += step
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)
