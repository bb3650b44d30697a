"""Fake chips: the modules that MicroPython brings on a board, as its documentation promises them,
in virtual time.
"""
