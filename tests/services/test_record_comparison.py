"""What differs between two records is said in full."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import shapely

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.services.record_comparison import side_by_side

SLIDE = Hazard(
    id=UUID(int=1),
    name="石门滑坡",
    type_key="geological",
    sub_kind="滑坡",
    geometry=shapely.Point(119.05, 39.95),
    provenance=Provenance(
        original_text="",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130324",
    attributes={"volume_m3": 1_234_567.0},
)


@pytest.mark.parametrize(
    ("volume", "shown"), [(1_234_599.0, "1234599"), (1_234_567.5, "1234567.5"), (2.5, "2.5")]
)
def test_large_numbers_that_differ_in_their_last_digits_differ(volume, shown):
    other = replace(SLIDE, id=UUID(int=2), attributes={"volume_m3": volume})
    (pair,) = (each for each in side_by_side(SLIDE, other) if each.differ)
    assert (pair.key, pair.first, pair.second) == ("volume_m3", "1234567", shown)
