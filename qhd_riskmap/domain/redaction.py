"""Makes public values of registered hazards: the only place where a `PublicHazard` comes to be.

Redaction happens before drawing. What reaches a writer has passed an allow-list of fields, lies on
the release grid and is ordered by its public content, so that neither a serial number nor the day of
registration shows. Types that may not be shown become numbers per area, or nothing.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.differencing import Difference, Disclosure, SafeCounts
from qhd_riskmap.domain.hazard import Hazard, HazardStatus, Secrecy, anchor_of
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import CountArea, CountResult, PublicCount
from qhd_riskmap.domain.public_coverage import PublicCoverage, coverage_values, kept_coverage
from qhd_riskmap.domain.public_geometry import generalised
from qhd_riskmap.domain.public_places import PublicPlace
from qhd_riskmap.domain.release_decision import (
    NO_DECISIONS,
    ReleaseDecision,
    decided_class,
    keeps_more_back,
)
from qhd_riskmap.domain.release_rules import ReleaseRules, clean_public_text
from qhd_riskmap.domain.taxonomy import EventClass, HazardType, ReleaseClass, taxonomy

CELL_M: Mapping[ReleaseClass, float] = {
    ReleaseClass.GRID_100M: 100.0,
    ReleaseClass.GRID_1KM: 1000.0,
}
_MINT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHazard:
    """What the public may know of one hazard. Only `redact` makes one.

    Attributes:
        public_id: Derived from the public content alone; no link to the register.
        geometry: CGCS2000 degrees, every vertex a node of the release grid.
        cell_m: Cell size of that grid, metres.
        county: Division code at the *published* position.
        name: "" where the type's names are not public.
        unit: Responsible unit, natural disasters only.
        advice: What people should do.
    """

    public_id: str
    type_key: str
    sub_kind: str
    level: RiskLevel | None
    county: str
    township: str
    name: str
    unit: str
    advice: str
    geometry: BaseGeometry
    cell_m: float
    minted: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.minted is not _MINT:
            raise TypeError("only qhd_riskmap.domain.redaction makes public hazards")

    def anchor(self) -> tuple[float, float]:
        """A point on the published geometry: longitude and latitude, degrees."""
        return anchor_of(self.geometry)

    @property
    def label(self) -> str:
        """The public name, or the Chinese name of what it is."""
        return self.name or self.sub_kind or taxonomy().get(self.type_key).label

    def __reduce__(self) -> tuple[Any, ...]:
        # The mint mark does not travel to child processes by itself.
        values = [getattr(self, name) for name in _PUBLIC_FIELDS]
        return (_revived, tuple(values))


_PUBLIC_FIELDS = (
    "public_id", "type_key", "sub_kind", "level", "county", "township", "name", "unit", "advice",
    "geometry", "cell_m",
)  # fmt: skip


def _revived(*values: Any) -> PublicHazard:
    return PublicHazard(**dict(zip(_PUBLIC_FIELDS, values, strict=True)), minted=_MINT)


@dataclass(frozen=True, kw_only=True)
class PublicSet:
    """Everything a public product may be made of.

    Attributes:
        hazards: Ordered by public content.
        counts: Types that are public as numbers only, small cells merged.
        excluded: Reason → number of records left out; never which.
        small_cells: ``(area name, type key)`` below the bound before merging; for the control
            sheet, not for the public.
        places: Villages and townships people may look for; of the office's geography, not of records.
        differences: What the numbers and earlier releases would have singled out together before
            cells were merged for it; for the officer, not for the public.
        coverage: Where has been surveyed for what (`domain.public_coverage`); empty where nobody has
            recorded it.
        remedies: How many remediation tasks are finished and open (`domain.public_remedies`); empty where
            no product tells it. An approval number is for the map and is not bound to them.
    """

    hazards: tuple[PublicHazard, ...]
    counts: tuple[PublicCount, ...]
    excluded: Mapping[str, int] = field(default_factory=dict)
    small_cells: tuple[tuple[str, str], ...] = ()
    places: tuple[PublicPlace, ...] = ()
    differences: tuple[Difference, ...] = ()
    coverage: tuple[PublicCoverage, ...] = ()
    remedies: tuple[PublicCount, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over the public content; what an approval number is bound to."""
        content: dict[str, Any] = {
            "hazards": [_content(hazard) for hazard in self.hazards],
            "counts": _count_values(self.counts),
        }
        if self.places:
            content["places"] = [astuple(place) for place in self.places]
        if self.coverage:  # contents of before it was published keep their hash
            content["coverage"] = coverage_values(self.coverage)
        return hashlib.sha256(_canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAreas:
    """Where published positions belong.

    Attributes:
        city: Root of the counting areas.
        county_at: Division code at (longitude, latitude); must answer everywhere.
        county_names: Division code → name.
        township_at: Township at (longitude, latitude) or ""; None where no township polygons are
            loaded, then the record's own township is used.
    """

    city: CountArea
    county_at: Callable[[float, float], str]
    county_names: Mapping[str, str]
    township_at: Callable[[float, float], str] | None = None


# Reasons in `PublicSet.excluded`.
SOCIAL_SECURITY = "social_security"
NOT_PUBLIC = "secrecy"
CLOSED = "closed"
DELETED = "deleted"
ELSEWHERE = "elsewhere"
TOO_FEW = "too_few"
DECIDED = "decided"


def release_class(
    hazard: Hazard, decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS
) -> ReleaseClass:
    """How the hazard may be published; `NEVER` whatever other settings say for some."""
    hazard_type = taxonomy().get(hazard.type_key)
    never = exclusion(hazard, hazard_type)
    return ReleaseClass.NEVER if never else _class_of(hazard, hazard_type, decided)


def exclusion(hazard: Hazard, hazard_type: HazardType) -> str:
    """Why the hazard is left out of every public product, or ""."""
    never = hazard_type.release_class is ReleaseClass.NEVER
    if never or hazard_type.event_class is EventClass.SOCIAL_SECURITY:
        return SOCIAL_SECURITY
    if hazard.secrecy is not Secrecy.PUBLIC:
        return NOT_PUBLIC
    if hazard.deleted_at is not None:
        return DELETED
    return CLOSED if hazard.status is HazardStatus.CLOSED else ""


def redact(
    hazards: Iterable[Hazard],
    *,
    rules: ReleaseRules,
    areas: PublicAreas,
    county: str | None = None,
    earlier: Sequence[Disclosure] = (),
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> PublicSet:
    """Everything the public may know of ``hazards``.

    Args:
        hazards: Records of the register, any order.
        rules: Allow-lists, advice and the small-cell bound.
        areas: Where positions belong.
        county: Only this division; judged at the published position.
        earlier: Numbers of all earlier releases, which must not tell more together with these.
        decided: Records that go out otherwise than their type, by a recorded decision.
    """
    return redact_and_place(
        hazards, rules=rules, areas=areas, county=county, earlier=earlier, decided=decided
    )[0]


def redact_and_place(
    hazards: Iterable[Hazard],
    *,
    rules: ReleaseRules,
    areas: PublicAreas,
    county: str | None = None,
    earlier: Sequence[Disclosure] = (),
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> tuple[PublicSet, dict[str, tuple[float, str]]]:
    """As `redact`, and where each record is shown.

    Returns:
        The public set, and by record id the cell size in metres and the geometry on the grid (WKB
        hex). The latter ties records to public positions and never leaves the register.
    """
    places: dict[str, tuple[float, str]] = {}
    excluded: Counter[str] = Counter()
    shown: list[PublicHazard] = []
    counted: list[Hazard] = []
    for hazard in hazards:
        hazard_type = taxonomy().get(hazard.type_key)
        reason = exclusion(hazard, hazard_type)
        shown_as = _class_of(hazard, hazard_type, decided)
        if reason:
            excluded[reason] += 1
        elif shown_as is ReleaseClass.NEVER:
            excluded[DECIDED] += 1
        elif shown_as is ReleaseClass.COUNT:
            counted.append(hazard)
            excluded[ELSEWHERE] += county not in (None, _division_of(hazard, areas))
        else:
            texts = free_texts(hazard, rules, decided)
            public = _publish(hazard, CELL_M[shown_as], texts, rules, areas)
            if county in (None, public.county):
                shown.append(public)
                places[str(hazard.id)] = (
                    public.cell_m,
                    shapely.to_wkb(public.geometry, hex=True),
                )
            else:
                excluded[ELSEWHERE] += 1
    past = SafeCounts(areas.city.code, areas.county_names, earlier, rules.small_cell_k)
    result, singled = _counted(counted, areas, past, county)
    if result.withheld:
        excluded[TOO_FEW] = result.withheld
    return replace(_assembled(shown, result, +excluded), differences=singled), places


def _counted(
    hazards: Sequence[Hazard], areas: PublicAreas, past: SafeCounts, county: str | None
) -> tuple[CountResult, tuple[Difference, ...]]:
    """Numbers of the city, or those of them that belong on the sheet of one division.

    The city is merged first whatever the sheet. A division's sheet with a number that the city's
    merges would, taken from the city's sum, give back what was merged.
    """
    city, found = past.count(
        [(h.type_key, _division(_division_of(h, areas), areas)) for h in hazards], areas.city.code
    )
    if county is None:
        return city, found
    printed = {count.type_key for count in city.counts if count.area_code == county}
    here = [hazard for hazard in hazards if _division_of(hazard, areas) == county]
    # Townships of the whole city would be hundreds of numbers; a county's own sheet has room.
    parted, found = past.count(
        [(h.type_key, _township(h, areas)) for h in here if h.type_key in printed], county
    )
    name = areas.county_names.get(county, county)
    small = {(area, key) for area, key in city.small if area == name} | set(parted.small)
    result = CountResult(
        counts=parted.counts,
        withheld=parted.withheld + sum(h.type_key not in printed for h in here),
        small=tuple(sorted(small)),
    )
    return result, found


def _assembled(
    shown: list[PublicHazard], result: CountResult, excluded: Mapping[str, int]
) -> PublicSet:
    shown.sort(key=_public_order)
    return PublicSet(
        hazards=tuple(_told_apart(shown)),
        counts=tuple(sorted(result.counts, key=_count_order)),
        excluded=dict(sorted(excluded.items())),
        small_cells=result.small,
    )


def _told_apart(shown: Iterable[PublicHazard]) -> Iterator[PublicHazard]:
    """The same hazards; those alike in everything public get numbered ids."""
    seen: Counter[str] = Counter()
    for public in shown:
        seen[public.public_id] += 1
        twin = seen[public.public_id]
        yield public if twin == 1 else _renamed(public, f"{public.public_id}-{twin}")


def frozen(public: PublicSet) -> bytes:
    """The public content as the release register keeps it, so that any release can be made again."""
    document = {
        "hazards": [
            [
                *(getattr(hazard, name) for name in _PUBLIC_FIELDS if name != "geometry"),
                shapely.to_wkb(hazard.geometry, hex=True),
            ]
            for hazard in public.hazards
        ],
        "counts": _count_values(public.counts),
        "excluded": dict(public.excluded),
        "places": [astuple(place) for place in public.places],
        "coverage": coverage_values(public.coverage),
        "remedies": _count_values(public.remedies),
    }
    return zlib.compress(_canonical(document), 9)


def thawed(content: bytes) -> PublicSet:
    """The public content of a past release; it was redacted when it was made.

    Raises:
        ValueError: The content is not what `frozen` made.
    """
    try:
        document = json.loads(zlib.decompress(content))
        plain = [name for name in _PUBLIC_FIELDS if name != "geometry"]
        hazards = []
        for *values, wkb in document["hazards"]:
            fields = dict(zip(plain, values, strict=True))
            fields["level"] = RiskLevel(fields["level"]) if fields["level"] else None
            fields["geometry"] = shapely.from_wkb(wkb)
            hazards.append(PublicHazard(**fields, minted=_MINT))
        counts = _kept_counts(document["counts"])
        # Releases made before pages knew places hold none.
        places = tuple(
            PublicPlace(name=name, area=area, lon=lon, lat=lat)
            for name, area, lon, lat in document.get("places", ())
        )
        return PublicSet(
            hazards=tuple(hazards), counts=counts, excluded=document["excluded"], places=places,
            coverage=kept_coverage(document.get("coverage", ())),
            remedies=_kept_counts(document.get("remedies", ())),
        )  # fmt: skip
    except (zlib.error, KeyError, TypeError, shapely.GEOSException) as error:
        raise ValueError("not a frozen public content") from error


def _count_values(counts: Iterable[PublicCount]) -> list[list[Any]]:
    return [[c.area_code, c.area_name, c.type_key, c.level, c.n, c.merged] for c in counts]


def _kept_counts(values: Iterable[Sequence[Any]]) -> tuple[PublicCount, ...]:
    return tuple(
        PublicCount(
            area_code=code, area_name=name, type_key=key,
            level=RiskLevel(level) if level else None, n=n, merged=merged,
        )
        for code, name, key, level, n, merged in values
    )  # fmt: skip


def free_texts(
    hazard: Hazard, rules: ReleaseRules, decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS
) -> dict[str, str]:
    """The texts of a record that its class of event lets out, by field.

    A name would undo the decision to tell less of the place.
    """
    if keeps_more_back(hazard, decided):
        return {"name": "", "unit": "", "township": ""}
    allowed = rules.public_texts[taxonomy().get(hazard.type_key).event_class]
    return {
        "name": hazard.name if "name" in allowed else "",
        "unit": hazard.unit if "unit" in allowed else "",
        "township": hazard.township,
    }


def _class_of(
    hazard: Hazard, hazard_type: HazardType, decided: Mapping[UUID, ReleaseDecision]
) -> ReleaseClass:
    """The type's class, or the one that was decided for this record."""
    return decided_class(hazard, hazard_type, decided)


def _publish(
    hazard: Hazard,
    cell_m: float,
    said: Mapping[str, str],
    rules: ReleaseRules,
    areas: PublicAreas,
) -> PublicHazard:
    geometry = generalised(hazard.geometry, cell_m)
    lon, lat = anchor_of(geometry)
    texts = {name: clean_public_text(text) for name, text in said.items()}
    if areas.township_at is not None:
        texts["township"] = areas.township_at(lon, lat)
    elif not _township_fits(texts["township"], cell_m, rules):
        texts["township"] = ""
    hazard_type = taxonomy().get(hazard.type_key)
    # Only sub-kinds of the shipped list: anything else is a free text nobody has judged.
    sub_kind = hazard.sub_kind if hazard.sub_kind in hazard_type.sub_kinds else ""
    public = PublicHazard(
        public_id="",
        type_key=hazard.type_key,
        sub_kind=sub_kind,
        level=hazard.level,
        # At the node, not at the true place: else the division would cut the cell in two.
        county=areas.county_at(lon, lat),
        **texts,
        advice=rules.advice.get(hazard.type_key, ""),
        geometry=geometry,
        cell_m=cell_m,
        minted=_MINT,
    )
    return _with_id(public)


def _township_fits(township: str, cell_m: float, rules: ReleaseRules) -> bool:
    """Whether a township that somebody typed may be printed beside a node.

    Any other text may hold anything, and on the coarse grid the township of the true place would say
    on which side of a border inside the cell it lies.
    """
    return cell_m <= CELL_M[ReleaseClass.GRID_100M] and rules.is_township(township)


def _with_id(public: PublicHazard) -> PublicHazard:
    return _renamed(public, hashlib.sha256(_canonical(_content(public))).hexdigest()[:12])


def _renamed(public: PublicHazard, public_id: str) -> PublicHazard:
    values = {name: getattr(public, name) for name in _PUBLIC_FIELDS}
    return PublicHazard(**{**values, "public_id": public_id}, minted=_MINT)


def _division_of(hazard: Hazard, areas: PublicAreas) -> str:
    # A code that is no division today may be any text and must not be printed as an area.
    known = hazard.county in areas.county_names
    return hazard.county if known else areas.county_at(*hazard.anchor())


def _division(code: str, areas: PublicAreas) -> CountArea:
    return CountArea(code=code, name=areas.county_names[code], parent=areas.city)


def _township(hazard: Hazard, areas: PublicAreas) -> CountArea:
    """The township below its division, which is the root of its own sheet."""
    code = _division_of(hazard, areas)
    root = CountArea(code=code, name=areas.county_names[code])
    name = areas.township_at(*hazard.anchor()) if areas.township_at else ""
    return CountArea(code=f"{root.code}/{name}", name=name, parent=root) if name else root


def _content(public: PublicHazard) -> list[Any]:
    return [
        public.type_key, public.sub_kind, public.level, public.county, public.township, public.name,
        public.unit, public.advice, public.cell_m, shapely.to_wkb(public.geometry, hex=True),
    ]  # fmt: skip


def _count_order(count: PublicCount) -> tuple[Any, ...]:
    return (_type_order().index(count.type_key), count.area_code, count.merged)


def _type_order() -> list[str]:
    return [hazard_type.key for hazard_type in taxonomy().types]


def _public_order(public: PublicHazard) -> tuple[Any, ...]:
    order = _type_order()
    rank = public.level.rank if public.level else len(RiskLevel) + 1
    return (order.index(public.type_key), rank, *(str(value) for value in _content(public)))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
