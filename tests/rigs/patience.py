"""How long a test waits for another process before it says that it hangs. CPython only.

No machine is so slow: nothing that a test judges depends on how long something takes.
"""

HANGS_S = 1800
