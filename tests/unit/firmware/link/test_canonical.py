"""The canonical form is that of the host, byte for byte: digests are compared."""

import json

from hypothesis import given
from hypothesis import strategies as st

from firmware.link.canonical import canonical

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_a_value_is_written_as_the_host_writes_it(value):
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def test_it_is_ascii_whatever_the_text():
    written = canonical({"day": 'S\u00fcd "\u2603" \U0001f4a7\n'})
    assert written == b'{"day":"S\\u00fcd \\"\\u2603\\" \\ud83d\\udca7\\n"}'
