"""What a person at the bench runs: weighings to a verdict on the flow. CPython only; talks to a
pump, real or simulated.
"""
