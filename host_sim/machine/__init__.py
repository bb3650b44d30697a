"""The simulated machine that the pump runs on, in virtual time. Runs on MicroPython and CPython."""
