"""Medium on the board's file system, one file per sector: where there is no raw region of flash.

Each program is on the flash when it returns, since littlefs keeps a file's old content until the
new one is closed [littlefs DESIGN.md]. That costs an erase of a block each time, where and when
littlefs likes: the caller has motion queued for as long as that may take (decision 0121).
"""

import os

from hal.contract import FLASH_PAGE, HalError, Medium

_NOT_THERE = 2  # ENOENT
_SIZE = 6  # of a file, in what os.stat gives
_ONES = b"\xff"
_JOURNAL_SECTORS = 32
_EVENT_SECTORS = 128


def file_media():
    """(journal, events) as files in folders of their own: littlefs looks through a whole folder for
    a name.
    """
    journal = FileMedium("journal", _JOURNAL_SECTORS, folder="/journal")
    return journal, FileMedium("events", _EVENT_SECTORS, folder="/events")


class FileMedium(Medium):
    """Sectors as the files `name`.0, `name`.1 ... in `folder`. A file holds a sector as far as it
    was programmed; what lies behind reads 0xFF.
    """

    program_ms = 1300  # littlefs may erase three blocks for it, 0.4 s each [W25Q16JV 9.6]

    def __init__(self, name, sectors, sector_bytes=4096, folder="/store"):
        self.sectors = sectors
        self.sector_bytes = sector_bytes
        self._name = name
        self._path = folder + "/" + name + "."
        self._folder = folder
        # The page that was read last, and how long that sector's file is: whoever looks through a
        # sector reads it piece by piece, most of it was never written, and to open a file takes ten
        # times as long as to read.
        self._page_at, self._page = None, b""
        self._length_of_sector, self._length = None, 0

    def read(self, at, size):
        data = b""
        while len(data) < size:
            over_page = at % FLASH_PAGE
            if self._page_at != at - over_page:
                self._read_page(at - over_page)
            piece = self._page[over_page : over_page + size - len(data)]
            data += piece
            at += len(piece)
        return data

    def _read_page(self, at):
        number, offset = divmod(at, self.sector_bytes)
        page = b""
        try:
            if self._length_of(number) > offset:
                with open(self._path + str(number), "rb") as file:
                    file.seek(offset)
                    page = file.read(FLASH_PAGE)
        except OSError as error:
            raise HalError("%s: sector %d cannot be read: error %s" % (self._name, number, error))
        self._page_at, self._page = at, page + _ONES * (FLASH_PAGE - len(page))

    def _length_of(self, number):
        """Bytes of a sector's file, 0 if there is none."""
        if self._length_of_sector != number:
            try:
                self._length = os.stat(self._path + str(number))[_SIZE]
            except OSError as error:
                if error.args[0] != _NOT_THERE:
                    raise
                self._length = 0
            self._length_of_sector = number
        return self._length

    def _forget(self):
        """A sector will be written to."""
        self._page_at = self._length_of_sector = None

    def program(self, at, data):
        number, offset = divmod(at, self.sector_bytes)
        if not 0 < len(data) <= FLASH_PAGE - offset % FLASH_PAGE or number >= self.sectors:
            raise HalError("%s: %d bytes at %d are not within a page" % (self._name, len(data), at))
        try:
            self._forget()
            self._put(self._path + str(number), offset, data)
        except OSError as error:
            raise HalError("%s: sector %d takes no bytes: error %s" % (self._name, number, error))

    def _put(self, path, offset, data):
        """Ones turn to zeros, as on the flash itself: a byte is only ever lowered."""
        self._need_file(path)
        with open(path, "r+b") as file:
            end = file.seek(0, 2)
            if end < offset:
                file.write(_ONES * (offset - end))
            file.seek(offset)
            old = file.read(len(data))
            file.seek(offset)
            file.write(bytes([a & b for a, b in zip(old, data)]) + data[len(old) :])

    def _need_file(self, path):
        try:
            os.stat(path)
        except OSError as error:
            if error.args[0] != _NOT_THERE:
                raise
            self._need_folder()
            with open(path, "wb"):
                pass

    def _need_folder(self):
        try:
            os.mkdir(self._folder)
        except OSError:
            os.stat(self._folder)  # it is there, or the file system says why not

    def erase(self, number):
        if not 0 <= number < self.sectors:
            raise HalError("%s: sector %d of %d" % (self._name, number, self.sectors))
        try:
            self._forget()
            self._need_folder()
            with open(self._path + str(number), "wb"):
                pass
        except OSError as error:
            raise HalError("%s: sector %d cannot be erased: error %s" % (self._name, number, error))
