"""Tools of the tests: types, cross-compilation, stubs, the runner of stories."""
