"""The image that is flashed: its sources, its tool-chain, its build, and how it gets onto a board.

CPython only.
"""
