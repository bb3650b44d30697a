"""Does the stated interval hold the truth, and how fast is the analysis. CPython only."""
