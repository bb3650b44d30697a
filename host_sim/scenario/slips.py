"""A rate beyond what the pump may do, and the unit that was probably meant. CPython only."""

from collections.abc import Callable, Iterator

from host_sim.shared.quantities import Amount, QuantityError, format_rate, parse_flow, shown

_SMALLER = (("mg/", "ug/"), ("ug/", "ng/"), ("mL/", "uL/"), ("uL/", "nL/"), ("mg/", "ng/"))
_LONGER = (("/h", "/d"), ("/hour", "/d"), ("/min", "/h"), ("/min", "/d"))


def too_fast(
    raw: object,
    rate: int,
    highest: int,
    conc_ng_per_ml: int | None,
    fits: Callable[[str], bool],
) -> str:
    """What is wrong with a rate above the highest, both in pL/day: what was written, what that is,
    by how much it is too fast, and what was meant if another unit would fit.
    """
    told = "is %s" % format_rate(rate)
    if isinstance(raw, str):
        told = "%s %s" % (shown(raw), told)
        if conc_ng_per_ml and "g" in raw:
            told += " at %s ug/mL" % format(conc_ng_per_ml / 1000, ".10g")
    if rate >= 2 * highest:
        told += ", %d times the maximum" % (rate // highest)
    meant = next((text for text in _other_units(raw) if fits(text)), None)
    return told + (": did you mean %s?" % shown(meant) if meant else "")


def fits(text: str, least: int, highest: int, volume_of: Callable[[Amount], int | None]) -> bool:
    """Whether a flow that somebody may have meant lies within the limits."""
    try:
        rate = volume_of(parse_flow(text))
    except QuantityError:
        return False
    return rate is not None and least <= rate <= highest


def _other_units(raw: object) -> Iterator[str]:
    """The same number with another unit: a longer time first, then a smaller amount."""
    if not isinstance(raw, str):
        return
    text = raw.replace(" /", "/").replace("/ ", "/").replace("mcg/", "ug/")
    for swaps in (_LONGER, _SMALLER):
        for written, meant in swaps:
            if written in text and (swaps is _SMALLER or text.endswith(written)):
                yield text.replace(written, meant)
