"""A pump on the line and a balance under its outlet: verified over its rates, calibrated. CPython
only.
"""
