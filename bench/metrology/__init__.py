"""The equation of the flow, its uncertainty, the trumpet, the verdict. CPython only."""
