"""Golden rows of therapy: worked examples that a test has with the same numbers. The line holds 272
uL, 140 in the tubing and 132 in the catheter, and a step is 3125 pL.
"""

from tests.trace.row import Row

GOLDEN = (
    Row("G1", "300 ug/day at 2000 ug/mL are 0.15 mL/day"),
    Row("G2", "100 ug/day at 500 ug/mL are 0.2 mL/day"),
    Row("G3", "333.333 ug/day at 2000 ug/mL are 0.1666665 mL/day"),
    Row("G4", "New pump and catheter: 272 uL in 979.2 s at 24 mL/day"),
    Row("G5", "After a back-table prime: 132 uL in 475.2 s"),
    Row(
        "G6", "Tubing alone: 140 uL in 504 s; on a catheter full of drug it is refused, with 66 ug"
    ),
    Row(
        "G7",
        "A front is 11 % of the catheter wide at 24 mL/day, 1.9, 1.7 and 2.6 % at therapy rates",
    ),
    Row("G8", "Without a prime the first drug takes 32.64 h at 0.2, 43.52 h at 0.15 mL/day"),
    Row("G9", "Bridge A, 500 to 2000 at 300 ug/day: 0.6 mL/day, 10.88 h, then 0.15 mL/day"),
    Row("G10", "Bridge B, 2000 to 500 at 300 ug/day: 0.15 mL/day, 43.52 h, then 0.6 mL/day"),
    Row("G11", "Bridge A and B left out: 408 ug too little, 408 ug too much"),
    Row("G12", "Bridge C, 2000 to 1000 at 450 ug/day: 0.225 mL/day, 29.01 h, then 0.45 mL/day"),
    Row("G13", "Bridge C left out: 272 ug too much"),
    Row("G14", "Bridge A with a tubing of 199 uL: 13.24 h; left out 496.5 ug too little"),
    Row("G15", "132 uL of 2000 ug/mL in a catheter that was not aspirated: 264 ug"),
    Row("G16", "A titration from 100 ug by 30, 15 and 5 % a day, to the ng"),
    Row("G17", "Lockout 4 h, 4 a day, asked for seven times in 24 h"),
    Row("G18", "20 ug at 2000 ug/mL in 10 min: 10 uL, 3200 steps"),
    Row("G19", "40 mL, 36 out, 9.3 withdrawn: 14.7 % too little, an alarm"),
    Row("G20", "40 mL, 36 out, 2.0 withdrawn: 5.6 % too much, at the line of 2 mL"),
    Row("G21", "20 mL, 17 out, 5.5 withdrawn: 14.7 % too little, an alarm"),
    Row("G22", "20 mL, 17 out, 1.5 withdrawn: 8.8 % too much, a note"),
    Row("G23", "40 mL, low at 2, 0.15 mL/day: 253 days; to empty 266"),
    Row("G24", "The same with four boluses of 10 uL a day: 200 days exactly"),
    Row("G25", "20 mL, low at 3, 0.6 mL/day and three boluses of 40 uL: 23 days"),
    Row("G26", "1.5 mL of 500 under 18.5 mL of 2000 ug/mL: 1887.5 ug/mL"),
    Row("G27", "0.5 mL of 500 under 19.5 mL of 2000 ug/mL: 1962.5 ug/mL"),
    Row("G28", "1.5 mL of 2000 under 18.5 mL of 500 ug/mL: 612.5 ug/mL"),
    Row("G29", "In use since 15 Mar 2025: due 16 Dec 2031, over 15 Mar 2032"),
    Row("G30", "In use since 29 Feb 2024: over 28 Feb 2031"),
    Row("G31", "Turns in seven years: 38 351 at 0.15, 230 108 at 0.9 mL/day"),
    Row(
        "G32",
        "Laminar flow lets drug out after half a prime, 489.6 s: 34 ug at 500, 136 at 2000 ug/mL",
    ),
    Row("G33", "200 typed for 2000 ug/mL: 1.5 for 0.15 mL/day, 3000 ug/day, 12 for 120 days"),
    Row("G34", "A stall of 40 steps takes 72 s at 0.15, 225 s at 0.048, 30 min at 0.006 mL/day"),
)
