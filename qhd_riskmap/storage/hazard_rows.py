"""Translates between `Hazard` values and the columns of table ``hazard``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import (
    NO_ATTRIBUTES,
    NO_EXTRAS,
    AccuracyClass,
    AttributeValue,
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
# What `values_of`, an action and a geometry blob set.
SETTINGS = ", ".join(f"{name} = ?" for name in (*STORED, "action", "geometry"))
# A record in the history is a JSON array: the number of its layout, then the values in its order.
RECORD_LAYOUT = 1
RECORD_LAYOUTS: Mapping[int, tuple[str, ...]] = {1: COLUMNS}

_LEVELS: Mapping[int, RiskLevel | None] = MappingProxyType(
    {0: None} | {level.rank: level for level in RiskLevel}
)
_RANKS = {level: rank for rank, level in _LEVELS.items()}
# Plain strings: the driver binds subclasses of str by a slow detour.
_VALUES: Mapping[StrEnum, str] = {
    item: item.value
    for kind in (HazardStatus, Secrecy, LocationMethod, AccuracyClass)
    for item in kind
}
_STATUSES = {item.value: item for item in HazardStatus}
_SECRECIES = {item.value: item for item in Secrecy}
_METHODS = {item.value: item for item in LocationMethod}
_ACCURACIES = {item.value: item for item in AccuracyClass}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def to_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is."""
    return _encode(value)


@lru_cache(maxsize=1024)
def instant_text(instant: datetime | None) -> str | None:
    """ISO text of an aware instant."""
    return instant.isoformat() if instant is not None else None


def flat_json(values: Mapping[str, AttributeValue]) -> str:
    """`to_json` of a mapping of plain values, five times as fast."""
    if not values:
        return "{}"
    pairs = [f"{_quoted(key)}:{_scalar_json(values[key])}" for key in sorted(values)]
    return "{" + ",".join(pairs) + "}"


def _scalar_json(value: AttributeValue) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    return _encode(value)


_quoted = lru_cache(maxsize=4096)(encode_basestring)


def values_of(hazard: Hazard) -> tuple[Any, ...]:
    """The values of `STORED` for one hazard."""
    return (*record_of(hazard), search_text(hazard))


def record_of(hazard: Hazard) -> tuple[Any, ...]:
    """The values of `COLUMNS` for one hazard."""
    source = hazard.provenance
    return (
        str(hazard.id),
        hazard.code,
        hazard.name,
        hazard.type_key,
        hazard.sub_kind,
        _RANKS[hazard.level],
        _VALUES[hazard.status],
        _VALUES[hazard.secrecy],
        hazard.county,
        hazard.township,
        hazard.address,
        hazard.unit,
        hazard.regulator,
        hazard.contact,
        hazard.phone,
        _day_text(hazard.found_on),
        str(hazard.batch_id) if hazard.batch_id else None,
        flat_json(hazard.attributes),
        flat_json(hazard.extras),
        hazard.notes,
        _encode(hazard.alias_codes) if hazard.alias_codes else "[]",
        source.original_text,
        source.declared_reference,
        _VALUES[source.method],
        _VALUES[source.accuracy],
        hazard.revision,
        instant_text(hazard.created_at),
        hazard.created_by,
        instant_text(hazard.updated_at),
        hazard.updated_by,
        instant_text(hazard.deleted_at),
    )


@lru_cache(maxsize=4096)
def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def values_of_record(record: str) -> list[Any]:
    """The values of `COLUMNS` from a record in the history."""
    layout, *values = json.loads(record)
    named = dict(zip(RECORD_LAYOUTS[layout], values, strict=True))
    return [named[name] for name in COLUMNS]


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
        found_on=_day(found_on),
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


def stamped(hazard: Hazard, *, code: str, now: datetime, actor: str) -> Hazard:
    """The hazard as it is registered: revision 1, with its code and stamps.

    The same as `dataclasses.replace` without checking the unchanged values again, which takes
    several times as long.
    """
    values = list(_read_fields(hazard))
    values[_CODE] = code
    values[_STAMPS] = (1, now, actor, now, actor, None)
    copy = object.__new__(Hazard)
    for write, value in zip(_WRITERS, values, strict=True):
        write(copy, value)
    return copy


_FIELDS = tuple(item.name for item in fields(Hazard))
_read_fields = attrgetter(*_FIELDS)
_CODE = _FIELDS.index("code")
_STAMPS = slice(_FIELDS.index("revision"), _FIELDS.index("deleted_at") + 1)
_WRITERS = tuple(Hazard.__dict__[name].__set__ for name in _FIELDS)  # slots of a frozen class


def _frozen(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))


@lru_cache(maxsize=4096)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1024)
def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
