"""Store on the board's file system, which must be littlefs: whole files, replaced by renaming.

littlefs keeps a file's old content until the new one is closed, and a rename is atomic [littlefs
DESIGN.md].
"""

import os

from hal.contract import HalError, Store

_NOT_THERE = 2  # ENOENT


class FileStore(Store):
    """One file per blob in `folder`. A file system that is not there is reported by `read` and
    `write`, and not at once: the pump has to come up without it.
    """

    def __init__(self, folder="/store"):
        self._folder = folder
        self._there = False
        self._problem = None  # the last error of looking for the folder
        self._look()

    def _look(self):
        """True if the folder is there, made now if need be."""
        if not self._there:
            try:
                self._make_folder()
                self._there = True
            except OSError as error:
                self._problem = error
        return self._there

    def read(self, name):
        if not self._look():
            raise HalError("store: %s is not there: error %s" % (self._folder, self._problem))
        try:
            with open(self._folder + "/" + name, "rb") as file:
                return file.read()
        except OSError as error:
            if error.args[0] == _NOT_THERE:
                return None
            raise HalError("store: %s cannot be read: error %s" % (name, error))

    def write(self, name, data):
        path = self._folder + "/" + name
        if not self._look():
            raise HalError("store: %s is not there: error %s" % (self._folder, self._problem))
        try:
            with open(path + ".new", "wb") as file:
                file.write(data)
            os.rename(path + ".new", path)
        except OSError as error:
            self._forget(path + ".new")
            raise HalError("store: %s, %d bytes, cannot be written: %s" % (name, len(data), error))

    def _make_folder(self):
        try:
            os.mkdir(self._folder)
        except OSError:
            os.stat(self._folder)  # it is there, or the file system says why not

    def _forget(self, path):
        try:
            os.remove(path)
        except OSError as error:
            if error.args[0] != _NOT_THERE:
                raise HalError("store: %s cannot be removed: %s" % (path, error))
