"""Public GeoPackage: hazards on their grid, numbers, coverage, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.formats.public.public_tables import (
    ABOUT_KEYS,
    COUNT_KEYS,
    COVERAGE_KEYS,
    HAZARD_COLUMNS,
    Value,
    about_rows,
    count_rows,
    coverage_rows,
)
from qhd_riskmap.formats.public.vector_layers import stopped_clock, write_layer

_DRIVER: Final = "GPKG"
_TABLE: Final = {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES"}


def write_geopackage(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write layer ``hazards`` and tables ``counts``, ``coverage`` and ``about``.

    Without a spatial index: its boxes are rounded outwards to single precision, and a corner that is
    no published position cannot be told from one that gives a place away.
    """
    with stopped_clock():
        write_layer(
            path,
            {column.key: [column.value(h) for h in public.hazards] for column in HAZARD_COLUMNS},
            driver=_DRIVER,
            layer="hazards",
            shapes=[hazard.geometry for hazard in public.hazards],
            kind="Unknown",
            layer_options={"SPATIAL_INDEX": "NO", "FID": "fid"},
            # GeoPackage 1.2, which the GIS of any office reads without a warning.
            dataset_options={"VERSION": "1.2"},
        )
        for name, keys, rows in (
            ("counts", COUNT_KEYS, count_rows(public)),
            ("coverage", COVERAGE_KEYS, coverage_rows(public)),
            ("about", ABOUT_KEYS, about_rows(public, edition)),
        ):
            write_layer(
                path, _columns(keys, rows), driver=_DRIVER, layer=name, layer_options=_TABLE
            )


def _columns(keys: Sequence[str], rows: Iterable[Sequence[Value]]) -> dict[str, list[Value]]:
    held = list(rows)
    return {key: [row[at] for row in held] for at, key in enumerate(keys)}
