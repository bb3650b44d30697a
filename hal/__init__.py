"""What a pump needs of a machine: one contract (`contract.py`) and a backend per chip family."""
