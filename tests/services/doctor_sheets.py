"""Makes sheets for the coordinate doctor whose truth, and whether it can be found out, is known.

Every sheet is a draw of datum × text form × noise × county × kind of evidence. `Case.separable` says by
construction whether the evidence parts the hypotheses; the old datums are moved by a shift of the size that
real ones have, which the program does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import numpy as np
import shapely

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.references import BD09, GCJ02, WGS84, parse_reference
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_witnesses import Surroundings

# Invented, of the real size: some 70 and 95 m here.
TRUE_SHIFTS = {
    "EPSG:4610": DatumShift(
        name="甲", datum="EPSG:4610", numbers=(-20.0, 60.0, 25.0, 0.1, -0.2, 0.3, 1.0)
    ),
    "EPSG:4214": DatumShift(
        name="乙", datum="EPSG:4214", numbers=(12.0, -140.0, -70.0, 0.1, 0.1, -0.2, 2.0)
    ),
}
DEGREES = ("wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4610", "EPSG:4214")
PLANES = (
    "EPSG:4549", "EPSG:4528", "EPSG:4548", "EPSG:4509", "EPSG:4498", "EPSG:4527",
    "EPSG:2385", "EPSG:2364", "EPSG:2384", "EPSG:2334",
    "EPSG:2437", "EPSG:2416", "EPSG:2436", "EPSG:21420", "EPSG:32650",
)  # fmt: skip
WORDS = {
    "wgs84": ("GPS 手持机测量", "坐标系：WGS84", "手持GPS采集"),
    "cgcs2000": ("2000国家大地坐标系", "坐标系统：CGCS2000", "国家2000坐标"),
    "gcj02": ("坐标由高德地图拾取", "高德坐标", "腾讯地图取点"),
    "bd09": ("百度地图坐标", "坐标来源：百度", "BD09"),
    "EPSG:4610": ("1980西安坐标系", "西安80坐标"),
    "EPSG:4214": ("1954年北京坐标系", "北京54坐标"),
}
_SAME = {"wgs84", "cgcs2000"}
PROJECTIONS = {
    "EPSG:4549": ("中央经线120", "3度带，中央子午线120°E"), "EPSG:4528": ("3度带 40", "第40带"),
    "EPSG:4548": ("高斯投影 中央经线117", "3°带"), "EPSG:4509": ("6度带 中央经线117",),
    "EPSG:4498": ("6度带20带",), "EPSG:4527": ("三度带，带号39",), "EPSG:32650": ("UTM 50N", "UTM Zone 50"),
    "EPSG:2385": ("中央经线120",), "EPSG:2364": ("3度带40带",), "EPSG:2384": ("高斯",),
    "EPSG:2334": ("6度带",), "EPSG:2437": ("3度带",), "EPSG:2416": ("带号40",),
    "EPSG:2436": ("中央经度117",), "EPSG:21420": ("六度带20带",),
}  # fmt: skip
DEGREE_FORMS = (
    "decimal",
    "symbols",
    "chinese",
    "dashes",
    "one cell",
    "swapped",
    "packed",
    "fraction",
)
PLANE_FORMS = ("x north", "y first", "one cell", "swapped")
DEGREE_EVIDENCE = (
    "none",
    "word",
    "two words",
    "border",
    "coast",
    "records",
    "receptors",
    "two rows",
)
PLANE_EVIDENCE = ("none", "word", "projection", "new dates", "old dates", "records", "border")
PLACE_EVIDENCE = {"border", "coast", "records", "receptors"}
# Planes whose numbers another projection shares: 117° without a zone in front, and UTM 50.
AMBIGUOUS = {"EPSG:4548", "EPSG:4509", "EPSG:2384", "EPSG:2436", "EPSG:32650"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One sheet and what is true of it."""

    reference: str
    form: str
    noise_m: float
    county: str
    evidence: str
    seed: int
    sheet: SurveySheet = field(repr=False)
    terms: ImportTerms = field(repr=False)
    lon: np.ndarray = field(repr=False)
    lat: np.ndarray = field(repr=False)

    @property
    def datum(self) -> str:
        """Notation of the geographic datum."""
        return datum_of(self.reference)

    @property
    def separable(self) -> bool:
        """Whether the evidence parts the hypotheses, by construction."""
        plane = self.reference in PLANES
        old = self.datum in TRUE_SHIFTS
        if plane and self.evidence == "projection":
            return True
        if plane and self.reference in AMBIGUOUS and not (old and self.evidence == "word"):
            return False  # the projection needs places, the datum a word: one kind is not enough
        if plane:
            cgcs = self.datum == "cgcs2000"
            return self.evidence == "word" or (self.evidence == "new dates" and cgcs)
        if old:
            return self.evidence == "word"
        return self.evidence in {"word", "border", "coast", "records", "receptors"}


def datum_of(reference: str) -> str:
    if reference in PLANES:
        base = parse_reference(reference)
        if base.gnss:
            return "wgs84"
        if base.cgcs:
            return "cgcs2000"
        return "EPSG:4610" if reference.startswith("EPSG:23") else "EPSG:4214"
    return reference


