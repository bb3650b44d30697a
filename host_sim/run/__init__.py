"""Starts a simulated pump in an interpreter or on the emulated chip, and reads what it left.

CPython only.
"""
