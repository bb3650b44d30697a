"""What a program asks for at an instant of civil time: docs/configuration.md, written once more."""

DAY_MS = 86_400_000
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


def rate_of(program, wall_ms, min_rate):
    """pL/day; wall_ms None: the clock is unset."""
    mode = program["mode"]
    if mode == "stopped":
        return 0
    if mode == "minimum":
        return min_rate
    if mode == "continuous":
        return program["rate_pl_per_day"]
    if wall_ms is None:
        return program["safe_rate_pl_per_day"]
    day, within_ms = divmod(wall_ms, DAY_MS)
    if mode == "flex":
        return _in_table(program["steps"], program["steps"], within_ms)
    weekday = (day + EPOCH_WEEKDAY) % 7
    patterns, days = program["patterns"], program["days"]
    return _in_table(patterns[days[weekday]], patterns[days[weekday - 1]], within_ms)


def _in_table(steps, of_yesterday, within_ms):
    rate = of_yesterday[-1][1]  # it holds until the first step of today
    for start_s, next_rate in steps:
        if start_s * 1000 > within_ms:
            break
        rate = next_rate
    return rate


def highest(program, min_rate):
    """The most that it ever asks for."""
    rates = [min_rate] if program["mode"] == "minimum" else [0]
    rates += [program.get(key, 0) for key in ("rate_pl_per_day", "safe_rate_pl_per_day")]
    rates += [rate for _, rate in program.get("steps", ())]
    for name in sorted(program.get("patterns", ())):
        rates += [rate for _, rate in program["patterns"][name]]
    return max(rates)


def in_highest_day_pl(program, min_rate):
    """What it gives on the day on which it gives most, pL: quarter by quarter of an hour."""
    quarter_ms = 900_000
    days = [
        sum(
            rate_of(program, day * DAY_MS + n * quarter_ms, min_rate) * quarter_ms
            for n in range(DAY_MS // quarter_ms)
        )
        for day in range(7)
    ]
    return max(days) // DAY_MS
