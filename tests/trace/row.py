"""A row of docs/trace.md."""

from collections import namedtuple

# key: as the tests name it; says: what is asked for, or what goes wrong; why: why no test holds it,
# None where one does
Row = namedtuple("Row", "key says why", defaults=(None,))