def written(lon, lat, reference):
    """What a surveyor would have written down, old datums moved by their true shift."""
    base = parse_reference(reference)
    shift = TRUE_SHIFTS.get(datum_of(reference))
    if shift is not None:
        lon, lat = shift.removed(lon, lat)
    return from_cgcs2000(lon, lat, base)


def draw(seed: int) -> Case | None:
    """The case of a seed; None where a draw makes no sense (say, a coast for 青龙)."""
    rng = np.random.default_rng(seed)
    plane = bool(rng.random() < 0.4)
    reference = str(rng.choice(PLANES if plane else DEGREES))
    form = str(rng.choice(PLANE_FORMS if plane else DEGREE_FORMS))
    evidence = str(rng.choice(PLANE_EVIDENCE if plane else DEGREE_EVIDENCE))
    if datum_of(reference) in TRUE_SHIFTS:
        if evidence in PLACE_EVIDENCE and not plane:
            return (
                None  # parted from GCJ-02 and BD-09 by place, from WGS84 hardly: see its own test
            )
        if evidence == "new dates":
            return None  # unlawful since then: the presumption is recorded, it cannot be proved
    return make(rng, seed, reference, form, evidence)


def make(rng, seed: int, reference: str, form: str, evidence: str) -> Case | None:
    """A sheet of a given kind."""
    plane = reference in PLANES
    county = str(rng.choice(sorted(boundaries().counties)))
    noise_m = float(rng.choice([0.0, 1.0, 5.0, 15.0]))
    places = _places(rng, reference, evidence, county)
    if places is None:
        return None
    lon, lat = places
    turn = rng.uniform(0, 2 * np.pi, lon.size)
    away = np.abs(rng.normal(0, noise_m, lon.size))
    x, y = written(
        lon + away * np.cos(turn) / 85_000, lat + away * np.sin(turn) / 111_000, reference
    )
    names = [f"{_han(rng)}{_han(rng)}{_han(rng)}沟滑坡" for _row in range(lon.size)]
    own_county = evidence != "coast"
    declared = [regions().get(county).name if own_county else "" for _row in names]
    if own_county and lon.size >= 20:  # one wrong entry in twenty or more
        declared[int(rng.integers(lon.size))] = (
            regions().get(str(rng.choice(sorted(boundaries().counties)))).name
        )
    days = _days(rng, evidence, lon.size)
    title = _title(rng, reference, evidence)
    columns = _columns(rng, form, x, y, plane=plane)
    sheet = _sheet(title, names, declared, days, columns)
    return Case(
        reference=reference,
        form=form,
        noise_m=noise_m,
        county=county,
        evidence=evidence,
        seed=seed,
        sheet=sheet,
        terms=_terms(rng, evidence, names, lon, lat),
        lon=lon,
        lat=lat,
    )


def _places(rng, reference, evidence, county):
    rows = int(rng.integers(6, 40))
    telling = None
    if evidence in {"border", "coast"} and reference not in PLANES:
        telling = _telling(
            reference if reference in {"gcj02", "bd09"} else "wgs84", county, evidence
        )
        if telling is None:
            return None
        telling = [rng.permutation(group)[:4] for group in telling]
    if evidence == "border" and reference in PLANES:
        rows = 30
    inner = _inner(county)
    chosen = inner[rng.integers(0, len(inner), rows)]
    if telling is not None:
        chosen = np.concatenate([*telling, chosen])
    return chosen[:, 0], chosen[:, 1]


@cache
def _inner(county):
    """Places at least 3 km inside a county: no reading can be told from another there."""
    outline = boundaries().counties[county].buffer(-0.034)
    if outline.is_empty:
        outline = boundaries().counties[county].buffer(-0.02)
    west, south, east, north = outline.bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 60), np.linspace(south, north, 60))
    inside = shapely.intersects_xy(outline, lon.ravel(), lat.ravel())
    return np.column_stack([lon.ravel(), lat.ravel()])[inside]


def firmly(area, lon, lat):
    """Points inside an area, and 110 m around: more than margin and noise."""
    steps = ((0, 0), (0.0013, 0), (-0.0013, 0), (0, 0.001), (0, -0.001))
    return np.all([shapely.intersects_xy(area, lon + dx, lat + dy) for dx, dy in steps], axis=0)


@cache
def _telling(reference, county, evidence):
    """For each wrong reading, places that it carries over a border (or into the sea)."""
    land = boundaries().counties[county]
    outside = boundaries().sea
    edge = boundaries().coastline if evidence == "coast" else land.boundary
    if evidence == "coast":
        edge = shapely.intersection(edge, land.buffer(0.001))
    shore = shapely.get_coordinates(shapely.segmentize(edge, 0.004))
    if not len(shore):
        return None
    steps = np.linspace(-0.01, 0.01, 11)
    lon, lat = (
        (shore[:, axis, None, None] + grid).ravel()
        for axis, grid in enumerate(np.meshgrid(steps, steps))
    )
    own = firmly(land, lon, lat)
    lon, lat = lon[own], lat[own]
    x, y = from_cgcs2000(lon, lat, parse_reference(reference))
    groups = []
    for wrong in (GCJ02, BD09, WGS84):
        if wrong.text == reference:
            continue
        there = to_cgcs2000(x, y, wrong)
        gone = firmly(outside, *there) if evidence == "coast" else ~_near(land, *there)
        places = np.column_stack([lon, lat])[gone]
        _keys, first = np.unique(np.round(places / 0.002), axis=0, return_index=True)
        if len(first) < 4:
            return None
        groups.append(places[first])
    return groups


