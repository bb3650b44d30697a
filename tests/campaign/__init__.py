"""The hostile campaign: random therapies with random faults, judged by an oracle that shares no
code with the firmware (CPython only).

    python -m tests.campaign --therapies 10000

- draw.py, mishaps.py: one whole number, the seed, becomes a Therapy
- drive.py, bench.py: the real firmware goes through it on the simulated machine; a Record is kept
- oracle/: judges a Record; imports nothing of the project but record.py and wire.py
- mutants.py: firmware with one mend taken back, and the seed that finds it
"""
