"""GCJ-02, which Chinese maps and WeChat use, turned into WGS-84, which tickets carry."""

from __future__ import annotations

import math

# Krasovsky 1940's ellipsoid, on which GCJ-02's shift is computed.
_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_ROUNDS = 5


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """The point whose GCJ-02 coordinates these are, to better than a decimetre; unchanged outside China."""
    if not (0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347):
        return latitude, longitude
    found = latitude, longitude
    for _ in range(_ROUNDS):
        north, east = _shifted(*found)
        found = found[0] + latitude - north, found[1] + longitude - east
    return round(found[0], 6), round(found[1], 6)


def _shifted(latitude: float, longitude: float) -> tuple[float, float]:
    """WGS-84 to GCJ-02, by the published polynomial."""
    x, y = longitude - 105.0, latitude - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = latitude / 180.0 * math.pi
    magic = 1 - _ECCENTRICITY * math.sin(angle) ** 2
    root = math.sqrt(magic)
    north = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY) / (magic * root) * math.pi)
    east = east * 180.0 / (_AXIS / root * math.cos(angle) * math.pi)
    return latitude + north, longitude + east
