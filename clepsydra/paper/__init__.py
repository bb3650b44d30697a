"""What is printed: reports, the identity card, the log; all of it from what the pump returned.
CPython only.
"""
