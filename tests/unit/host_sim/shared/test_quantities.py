"""Text with units to whole numbers and back, against exact arithmetic."""

from datetime import date, datetime, time, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.shared import dates
from host_sim.shared import quantities as q
from host_sim.shared import quantity_kinds as kinds

DAY_MS = 86_400_000

GOOD = [
    (q.parse_volume, "3.2 mL", 3_200_000_000),
    (q.parse_volume, "3.2mL", 3_200_000_000),
    (q.parse_volume, " 25 ul ", 25_000_000),
    (q.parse_volume, "25 \u00b5L", 25_000_000),  # MICRO SIGN
    (q.parse_volume, "25 \u03bcL", 25_000_000),  # GREEK SMALL LETTER MU
    (q.parse_volume, "0 mL", 0),
    (q.parse_volume, "1.9 pL", 1),
    (q.parse_calibration, "10.3 uL", 10_300_000),
    (q.parse_dose, "50 ug", 50_000),
    (q.parse_dose, "50 mcg", 50_000),
    (q.parse_dose, "1.5 mg", 1_500_000),
    (q.parse_rate, "0.5 mL/d", 500_000_000),
    (q.parse_rate, "0.5 mL / day", 500_000_000),
    (q.parse_rate, "20.8 uL/h", 499_200_000),
    (q.parse_rate, "1 nL/s", 86_400_000),
    (q.parse_dose_rate, "300 ug/d", 300_000),
    (q.parse_dose_rate, "12.5 ug/h", 300_000),
    (q.parse_flow, "0.5 mL/d", q.Amount(500_000_000, None)),
    (q.parse_flow, "300 \u00b5g/d", q.Amount(None, 300_000)),
    (q.parse_amount, "1.4 mL", q.Amount(1_400_000_000, None)),
    (q.parse_amount, "50 ug", q.Amount(None, 50_000)),
    (q.parse_concentration, "2000 ug/mL", 2_000_000),
    (q.parse_concentration, "2 mg/mL", 2_000_000),
    (q.parse_duration, "90 min", 5_400_000),
    (q.parse_duration, "7 d", 7 * DAY_MS),
    (q.parse_duration, "2 days", 2 * DAY_MS),
    (q.parse_duration, "1.5 h", 5_400_000),
    (q.parse_duration, "2 h 30 min", 9_000_000),
    (q.parse_duration, "2h 30min", 9_000_000),
    (q.parse_duration, "2 d 08:00", 2 * DAY_MS + 28_800_000),
    (q.parse_duration, "2 d 08:00:30.5", 2 * DAY_MS + 28_830_500),
    (q.parse_duration, "08:00", 28_800_000),
    (q.parse_duration, "250 ms", 250),
    (q.parse_duration, "0 s", 0),
    (q.parse_pressure, "1 bar", 100_000),
    (q.parse_pressure, "13.3 kPa", 13_300),
    (q.parse_compliance, "0.1 mL/bar", 1000),
    (q.parse_compliance, "10 uL/kPa", 10_000),
    (q.parse_voltage, "4.2 V", 4200),
    (q.parse_voltage, "4500 mV", 4500),
    (q.parse_ppt, "14.5 %", 145),
    (q.parse_ppm, "0.1 %", 1000),
    (q.parse_ppm, "50 ppm", 50),
    (q.parse_clock_error, "20 ppm", 20_000),
    (q.parse_clock_error, "-20 ppm", -20_000),
    (q.parse_time_of_day, "06:30", 23_400),
    (q.parse_time_of_day, "23:59:59", 86_399),
    (dates.parse_wall, "1970-01-01 00:00".replace("1970", "2026"), 1_767_225_600),
    (dates.parse_wall, "2026-01-05 08:00:01", 1_767_600_001),
    (dates.parse_wall, "2026-01-05T08:00:01", 1_767_600_001),
    (dates.parse_wall, datetime(2026, 1, 5, 8, 0, 1), 1_767_600_001),
    (dates.parse_wall, date(2026, 1, 1), 1_767_225_600),
    (dates.parse_wall, "2026-01-01", 1_767_225_600),
    (q.parse_time_of_day, time(6, 30), 23_400),
    (q.parse_rate, "1 mL/hour", 24 * 10**9),
    (q.parse_rate, "1 mL / 24 h", 10**9),
    (q.parse_dose_rate, "300 ug/24h", 300_000),
    (q.parse_dose_rate, "10 ug / hr", 240_000),
    (q.parse_concentration, "500 mg/L", 500_000),
    (q.parse_concentration, "500 mg/l", 500_000),
    (q.parse_duration, "2 hours 30 minutes", 9_000_000),
    (q.parse_duration, "1 day 1 hour", 90_000_000),
]


