"""Civil dates in whole numbers: a day is counted from 1970-01-01, in UTC.

    day_of(2032, 3, 15)          # 22719
    date_of(22719)               # (2032, 3, 15)
    months_later(22719, 84)      # 25275, the same day of the month, or the last that this has

The Gregorian calendar, by eras of 400 years that begin with a March; years 1970 on.
"""

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_OF_ERA = 146_097  # 400 years, after which the calendar begins anew
_ERA_TO_EPOCH = 719_468  # from 0000-03-01 to 1970-01-01


def day_of(year, month, day):
    """Days from 1970-01-01 to a date that there is; month and day from 1."""
    # A year begins with March here: the leap day is its last.
    year_from_march = year if month > 2 else year - 1
    era, year_of_era = divmod(year_from_march, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    leap_days = year_of_era // 4 - year_of_era // 100
    return era * _DAYS_OF_ERA + year_of_era * 365 + leap_days + day_of_year - _ERA_TO_EPOCH


def date_of(day):
    """(year, month, day) of a count of days from 1970-01-01."""
    era, day_of_era = divmod(day + _ERA_TO_EPOCH, _DAYS_OF_ERA)
    leap_days = day_of_era // 1460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leap_days) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    from_march = (5 * day_of_year + 2) // 153
    month = (from_march + 2) % 12 + 1
    year = era * 400 + year_of_era + (1 if month < 3 else 0)
    return year, month, day_of_year - (153 * from_march + 2) // 5 + 1


def months_later(day, months):
    """The same day of the month so many months (>= 0) later; the last of a month without it."""
    year, month, day_of_month = date_of(day)
    more_years, month_from_0 = divmod(month - 1 + months, 12)
    year += more_years
    return day_of(year, month_from_0 + 1, min(day_of_month, _days_in(year, month_from_0 + 1)))


def _days_in(year, month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS[month - 1]
