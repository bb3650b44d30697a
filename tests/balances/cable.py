"""A cable between a balance and the computer: two pseudo-terminals, and a thread that carries the
bytes.

with Cable(tmp_path / "ttyBALANCE") as cable:
    cable.balance_end       the device that the balance is started on
    cable.path              the device that the driver opens; it comes and goes with the plug
    cable.pull(); cable.plug()
    cable.say(b"...")       noise, towards the computer
    cable.change = f        every chunk towards the computer arrives as f(chunk)
"""

import os
import pty
import select
import threading
import tty


class Cable:
    def __init__(self, path):
        self.path = path
        self.change = bytes
        self._balance, self._balance_slave = _terminal()
        self.balance_end = os.ttyname(self._balance_slave)
        self._host = self._host_slave = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._carrier = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self):
        self.plug()
        self._carrier.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._carrier.join()
        self.pull()
        os.close(self._balance)
        os.close(self._balance_slave)

    def plug(self):
        with self._lock:
            self._host, self._host_slave = _terminal()
            self.path.symlink_to(os.ttyname(self._host_slave))

    def pull(self):
        """As with a USB adapter: the device is gone, and whoever has it open gets an error."""
        with self._lock:
            if self._host is None:
                return
            self.path.unlink()
            os.close(self._host)
            os.close(self._host_slave)
            self._host = self._host_slave = None

    def say(self, data):
        with self._lock:
            os.write(self._host, data)

    def _carry(self):
        while not self._over.is_set():
            with self._lock:
                ends = [end for end in (self._balance, self._host) if end is not None]
                for end in select.select(ends, [], [], 0)[0]:
                    data = os.read(end, 4096)
                    if end == self._host:
                        os.write(self._balance, data)
                    elif self._host is not None:
                        os.write(self._host, self.change(data))
            self._over.wait(0.002)


def _terminal():
    """(master, slave) of a terminal that passes every byte as it is.

    The slave stays open, so that nobody's closing it ends the wire.
    """
    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave
