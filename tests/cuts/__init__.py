"""Power cuts of the whole pump: at every flash operation of a therapy, in every way, and again
while the pump comes back from one.

    python -m tests.cuts                     # make cuts: all of it, resumable
    walked(THERAPIES["line"], 1, Tally(...)) # one therapy
"""
