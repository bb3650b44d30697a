"""The commands of the bench, a module each: HELP, add_arguments(parser), run(arguments).

CPython only.
"""
