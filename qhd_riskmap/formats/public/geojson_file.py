"""Public GeoJSON (RFC 7946): allow-listed properties, grid positions, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from qhd_riskmap.domain.public_coverage import coverage_notes
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.formats.public.masthead import masthead
from qhd_riskmap.i18n import _


def write_geojson(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write one feature per public hazard; counts and masthead are foreign members."""
    document = {
        "type": "FeatureCollection",
        "metadata": masthead(edition),
        "counts": [
            {
                "area": count.area_name,
                "area_code": count.area_code,
                "merged": count.merged,
                "type": count.type_key,
                "type_name": _(taxonomy().get(count.type_key).label),
                "count": count.n,
            }
            for count in public.counts
        ],
        "coverage": [
            {
                "area": cell.area_name,
                "area_code": cell.area_code,
                "county": cell.division,
                "type": cell.type_key,
                "type_name": _(taxonomy().get(cell.type_key).label),
                "standing": cell.standing.value,
                "standing_name": _(cell.standing.label),
                "surveyed_on": cell.surveyed_on,
            }
            for cell in public.coverage
        ],
        "coverage_notes": [note + _("。") for note in coverage_notes(public.coverage)],
        "features": [_feature(hazard) for hazard in public.hazards],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes((text + "\n").encode("utf-8"))


def _feature(hazard: PublicHazard) -> dict[str, Any]:
    hazard_type = taxonomy().get(hazard.type_key)
    properties = {
        "name": hazard.name,
        "type": hazard.type_key,
        "type_name": _(hazard_type.label),
        "sub_kind": hazard.sub_kind,
        "level": hazard.level.value if hazard.level else "",
        "level_name": _(hazard.level.label) if hazard.level else _("未评级"),
        "county": hazard.county,
        "county_name": regions().get(hazard.county).name,
        "township": hazard.township,
        "unit": hazard.unit,
        "advice": hazard.advice,
        "cell_m": hazard.cell_m,
    }
    return {
        "type": "Feature",
        "id": hazard.public_id,
        "properties": properties,
        "geometry": _geometry(hazard),
    }


def _geometry(hazard: PublicHazard) -> Any:
    # RFC 7946 §3.1.6 wants exterior rings counterclockwise.
    return json.loads(shapely.to_geojson(shapely.orient_polygons(hazard.geometry)))
