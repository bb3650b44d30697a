"""What `clepsydra bench` has beyond `python -m bench`: the commands with a pump on the line.

CPython
only.
"""
