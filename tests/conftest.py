"""For every test (CPython only)."""

import signal

# Who is started in the background, as by `make test &` in a script, ignores Ctrl-C, and all that it
# starts ignores it too: the tests that end a program by Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
