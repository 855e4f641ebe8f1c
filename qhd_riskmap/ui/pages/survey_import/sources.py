"""Where coordinates come from, in the words of an officer."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.i18n import N_, _

SOURCES: Final = {
    "gcj02": N_("高德/腾讯地图"),
    "bd09": N_("百度地图"),
    "cgcs2000": N_("GPS 手持机或测绘单位（国家2000）"),
    "wgs84": N_("GPS 手持机或测绘单位"),
}
USUAL: Final[tuple[str, ...]] = ("gcj02", "bd09", "cgcs2000")


def source_label(notation: str) -> str:
    """What an officer calls a reference."""
    return _(SOURCES[notation]) if notation in SOURCES else parse_reference(notation).label


def datum_label(decided: str | None) -> str:
    """Name of a decided reference; several where rows differ."""
    if not decided:
        return _("未定")
    return _("、").join(parse_reference(part).label for part in decided.split("+"))
