"""One file per board: pins, chip, backend, parts, timing limits. Data, no logic; `python -m
boards.check` reads them all.
"""
