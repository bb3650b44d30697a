"""Lines as the makers' documents print them, and what each is."""

from decimal import Decimal

import pytest

from bench.balances import PROTOCOLS, protocol

PRINTED = {
    "mt-sics": [
        ("S S     100.00 g", "stable", "100.00", "g"),
        ("S D     129.02 g", "unstable", "129.02", "g"),
        ("S S      -0.15 mg", "stable", "-0.15", "mg"),
        ("SI D  12.34567 g", "garbage", None, ""),  # 9 characters where the number has 10
        ("SI D   12.34567 g", "unstable", "12.34567", "g"),
        ("S D -1234567.8901 g", "unstable", "-1234567.8901", "g"),
        ("S I", "busy", None, ""),
        ("S +", "overload", None, ""),
        ("S -", "underload", None, ""),
        ("ES", "refused", None, ""),
        ("S S     100.00 lb", "refused", None, "lb"),
        ("T S     100.00 g", "other", None, ""),
        ('I4 A "B021002593"', "other", None, ""),
        ("S S     1O0.00 g", "garbage", None, ""),
        ("S S 1.2.3 g", "garbage", None, ""),
        ("", "garbage", None, ""),
    ],
    "sbi": [
        ("+   123.56 g  ", "stable", "123.56", "g"),
        ("+   123.56    ", "unstable", "123.56", ""),
        ("N     +   123.56 g  ", "stable", "123.56", "g"),
        ("N     - 0.0123 mg ", "garbage", None, ""),
        ("N     -   0.0123 mg ", "stable", "-0.0123", "mg"),
        ("+ 123.5[6] g  ", "stable", "123.56", "g"),
        ("+   123,56 kg ", "stable", "123.56", "kg"),
        ("G#    +   123.56 g  ", "other", None, ""),
        ("T1    +    23.56 g  ", "other", None, ""),
        ("      High    ", "overload", None, ""),
        ("      H       ", "overload", None, ""),
        ("Stat        Low     ", "underload", None, ""),
        ("Stat     Cal.Int.   ", "busy", None, ""),
        ("      --      ", "busy", None, ""),
        ("Err 54        ", "refused", None, ""),
        ("Stat  APP.ERR       ", "refused", None, ""),
        ("+  123 .56 g  ", "garbage", None, ""),
        ("01.02.2026 10:15", "garbage", None, ""),
    ],
    "a-and-d": [
        ("ST,+00123.45  g", "stable", "123.45", "g"),
        ("ST,+00001.27  g", "stable", "1.27", "g"),
        ("US,-00183.69  g", "unstable", "-183.69", "g"),
        ("ST,+0012.345 mg", "stable", "12.345", "mg"),
        ("ST,+00012345  g", "stable", "12345", "g"),
        ("OL,+9999999E+19", "overload", None, ""),
        ("OL,-9999999E+19", "underload", None, ""),
        ("QT,+00012345 PC", "refused", None, ""),
        ("EC,E02", "busy", None, ""),
        ("EC,E01", "refused", None, ""),
        ("\x06", "other", None, ""),
        ("ST,+0123.45  g", "garbage", None, ""),
        ("ST,+00123.45 lb", "refused", None, "lb"),
    ],
    "ohaus": [
        ("    192.21 g", "stable", "192.21", "g"),
        ("      0.01 g ?", "unstable", "0.01", "g"),
        ("    -12.73 g    ?", "unstable", "-12.73", "g"),
        ("     12.73 g     ", "stable", "12.73", "g"),
        ("    192.08 g NET", "stable", "192.08", "g"),
        ("     0.211 kg ?", "unstable", "0.211", "kg"),
        ("    0.4500 oz    ", "refused", None, "oz"),
        ("          3 PCS  ?", "refused", None, "PCS"),
        ("Err 8.3", "overload", None, ""),
        ("Error 8.4", "underload", None, ""),
        ("ES", "refused", None, ""),
        ("OK!", "other", None, ""),
        ("192.21 g", "garbage", None, ""),  # the number has lost its place
        ("    192.21", "garbage", None, ""),
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "kind", "number", "unit"),
    [(name, *row) for name, rows in PRINTED.items() for row in rows],
)
def test_a_line_is_what_the_maker_says_it_is(name, text, kind, number, unit):
    line = PROTOCOLS[name].understand(text)
    assert (line.kind, line.value, line.unit) == (
        kind,
        None if number is None else Decimal(number),
        unit,
    )


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_kind_of_a_line_has_been_printed(name):
    kinds = {kind for _, kind, _, _ in PRINTED[name]}
    assert {
        protocol.STABLE,
        protocol.UNSTABLE,
        protocol.OVERLOAD,
        protocol.UNDERLOAD,
        protocol.REFUSED,
        protocol.OTHER,
        protocol.GARBAGE,
    } <= kinds
