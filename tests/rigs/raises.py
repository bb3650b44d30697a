"""What a story may use beside bare asserts; runs on CPython and on MicroPython."""


def raises(exception, call, *words):
    """Call `call()` and check that it raises `exception` with every one of `words` in its text.
    Answers the exception.

        raises(ConfigError, lambda: Config(text), "reservoir.low", "at most")

    AssertionError if it returns, or if a word is missing; any other exception passes through."""
    try:
        result = call()
    except exception as error:
        text = str(error)
        for word in words:
            assert str(word) in text, "%r is missing in the message: %s" % (word, text)
        return error
    raise AssertionError(
        "nothing was raised, %s was expected; the call answered %r" % (exception.__name__, result)
    )
