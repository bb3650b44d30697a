"""Clepsydra's pump: portable MicroPython, the same on every board, in the simulator and in the
emulated chip.
"""
