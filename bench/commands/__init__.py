"""The command line of the bench, a module a word: HELP, add_arguments(parser), run(arguments). CPython only."""
