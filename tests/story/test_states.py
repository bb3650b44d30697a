"""The table of states says all there is to say about each."""

from firmware import states


def state_constants():
    names = [
        name for name in dir(states) if name.isupper() and isinstance(getattr(states, name), int)
    ]
    return {name: getattr(states, name) for name in names if not name.startswith("BY_")}


def test_every_state_has_the_name_it_is_written_with():
    assert {name: code for code, name in states.NAMES.items()} == state_constants()


def test_every_state_says_from_where_it_is_entered():
    assert set(states.ENTER_FROM) == set(states.NAMES)
    for state, sources in states.ENTER_FROM.items():
        assert sources, states.NAMES[state]
        assert state not in sources, states.NAMES[state]
        for source in sources:
            assert source in states.NAMES


def test_no_state_is_a_trap():
    """From each state there is a way to INFUSING, and the pump comes up STOPPED."""
    reached = {states.INFUSING}
    for _ in states.NAMES:
        for state in reached.copy():
            reached.update(states.ENTER_FROM[state])
    assert reached == set(states.NAMES)


def test_a_fault_is_never_left_straight_into_infusing():
    assert states.FAULT not in states.ENTER_FROM[states.INFUSING]
    assert states.FAULT in states.ENTER_FROM[states.STOPPED]


def test_reasons_have_numbers_of_their_own():
    reasons = [getattr(states, name) for name in dir(states) if name.startswith("BY_")]
    assert len(reasons) == len(set(reasons))
