"""Weighings without hardware, in virtual time. CPython only."""
