"""The 100,000 invented hazards of `synthetic` as a register file and as a GeoPackage for the rival."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register

COUNTIES = ("130302", "130303", "130304", "130306", "130321", "130322", "130324")
_SOURCE = Provenance(
    original_text="119.6, 39.9",
    declared_reference="cgcs2000",
    method=LocationMethod.CONVERTED,
    accuracy=AccuracyClass.DIGITISED,
)


def fill_register(path: Path, table: FeatureTable, passphrase: str | None = None) -> None:
    """Make a new register with the hazards of ``table``, half of the text fields filled."""
    hazards = [_hazard(table, row) for row in range(len(table))]
    actor = Actor(name="bench")
    with (
        create_register(path, passphrase=passphrase, office=Office()) as register,
        register.unit_of_work() as work,
    ):
        work.hazards.add_many(hazards, actor)
        work.commit()


def _hazard(table: FeatureTable, row: int) -> Hazard:
    attributes: dict[str, Any] = {"threatened_people": row % 300, "scale": "小型"}
    return Hazard(
        id=UUID(int=row << 80 | row, version=4),
        name=str(table.names[row]),
        type_key=str(table.type_keys[row]),
        geometry=table.geometries[row],
        provenance=_SOURCE,
        county=COUNTIES[row % len(COUNTIES)],
        township=f"第{row % 80}镇",
        address=f"第{row % 80}镇{row % 900}村东{row % 300}米",
        unit=f"示例单位{row % 2000}有限公司",
        contact=f"联系人{row % 3000}",
        phone=f"1390335{row % 10000:04d}",
        attributes=attributes,
        level=RiskLevel.from_rank(int(table.levels[row])),
        status=HazardStatus.ASSESSED,
    )
