"""A simulated pump that is talked to while it runs: in real time, or so many times as fast.

CPython only.
"""
