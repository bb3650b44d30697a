"""Store on the board's file system, which must be littlefs: whole files, replaced by renaming.

littlefs keeps a file's old content until the new one is closed, and a rename is atomic [littlefs
DESIGN.md].
"""

import os

from hal.contract import HalError, Store

_NOT_THERE = 2  # ENOENT


class FileStore(Store):
    """One file per blob in `folder`."""

    def __init__(self, folder="/store"):
        self._folder = folder
        try:
            os.mkdir(folder)
        except OSError:
            os.stat(folder)  # it is there, or the file system says why not

    def read(self, name):
        try:
            with open(self._folder + "/" + name, "rb") as file:
                return file.read()
        except OSError as error:
            if error.args[0] == _NOT_THERE:
                return None
            raise HalError("store: %s cannot be read: %s" % (name, error))

    def write(self, name, data):
        path = self._folder + "/" + name
        try:
            with open(path + ".new", "wb") as file:
                file.write(data)
            os.rename(path + ".new", path)
        except OSError as error:
            self._forget(path + ".new")
            raise HalError("store: %s, %d bytes, cannot be written: %s" % (name, len(data), error))

    def _forget(self, path):
        try:
            os.remove(path)
        except OSError as error:
            if error.args[0] != _NOT_THERE:
                raise HalError("store: %s cannot be removed: %s" % (path, error))
