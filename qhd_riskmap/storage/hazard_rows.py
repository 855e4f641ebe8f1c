"""Translates between `Hazard` values and the columns of table ``hazard``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import (
    NO_ATTRIBUTES,
    NO_EXTRAS,
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.storage.search_text import search_text

# Order of the values made by `values_of` and read by `hazard_of`; the geometry comes last.
COLUMNS = (
    "id", "code", "name", "type_key", "sub_kind", "level", "status", "secrecy", "county",
    "township", "address", "unit", "regulator", "contact", "phone", "found_on", "batch_id",
    "attributes", "extras", "notes", "alias_codes", "original_text", "declared_reference",
    "location_method", "accuracy", "revision", "created_at", "created_by", "updated_at",
    "updated_by", "deleted_at",
)  # fmt: skip
STORED = (*COLUMNS, "search_text")

_LEVELS: Mapping[int, RiskLevel | None] = MappingProxyType(
    {0: None} | {level.rank: level for level in RiskLevel}
)
_STATUSES = {item.value: item for item in HazardStatus}
_SECRECIES = {item.value: item for item in Secrecy}
_METHODS = {item.value: item for item in LocationMethod}
_ACCURACIES = {item.value: item for item in AccuracyClass}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def to_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is."""
    return _encode(value)


def instant_text(instant: datetime | None) -> str | None:
    """ISO text of an aware instant."""
    return instant.isoformat() if instant is not None else None


def values_of(hazard: Hazard) -> tuple[Any, ...]:
    """The values of `STORED` for one hazard."""
    source = hazard.provenance
    return (
        str(hazard.id),
        hazard.code,
        hazard.name,
        hazard.type_key,
        hazard.sub_kind,
        hazard.level.rank if hazard.level else 0,
        hazard.status.value,
        hazard.secrecy.value,
        hazard.county,
        hazard.township,
        hazard.address,
        hazard.unit,
        hazard.regulator,
        hazard.contact,
        hazard.phone,
        hazard.found_on.isoformat() if hazard.found_on else None,
        str(hazard.batch_id) if hazard.batch_id else None,
        _encode(dict(hazard.attributes)) if hazard.attributes else "{}",
        _encode(dict(hazard.extras)) if hazard.extras else "{}",
        hazard.notes,
        _encode(hazard.alias_codes) if hazard.alias_codes else "[]",
        source.original_text,
        source.declared_reference,
        source.method.value,
        source.accuracy.value,
        hazard.revision,
        instant_text(hazard.created_at),
        hazard.created_by,
        instant_text(hazard.updated_at),
        hazard.updated_by,
        instant_text(hazard.deleted_at),
        search_text(hazard),
    )


def hazard_of(row: Sequence[Any], geometry: BaseGeometry) -> Hazard:
    """The hazard that the values of `COLUMNS` describe."""
    (
        hazard_id, code, name, type_key, sub_kind, level, status, secrecy, county, township,
        address, unit, regulator, contact, phone, found_on, batch_id, attributes, extras, notes,
        alias_codes, original_text, declared_reference, method, accuracy, revision, created_at,
        created_by, updated_at, updated_by, deleted_at,
    ) = row  # fmt: skip
    return Hazard(
        id=UUID(hazard_id),
        code=code,
        name=name,
        type_key=type_key,
        sub_kind=sub_kind,
        geometry=geometry,
        provenance=Provenance(
            original_text=original_text,
            declared_reference=declared_reference,
            method=_METHODS[method],
            accuracy=_ACCURACIES[accuracy],
        ),
        county=county,
        township=township,
        address=address,
        unit=unit,
        regulator=regulator,
        contact=contact,
        phone=phone,
        found_on=date.fromisoformat(found_on) if found_on else None,
        batch_id=UUID(batch_id) if batch_id else None,
        attributes=_frozen(attributes) if attributes != "{}" else NO_ATTRIBUTES,
        extras=_frozen(extras) if extras != "{}" else NO_EXTRAS,
        level=_LEVELS[level],
        secrecy=_SECRECIES[secrecy],
        status=_STATUSES[status],
        notes=notes,
        alias_codes=tuple(json.loads(alias_codes)) if alias_codes != "[]" else (),
        revision=revision,
        created_at=_instant(created_at),
        created_by=created_by,
        updated_at=_instant(updated_at),
        updated_by=updated_by,
        deleted_at=_instant(deleted_at),
    )


def _frozen(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