def _near(area, lon, lat):
    steps = ((0, 0), (0.0013, 0), (-0.0013, 0), (0, 0.001), (0, -0.001))
    return np.any([shapely.intersects_xy(area, lon + dx, lat + dy) for dx, dy in steps], axis=0)


def _han(rng):
    return chr(int(rng.integers(0x4E00, 0x9F00)))


def _days(rng, evidence, rows):
    first = {"new dates": date(2019, 3, 1), "old dates": date(2014, 3, 1)}.get(evidence)
    if first is None:
        return None
    return [str(first + timedelta(days=int(d))) for d in rng.integers(0, 90, rows)]


def _title(rng, reference, evidence):
    datum = datum_of(reference)
    if evidence == "word":
        return f"地质灾害隐患排查表（{rng.choice(WORDS[datum])}）"
    if evidence == "projection":
        words = f"{rng.choice(WORDS[datum])}，{rng.choice(PROJECTIONS[reference])}"
        return f"地质灾害隐患排查表（{words}）"
    if evidence == "two words":
        # WGS84 and CGCS2000 are decimetres apart: naming both is no contradiction.
        one = {datum} if datum not in _SAME else _SAME
        other = str(rng.choice([key for key in WORDS if key not in one]))
        return f"排查表（{rng.choice(WORDS[datum])}、{rng.choice(WORDS[other])}）"
    return str(rng.choice(["地质灾害隐患排查表", "隐患点一览表", "汛前排查表"]))


def _columns(rng, form, x, y, *, plane):
    digits = int(rng.choice([6, 7, 8])) if not plane else int(rng.choice([2, 3]))
    first, second = ([f"{v:.{digits}f}" for v in values] for values in (x, y))
    if plane:
        return {
            "x north": {"X坐标": second, "Y坐标": first},
            "y first": {"Y坐标": first, "X坐标": second},
            "swapped": {"X坐标": first, "Y坐标": second},
            "one cell": {"坐标": [f"X={b} Y={a}" for a, b in zip(first, second, strict=True)]},
        }[form]
    if form in {"symbols", "chinese", "dashes", "packed", "fraction"}:
        first, second = (
            [_dms(v, form, "EN"[axis]) for v in values] for axis, values in enumerate((x, y))
        )
    if form == "one cell":
        return {"坐标": [f"{a},{b}" for a, b in zip(first, second, strict=True)]}
    if form == "swapped":
        return {"经度": second, "纬度": first}
    return {"经度": first, "纬度": second}


def _dms(value, form, letter):
    hundredths = round(float(value) * 360_000)
    degrees, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6000)
    seconds /= 100
    return {
        "symbols": f"{letter}{degrees}°{minutes}′{seconds:05.2f}″",
        "chinese": f"{'东经' if letter == 'E' else '北纬'}{degrees}度{minutes}分{seconds:.2f}秒",
        "dashes": f"{degrees}-{minutes}-{seconds:.2f}",
        "packed": f"{degrees}{minutes:02d}{seconds:05.2f}",
        "fraction": f"{degrees}.{minutes:02d}{round(seconds * 100):04d}".rstrip("0"),
    }[form]


def _sheet(title, names, declared, days, columns):
    table = {"隐患名称": names, "县区": declared, **columns}
    if days is not None:
        table["排查时间"] = days
    width = len(table)
    head = [[title, *[None] * (width - 1)], list(table)]
    rows = head + [list(row) for row in zip(*table.values(), strict=True)]
    return SurveySheet(
        file=Path("表.xlsx"), name="地质灾害", columns=tuple(zip(*rows, strict=True))
    )


def _terms(rng, evidence, names, lon, lat):
    around = Surroundings()
    if evidence in {"records", "receptors"}:
        count = max(3, len(names) // 4)
        rows = rng.permutation(len(names))[:count]
        spread = 30 if evidence == "records" else 60
        found = [
            (
                names[row],
                float(lon[row] + rng.uniform(-spread, spread) / 121_000),
                float(lat[row] + rng.uniform(-spread, spread) / 157_000),
            )
            for row in rows
        ]
        # And some that share a name by chance and lie elsewhere.
        found += [(names[row], 119.5, 40.0) for row in rows[:1]] if count > 4 else []
        around = Surroundings(named=lambda wanted: [f for f in found if f[0] in set(wanted)])
    if evidence == "two rows":
        found = [(names[0], float(lon[0]), float(lat[0]))]
        around = Surroundings(named=lambda _wanted: found)
    return ImportTerms(
        declared=None,
        today=date(2020, 1, 1),
        assessor="张三",
        batch_id=uuid4(),
        townships=frozenset(),
        around=around,
    )
