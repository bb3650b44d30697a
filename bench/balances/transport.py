"""Bytes to and from a balance, and the time of the bench: the two things that a driver is handed.

A driver does not know whether they are real. `serial_port.SerialPort` with `host_clock.HostClock`
is a balance on a wire. `bench.rehearse.wire.SimWire` with `bench.rehearse.virtual_clock.SimClock`
is a simulated one in virtual time. CPython only.
"""

from datetime import datetime


class LinkLost(Exception):
    """The cable is out, or the device is gone. Characters under way are lost; `open` may be tried
    again.
    """


class Transport:
    """A line to a balance. Not open until `open`."""

    def open(self) -> None:
        """Raises LinkLost, with the reason and what to do, if it cannot be opened."""
        raise NotImplementedError

    def close(self) -> None:
        """Never raises; closing what is closed does nothing."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        raise NotImplementedError

    def read(self, timeout_s: float) -> bytes:
        """The bytes that are there, or the first to come within `timeout_s`.

        b"" if there are none, maybe sooner. Raises LinkLost.
        """
        raise NotImplementedError


class Clock:
    """The time of the bench: s from an unknown zero, and it never goes back."""

    def now_s(self) -> float:
        raise NotImplementedError

    def wait_until_s(self, instant_s: float) -> None:
        """Return at the instant, or at once if it is past."""
        raise NotImplementedError

    def wall(self) -> datetime:
        """Civil time in UTC, as a datetime without a zone: for the record, and for a gap across a
        restart of the computer.
        """
        raise NotImplementedError

    def zero(self) -> str:
        """A text that names the instant `now_s` counts from: another one after a restart of the
        computer.
        """
        raise NotImplementedError
