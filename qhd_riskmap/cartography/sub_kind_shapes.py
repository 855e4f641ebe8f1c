"""Pictograms of sub-kinds whose dangers a map must tell apart: a landslide is not a debris flow.

The outline stays that of the type, so that the type is read first. Which sub-kind has which sign stands in
``resources/rules/taxonomy.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from qhd_riskmap.cartography.symbol_shapes import SHAPES, SymbolShape


@dataclass(frozen=True, slots=True)
class SubKindShape:
    """The sign of a sub-kind and the type whose outline it has."""

    type_key: str
    shape: SymbolShape


def _of(type_key: str, *, fills: str = "", strokes: str = "", weight: float = 0.2) -> SubKindShape:
    outline = SHAPES[type_key].outline_data
    return SubKindShape(type_key, SymbolShape(outline, fills, strokes, weight))


SUB_KIND_SHAPES: Final[dict[str, SubKindShape]] = {
    # slope, arrow downhill
    "landslide": _of(
        "geological",
        fills="M .72 .68 L -.02 .6 L .24 .36 L -.5 -.28 L -.2 -.6 L .5 .06 L .7 -.14 Z",
    ),
    # cliff, falling blocks
    "rockfall": _of(
        "geological",
        fills="M -.82 -.24 L -.42 -.5 L -.42 .68 L -.82 .68 Z M -.12 -.5 L .2 -.5 L .2 -.16 "
        "L -.12 -.16 Z M .34 .0 L .68 .0 L .68 .3 L .34 .3 Z M -.22 .3 L .14 .3 "
        "L .14 .66 L -.22 .66 Z",
    ),
    # three streams
    "debris_flow": _of(
        "geological",
        strokes="M -.52 -.32 Q -.2 -.06 -.5 .2 Q -.74 .44 -.5 .68 M 0 -.56 Q .34 -.2 .02 .14 "
        "Q -.24 .42 0 .68 M .52 -.32 Q .84 -.06 .54 .2 Q .3 .44 .54 .68",
        weight=0.24,
    ),
    # arrow into a pit
    "ground_collapse": _of(
        "geological",
        strokes="M -.86 -.02 L -.4 -.02 L -.26 .56 L .26 .56 L .4 -.02 L .86 -.02 M 0 -.58 L 0 .3",
        weight=0.22,
    ),
    # steep stream
    "flash_flood": _of(
        "flood",
        strokes="M -.44 -.12 L 0 .22 L .44 -.12 M -.44 .36 L 0 .7 L .44 .36",
        weight=0.26,
    ),
    # dam and the water behind it
    "reservoir": _of(
        "flood",
        fills="M -.1 -.5 L .14 -.5 L .6 .66 L -.1 .66 Z",
        strokes="M -.62 .36 L -.1 .36",
        weight=0.36,
    ),
    # house over water
    "waterlogging": _of(
        "flood",
        fills="M -.6 .14 L 0 -.54 L .6 .14 L .38 .14 L .38 .42 L -.38 .42 L -.38 .14 Z",
        strokes="M -.46 .7 L .46 .7",
        weight=0.2,
    ),
    # breaking wave
    "storm_surge": _of(
        "flood",
        fills="M -.68 .62 C -.72 -.2 .1 -.62 .56 -.02 C .3 -.12 .06 .04 .14 .26 "
        "C .24 .46 .5 .44 .68 .34 C .64 .5 .6 .56 .52 .66 Z",
    ),
    # valve
    "pipeline_station": _of(
        "oil_gas_pipeline",
        fills="M -.6 -.42 L 0 0 L -.6 .42 Z M .6 -.42 L 0 0 L .6 .42 Z",
    ),
    # cloud and rain
    "rainstorm": _of(
        "meteorological",
        fills="M -.5 .0 C -.86 -.0 -.8 -.46 -.46 -.42 C -.4 -.8 .2 -.84 .28 -.46 "
        "C .7 -.56 .86 -.0 .46 .0 Z",
        strokes="M -.34 .2 L -.46 .66 M .06 .2 L -.06 .66 M .46 .2 L .34 .66",
        weight=0.2,
    ),
    # wind
    "gale": _of(
        "meteorological",
        strokes="M -.7 -.22 L .26 -.22 Q .56 -.26 .5 -.5 Q .36 -.72 .1 -.56 M -.7 .14 "
        "L .7 .14 M -.6 .5 L .26 .5",
        weight=0.2,
    ),
    # snow crystal
    "snowstorm": _of(
        "meteorological",
        strokes="M 0 -.7 L 0 .7 M -.6 -.36 L .6 .36 M -.6 .36 L .6 -.36",
        weight=0.24,
    ),
    # sun
    "heat": _of(
        "meteorological",
        fills="O 0 0 .34 .34",
        strokes="M 0 -.52 L 0 -.8 M 0 .52 L 0 .8 M -.52 0 L -.8 0 M .52 0 L .8 0",
        weight=0.22,
    ),
    # steps of a tailings dam
    "tailings_pond": _of(
        "other",
        fills="M -.62 .46 L -.62 -.4 L -.24 -.4 L -.24 -.1 L .1 -.1 L .1 .18 L .5 .18 L .5 .46 Z",
    ),
}
