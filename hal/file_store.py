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

    def _need_folder(self):
        """The folder is there, made now if need be; else HalError."""
        if self._there:
            return
        try:
            self._make_folder()
        except OSError as error:
            raise HalError("store: %s is not there: error %s" % (self._folder, error))
        self._there = True

    def read(self, name):
        self._need_folder()
        try:
            with open(self._folder + "/" + name, "rb") as file:
                return file.read()
        except OSError as error:
            if error.args[0] == _NOT_THERE:
                return None
            raise HalError("store: %s cannot be read: error %s" % (name, error))

    def write(self, name, data):
        path = self._folder + "/" + name
        self._need_folder()
        try:
            with open(path + ".new", "wb") as file:
                for part in data if isinstance(data, list) else (data,):
                    file.write(part)
            os.rename(path + ".new", path)
        except OSError as error:
            self._forget(path + ".new")
            raise HalError("store: %s cannot be written: %s" % (name, error))

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
