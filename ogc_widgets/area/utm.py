"""Universal Transverse Mercator, exact to less than a millimetre, without a library.

Krüger's series in the third flattening, to the sixth order, as given by Karney,
"Transverse Mercator with an accuracy of a few nanometers" (J. Geodesy 85, 2011),
equations 7 to 36. Boxes in UTM are what servers ask for most often after degrees, so
they must not depend on an optional package.
"""

from __future__ import annotations

import math

_A_M = 6_378_137.0  # semi-major axis of WGS 84 and GRS 80
_F = 1 / 298.257223563  # GRS 80 differs by less than 0.1 mm on the ground
_N = _F / (2 - _F)
_E = math.sqrt(_F * (2 - _F))
_SCALE = 0.9996
_FALSE_EASTING_M = 500_000.0
_FALSE_NORTHING_M = 10_000_000.0  # in the southern hemisphere
_RADIUS_M = _A_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)

_n = [_N**power for power in range(7)]
_ALPHA = (
    _n[1] / 2
    - 2 * _n[2] / 3
    + 5 * _n[3] / 16
    + 41 * _n[4] / 180
    - 127 * _n[5] / 288
    + 7891 * _n[6] / 37800,
    13 * _n[2] / 48
    - 3 * _n[3] / 5
    + 557 * _n[4] / 1440
    + 281 * _n[5] / 630
    - 1983433 * _n[6] / 1935360,
    61 * _n[3] / 240
    - 103 * _n[4] / 140
    + 15061 * _n[5] / 26880
    + 167603 * _n[6] / 181440,
    49561 * _n[4] / 161280 - 179 * _n[5] / 168 + 6601661 * _n[6] / 7257600,
    34729 * _n[5] / 80640 - 3418889 * _n[6] / 1995840,
    212378941 * _n[6] / 319334400,
)
_BETA = (
    _n[1] / 2
    - 2 * _n[2] / 3
    + 37 * _n[3] / 96
    - _n[4] / 360
    - 81 * _n[5] / 512
    + 96199 * _n[6] / 604800,
    _n[2] / 48
    + _n[3] / 15
    - 437 * _n[4] / 1440
    + 46 * _n[5] / 105
    - 1118711 * _n[6] / 3870720,
    17 * _n[3] / 480 - 37 * _n[4] / 840 - 209 * _n[5] / 4480 + 5569 * _n[6] / 90720,
    4397 * _n[4] / 161280 - 11 * _n[5] / 504 - 830251 * _n[6] / 7257600,
    4583 * _n[5] / 161280 - 108847 * _n[6] / 3991680,
    20648693 * _n[6] / 638668800,
)


def central_meridian(zone: int) -> float:
    """Longitude in degrees of the middle of a zone (1 to 60)."""
    return 6.0 * zone - 183.0


def forward(
    longitude: float, latitude: float, zone: int, *, south: bool
) -> tuple[float, float]:
    """Easting and northing in metres of a position in degrees."""
    away = (longitude - central_meridian(zone) + 180) % 360 - 180
    lam, phi = math.radians(away), math.radians(latitude)
    tau = _conformal(math.tan(phi))
    xi = math.atan2(tau, math.cos(lam))
    eta = math.asinh(math.sin(lam) / math.hypot(tau, math.cos(lam)))
    x, y = eta, xi
    for number, alpha in enumerate(_ALPHA, start=1):
        x += alpha * math.cos(2 * number * xi) * math.sinh(2 * number * eta)
        y += alpha * math.sin(2 * number * xi) * math.cosh(2 * number * eta)
    easting = _FALSE_EASTING_M + _SCALE * _RADIUS_M * x
    northing = _SCALE * _RADIUS_M * y + (_FALSE_NORTHING_M if south else 0.0)
    return easting, northing


def inverse(
    easting_m: float, northing_m: float, zone: int, *, south: bool
) -> tuple[float, float]:
    """Longitude and latitude in degrees of a position in metres."""
    eta = (easting_m - _FALSE_EASTING_M) / (_SCALE * _RADIUS_M)
    xi = (northing_m - (_FALSE_NORTHING_M if south else 0.0)) / (_SCALE * _RADIUS_M)
    x, y = eta, xi
    for number, beta in enumerate(_BETA, start=1):
        x -= beta * math.cos(2 * number * xi) * math.sinh(2 * number * eta)
        y -= beta * math.sin(2 * number * xi) * math.cosh(2 * number * eta)
    conformal = math.sin(y) / math.hypot(math.sinh(x), math.cos(y))
    tau = conformal
    for _ in range(6):  # Newton; two steps suffice, six cost nothing
        wrong = conformal - _conformal(tau)
        slope = math.hypot(1, _conformal(tau)) * math.hypot(1, tau)
        tau += wrong / slope * (1 + (1 - _E**2) * tau**2) / (1 - _E**2)
    longitude = math.degrees(math.atan2(math.sinh(x), math.cos(y)))
    longitude = (longitude + central_meridian(zone) + 180) % 360 - 180
    return longitude, math.degrees(math.atan(tau))


def _conformal(tau: float) -> float:
    """Tangent of the conformal latitude (Karney, equations 7 and 8)."""
    sigma = math.sinh(_E * math.atanh(_E * tau / math.hypot(1, tau)))
    return tau * math.hypot(1, sigma) - sigma * math.hypot(1, tau)
