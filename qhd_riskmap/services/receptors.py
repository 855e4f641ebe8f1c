"""The register of receptors: lists of villages, schools, hospitals and the rest come in and are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import shapely

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.receptor import Receptor, kind_of
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import Field, FieldKind, clean_text, parse_value
from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.survey_header_rows import find_header
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import file_content, read_survey
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, parse_angle
from qhd_riskmap.geo.datum_words import named_datums
from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.references import CGCS2000, Reference, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.survey_places import PLACE_FIELDS, PLACES_NAMESPACE
from qhd_riskmap.storage.engine import Register

_OUTLINES: Final = frozenset({".geojson", ".json"})
_PEOPLE: Final = Field(key="people", label="人数", kind=FieldKind.INTEGER, unit="人", minimum=0)
_HOUSEHOLDS: Final = Field(
    key="households", label="户数", kind=FieldKind.INTEGER, unit="户", minimum=0
)
_KNOWN: Final = ("name", "kind", "people", "households", "county", "township", "address", "contact", "phone")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row of a list cannot be taken.

    Attributes:
        row: Row of the sheet, or number of the feature, from 1.
    """

    row: int
    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptorPreview:
    """What a list holds.

    Attributes:
        datum: What its coordinates were taken for.
        notes: Words for a kind that are not known; they count as 其他.
    """

    file: str
    receptors: tuple[Receptor, ...]
    problems: tuple[RowProblem, ...]
    datum: str
    notes: tuple[str, ...] = ()


class ReceptorService:
    """Use cases of receptors, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def preview(self, path: Path, datum: Reference | None = None) -> ReceptorPreview:
        """Read a list without storing anything: all problems at once, good rows kept.

        Args:
            path: A sheet with name, kind, people, longitude and latitude, or GeoJSON of any shapes.
            datum: Of its coordinates; None takes what header or sheet name say, else CGCS2000.

        Raises:
            UnreadableFileError: It cannot be read, or is no such list.
        """
        self._actor.require(Permission.IMPORT)
        if path.suffix.lower() in _OUTLINES:
            rows, reference = _features(path), datum or CGCS2000
        else:
            rows, reference = _sheet_rows(path, datum)
        receptors: dict[UUID, Receptor] = {}
        problems = []
        for number, facts, shape in rows:
            try:
                found = _receptor(facts, shape, reference)
            except _UnusableRowError as why:
                problems.append(
                    RowProblem(row=number, name=facts.get("name", ""), message=str(why))
                )
                continue
            if found.id in receptors:
                words = _("与前面的一行同名、同类、同县区，只取前面的。")
                problems.append(RowProblem(row=number, name=found.name, message=words))
            else:
                receptors[found.id] = found
        unknown = {r.kind for r in receptors.values() if kind_of(r.kind).key == "other"}
        return ReceptorPreview(
            file=path.name,
            receptors=tuple(receptors.values()),
            problems=tuple(problems),
            datum=reference.text,
            notes=tuple(sorted(unknown - {"其他", ""})),
        )

    def commit(self, preview: ReceptorPreview) -> tuple[int, Changes]:
        """Store the good rows; those named, of a kind and county again replace the stored ones."""
        self._actor.require(Permission.IMPORT)
        with self._register.unit_of_work() as work:
            count = work.places.add_receptors(preview.receptors, self._actor)
            work.commit()
        return count, Changes(receptors=True)

    def all(self) -> list[Receptor]:
        """All receptors in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.places.receptors()

    def remove(self, ids: Sequence[UUID]) -> Changes:
        """Take receptors out of force."""
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.places.remove_receptors(ids, self._actor)
            work.commit()
        return Changes(receptors=True)


Row = tuple[int, Mapping[str, str], Any]


class _UnusableRowError(Exception):
    """Why a row gives no receptor."""


