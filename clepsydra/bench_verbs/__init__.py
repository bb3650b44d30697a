"""What `clepsydra bench` has beyond `python -m bench`: commands with a pump on the line. CPython
only.
"""