@pytest.mark.parametrize(("parse", "text", "expected"), GOOD)
def test_a_quantity_is_read_exactly(parse, text, expected):
    assert parse(text) == expected


BAD = [
    (q.parse_volume, "3.2", "has no unit", "a volume in mL, uL, nL or pL"),
    (q.parse_volume, 3.2, "has no unit: write number and unit as text", '"3.2 mL"'),
    (q.parse_volume, "", "not a number with a unit", '"3.2 mL"'),
    (q.parse_volume, "mL", "not a number with a unit", '"3.2 mL"'),
    (q.parse_volume, "3,2 mL", "not a number with a unit", '"3,2 mL"'),
    (q.parse_volume, "1e3 mL", "not a number with a unit", '"1e3 mL"'),
    (q.parse_volume, "1_000 mL", "not a number with a unit", "a volume"),
    (q.parse_volume, "1.2.3 mL", "not a number with a unit", "a volume"),
    (q.parse_volume, "nan mL", "not a number with a unit", "a volume"),
    (
        q.parse_volume,
        "\u0663 mL",
        "not a number with a unit",
        "a volume",
    ),  # ARABIC-INDIC DIGIT THREE
    (q.parse_volume, "9" * 5000 + " mL", "not a number with a unit", "..."),
    (q.parse_volume, "-3.2 mL", "is negative", "a volume"),
    (q.parse_volume, "3.2 ug", "is a dose, not a volume", "mL, uL, nL or pL"),
    (q.parse_volume, "3.2 gal", "has a unit that nobody knows", "mL, uL, nL or pL"),
    (q.parse_volume, "0.5 pL", "rounds to zero", "a volume"),
    (q.parse_volume, True, "not a text with a unit", "a volume"),
    (q.parse_volume, ["3.2 mL"], "not a text with a unit", "a volume"),
    (q.parse_calibration, "10.0000005 uL", "is too fine", "a volume"),
    (q.parse_rate, "0.5 mL", "is a volume, not a flow rate", '"0.5 mL/d"'),
    (q.parse_rate, "300 ug/d", "is a dose rate, not a flow rate", "per d, h, min or s"),
    (q.parse_dose_rate, "300 ug", "is a dose, not a dose rate", '"300 ug/d"'),
    (q.parse_flow, "300 ug", "is a dose, not a flow rate or a dose rate", '"300 ug/d"'),
    (q.parse_flow, 300, "has no unit: write number and unit as text", '"0.5 mL/d" or "300 ug/d"'),
    (q.parse_amount, "0.5 mL/d", "is a flow rate, not a volume or a dose", "mL"),
    (q.parse_concentration, "2000 ug", "is a dose, not a concentration", '"2000 ug/mL"'),
    (q.parse_concentration, "2000.0005 ng/mL", "is too fine", "a concentration"),
    (q.parse_duration, "90", "has no unit", '"90 min"'),
    (q.parse_duration, 90, "has no unit", '"90 min"'),
    (q.parse_duration, "10 mL", "is a volume, not a duration", "d, h, min, s or ms"),
    (
        q.parse_duration,
        "30 min 2 h",
        "does not go from the larger unit to the smaller",
        "a duration",
    ),
    (q.parse_duration, "1 h 1 h", "does not go from the larger unit to the smaller", "a duration"),
    (
        q.parse_duration,
        "2 h 08:00",
        "time of day after something else than whole days",
        "days and hh:mm",
    ),
    (
        q.parse_duration,
        "1.5 d 08:00",
        "time of day after something else than whole days",
        "days and hh:mm",
    ),
    (q.parse_duration, "2 d 25:00", "has no time of day that there is", "days and hh:mm"),
    (q.parse_duration, "-2 d", "is negative", "a duration"),
    (q.parse_duration, "2 d later", "not a number with a unit", "a duration"),
    (q.parse_duration, "2 d\n08:00 x", "has no time of day that there is", "\\n"),
    (q.parse_pressure, "1 mmHg", "has a unit that nobody knows", "bar, kPa, mbar or Pa"),
    (q.parse_compliance, "0.1 mL", "is a volume, not a compliance", '"0.1 mL/bar"'),
    (q.parse_voltage, "4500 V/h", "has a unit that nobody knows", "mV or V"),
    (q.parse_ppt, "0.05 %", "is too fine", "a share"),
    (q.parse_ppt, "5", "has no unit", '"10 %"'),
    (q.parse_clock_error, "5 %", "is a share, not a clock error", '"20 ppm"'),
    (q.parse_time_of_day, "24:00", "is not a time of day", "00:00 to 23:59:59"),
    (q.parse_time_of_day, "6 h", "is not a time of day", '"06:30"'),
    (q.parse_time_of_day, 6, "is not a time of day", '"06:30"'),
    (dates.parse_wall, "2026-13-05 00:00", "is not a date and time", "YYYY-MM-DD hh:mm"),
    (
        dates.parse_wall,
        datetime(2026, 1, 5, tzinfo=timezone.utc),
        "has a time zone",
        "without a time zone",
    ),
    (dates.parse_wall, "1969-01-01 00:00", "is not a date and time", "years 2000 to 2099"),
    (dates.parse_wall, 1_767_571_200, "is not a date and time", '"2026-01-05 08:00"'),
]


