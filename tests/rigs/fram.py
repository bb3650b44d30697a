"""The driver of the FRAM over a fake one: (its module, its FramChip, the fake)."""

from types import ModuleType

from tests.contract.faked import load
from tests.fakes.fram import Fram


class Spi:
    def __init__(self, device):
        self._device = device

    def write(self, data):
        for byte in data:
            self._device.clock(byte)

    def readinto(self, buffer):
        buffer[:] = bytes(self._device.clock(0) for _ in buffer)


class Select:
    def __init__(self, device):
        self._device = device

    def set(self, active):
        self._device.select(0 if active else 1)


def fram_chip():
    machine = ModuleType("machine")
    machine.Pin = None
    module = load("hal.fram", {"machine": machine})["hal.fram"]
    fake = Fram()
    return module, module.FramChip(Spi(fake), Select(fake), "mb85rs2mta"), fake
