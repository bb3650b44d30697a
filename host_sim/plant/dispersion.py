"""How a front between two fluids widens on its way along a tube, in whole numbers.

Along a straight tube the front takes the shape of the error function, and its variance grows by
2 K dt with K = D (1 + Pe^2 / 48), Pe = u a / D [Taylor 1953; Aris 1956]. As a volume (x times the
cross section A) that is 2 D A^2 dt + a^2 / (24 D) q^2 dt for a flow q: the first part is diffusion,
the second shear. It holds for flows that last longer than a^2 / D, some 140 s in a bore of 0.53 mm;
in a front that is younger than that the real one is narrower, and ahead of it runs a thin thread.

What has gone past the tip by then is plug flow and, for each front, its step in concentration times
`spread_pl`. That is zero far from the tip, so that no drug is made or lost, and as large on both
sides of it, so that the mean arrival is that of plug flow.
"""

D_NM2_PER_MS = 500_000  # of baclofen in water at 37 degrees, 5e-10 m2/s: a bench default
NM3_PER_PL = 10**12
FAR = 5  # standard deviations: nothing of a front is farther away
_PER = 8  # entries of the table in a standard deviation
_UNIT = 10_000_000
# phi(z) - z Q(z) at z = n / 8, in units of 1e-7: what a front has sent ahead beyond plug flow
# fmt: off
_AHEAD = (
    3_989_423, 3_395_550, 2_863_447, 2_391_688, 1_977_966, 1_619_200, 1_311_669, 1_051_164,
    833_155, 652_953, 505_869, 387_344, 293_068, 219_062, 161_738, 117_931,
    84_907, 60_352, 42_346, 29_325, 20_041, 13_515, 8_992, 5_902,
    3_822, 2_441, 1_537, 955, 585, 353, 210, 123,
    71, 41, 23, 13, 7, 4, 2, 1,
    1,
)
# fmt: on


class Growth:
    """How fast the variance of a front grows in a tube of this bore, nm; 0 for a line of no length,
    in which none can.
    """

    def __init__(self, bore_nm):
        radius_nm = bore_nm // 2
        area_nm2 = 355 * bore_nm * bore_nm // (4 * 113)
        self._shear_ms = radius_nm * radius_nm // (24 * D_NM2_PER_MS)
        self._diffusion = 2 * D_NM2_PER_MS * area_nm2 * area_nm2 // (NM3_PER_PL * NM3_PER_PL)

    def of(self, flow_pl, dt_ms):
        """By how much, pL^2, while `flow_pl` passed in dt_ms > 0."""
        return flow_pl * flow_pl * self._shear_ms // dt_ms + self._diffusion * dt_ms


def spread_pl(variance_pl2, distance_pl):
    """What a front with this variance has sent past a point at this distance (>= 0, on either side)
    beyond plug flow, pL at a step in concentration of one.
    """
    sigma_pl = root(variance_pl2)
    if distance_pl >= FAR * sigma_pl:
        return 0
    place, rest = divmod(distance_pl * _PER, sigma_pl)
    ahead = _AHEAD[place] - (_AHEAD[place] - _AHEAD[place + 1]) * rest // sigma_pl
    return sigma_pl * ahead // _UNIT


def root(number):
    """The whole square root of a whole number >= 0: no float, which a board has in single."""
    if number < 2:
        return number
    found = 1
    while found * found <= number:
        found <<= 1
    while True:
        better = (found + number // found) >> 1
        if better >= found:
            return found
        found = better