@pytest.mark.parametrize(("parse", "raw", "fault", "help_part"), BAD)
def test_a_bad_quantity_is_refused_with_what_is_wrong_and_what_would_do(
    parse, raw, fault, help_part
):
    with pytest.raises(q.QuantityError) as caught:
        parse(raw)
    message = str(caught.value)
    assert fault in message and help_part in message
    assert "\n" not in message and len(message) < 400


decimals = st.tuples(st.integers(0, 10**12), st.integers(0, 9))


@given(decimals, st.sampled_from(kinds.KINDS[:4]), st.data())
def test_a_delivered_quantity_is_the_floor_of_the_exact_value(decimal, kind, data):
    digits, places = decimal
    unit = data.draw(st.sampled_from(sorted(kind.units)))
    exact = Fraction(digits, 10**places) * kind.units[unit]
    text = "%d.%0*d %s" % (digits // 10**places, max(places, 1), digits % 10**places, unit)
    parse = {
        "a volume": q.parse_volume,
        "a dose": q.parse_dose,
        "a flow rate": q.parse_rate,
        "a dose rate": q.parse_dose_rate,
    }[kind.name]
    if 0 < exact < 1:
        with pytest.raises(q.QuantityError, match="rounds to zero"):
            parse(text)
    else:
        assert parse(text) == exact.numerator // exact.denominator


@given(st.integers(0, 10**15))
def test_a_written_volume_reads_back_as_itself(pl):
    assert q.parse_volume(q.format_volume(pl)) == pl


@given(st.integers(0, 10**15))
def test_a_written_rate_reads_back_as_itself(pl_per_day):
    assert q.parse_rate(q.format_rate(pl_per_day)) == pl_per_day


@given(st.integers(0, 10**13))
def test_a_written_instant_reads_back_as_itself(ms):
    assert q.parse_duration(q.format_instant(ms)) == ms


@given(st.integers(0, 10**7))
def test_a_written_share_reads_back_as_itself(ppm):
    assert q.parse_ppm(q.format_share(ppm)) == ppm


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["d", "h", "min", "s", "ms"])),
        min_size=1,
        max_size=5,
        unique_by=lambda p: p[1],
    )
)
def test_a_sum_of_durations_is_the_sum(parts):
    size = {"d": DAY_MS, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}
    parts.sort(key=lambda part: -size[part[1]])
    assert q.parse_duration(" ".join("%d %s" % part for part in parts)) == sum(
        n * size[unit] for n, unit in parts
    )


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"[-+]?[0-9.,e]{0,6} ?[a-zA-Z/%:0-9 ]{0,8}"),
        st.integers(),
        st.floats(),
        st.none(),
        st.lists(st.text()),
    )
)
def test_whatever_is_read_only_a_quantity_error_comes_of_it(raw):
    for parse in {parse for parse, _, _ in GOOD}:
        try:
            parse(raw)
        except q.QuantityError as error:
            assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "00:00"),
        (DAY_MS, "1 d"),
        (201_600_000, "2 d 08:00"),
        (12_345_000, "03:25:45"),
        (12_345_678, "03:25:45.678"),
        (86_399_999, "23:59:59.999"),
    ],
)
def test_an_instant_is_written_as_in_a_scenario(ms, text):
    assert q.format_instant(ms) == text


@pytest.mark.parametrize(
    ("pl", "text"),
    [
        (0, "0 pL"),
        (1_400_000_000, "1.4 mL"),
        (25_000_000, "0.025 mL"),
        (3_125, "3.125 nL"),
        (7, "7 pL"),
    ],
)
def test_a_volume_is_written_in_a_unit_that_suits_it(pl, text):
    assert q.format_volume(pl) == text
