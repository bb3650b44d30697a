"""The emulated RP2040: the very image that is flashed, on a chip whose pins are watched to 8 ns.

CPython only.
"""