def _receptor(facts: Mapping[str, str], shape: Any, reference: Reference) -> Receptor:
    name = (clean_text(facts.get("name")) or "").strip()
    if not name:
        raise _UnusableRowError(_("缺少名称。"))
    if isinstance(shape, str):
        raise _UnusableRowError(shape)
    kind = clean_text(facts.get("kind")) or ""
    people = _counted(_PEOPLE, facts.get("people"))
    if people is None and kind_of(kind).peopled:
        words = _("缺少人数；“{kind}”须写明人数，没有人写 0。")
        raise _UnusableRowError(words.format(kind=kind or _("未写类别")))
    geometry = _placed(shape, reference)
    anchor = geometry.representative_point()
    if not boundaries().inside_context(anchor.x, anchor.y):
        raise _UnusableRowError(_("位置不在本市及相邻市范围内，请核对坐标。"))
    county = _county(facts.get("county", ""), anchor)
    return Receptor(
        id=uuid5(PLACES_NAMESPACE, f"receptor|{name}|{kind}|{county}"),
        name=name,
        kind=kind,
        people=people or 0,
        households=_counted(_HOUSEHOLDS, facts.get("households")),
        geometry=geometry,
        county=county,
        **{key: facts.get(key, "") for key in ("township", "address", "contact", "phone")},
        extras={k: v for k, v in facts.items() if k not in {*_KNOWN, "lon", "lat"} and v},
    )


def _counted(field: Field, text: str | None) -> int | None:
    tidy = clean_text(text)
    if tidy is None:
        return None
    value, issue = parse_value(field, tidy)
    if value is None:
        raise _UnusableRowError(issue.message if issue else tidy)
    return int(value)


def _placed(shape: Any, reference: Reference) -> Any:
    if reference == CGCS2000:
        return shapely.force_2d(shape)

    def shifted(xy: Any) -> Any:
        return shapely.get_coordinates(shapely.points(*to_cgcs2000(xy[:, 0], xy[:, 1], reference)))

    return shapely.transform(shapely.force_2d(shape), shifted)


def _county(text: str, anchor: Any) -> str:
    found = regions().recognise(text) if text else None
    if found is not None and found.code in {region.code for region in regions().current()}:
        return found.code
    return boundaries().county_at(anchor.x, anchor.y) or ""


def _sheet_rows(path: Path, datum: Reference | None) -> tuple[list[Row], Reference]:
    for sheet in read_survey(path):
        header = find_header(sheet, PLACE_FIELDS)
        if header is None:
            continue
        heads: dict[int, str] = {}
        for index, names in enumerate(header.names):
            field = next((f for n in names if (f := recognise_header(n, PLACE_FIELDS))), None)
            if field is not None and field.key not in heads.values():
                heads[index] = field.key
            elif names:
                heads[index] = names[0]
        if not {"name", "lon", "lat"} <= set(heads.values()):
            continue
        named = named_datums((sheet.name, *(header.header(i) for i in range(sheet.width)))).only
        stated = parse_reference(named.value) if named is not None else CGCS2000
        found: list[Row] = []
        for place in range(header.bottom + 1, sheet.height):
            cells = sheet.row(place)
            facts = {key: (clean_text(cells[index]) or "") for index, key in heads.items()}
            if any(facts.values()):
                found.append((sheet.first_row + place, facts, _point(facts)))
        return found, datum or stated
    raise _no_list(path)


def _point(facts: Mapping[str, str]) -> Any:
    """The place, or why there is none."""
    try:
        return shapely.Point(parse_angle(facts["lon"]), parse_angle(facts["lat"]))
    except CoordinateTextError as error:
        return _("坐标有误：{reason}").format(reason=error)


def _features(path: Path) -> list[Row]:
    try:
        document = json.loads(file_content(path).decode("utf-8-sig"))
        return [
            (number, _facts(feature.get("properties") or {}), _shape(feature.get("geometry")))
            for number, feature in enumerate(document["features"], start=1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_list(path) from error


def _facts(properties: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for head, value in properties.items():
        field = recognise_header(str(head), PLACE_FIELDS)
        key = str(head) if str(head) in _KNOWN else field.key if field else str(head)
        facts[key] = "" if value is None else str(value)
    return facts


def _shape(raw: Any) -> Any:
    try:
        shape: Any = shapely.geometry.shape(raw)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return _("图形读不懂。")
    if shape.is_empty or shape.geom_type == "GeometryCollection":
        return _("没有图形。")
    return shape if shape.is_valid else shapely.make_valid(shape)


def _no_list(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        _("“{name}”不是受体名单。").format(name=path.name),
        hint=_("表格需要名称、类别、人数、经度、纬度；或 GeoJSON，属性含名称、类别、人数。"),
    )
