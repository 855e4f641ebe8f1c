"""The public web page: one HTML file that works from a memory stick, with no network at all.

A folium map with a template of our own: folium's ten network assets are left out, Leaflet comes from
its PyPI package and is inlined, the data is one compact JSON block, and a Content-Security-Policy
with the hash of every script and style forbids everything else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import folium
import shapely
from branca.element import Figure, MacroElement
from jinja2 import Template
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_edition import COAST_CREDIT, DRAFT_MARK, Edition
from qhd_riskmap.domain.redaction import CELL_M, PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import CHINESE, N_, _, language
from qhd_riskmap.resources import resource

_POINT_DECIMALS: Final = 5  # 1 m, on a grid of 100 m
_GROUND_DECIMALS: Final = 4  # 10 m; the release checker knows the ground at this rounding too
_GROUND_TOLERANCE_DEG: Final = 0.0012  # about 100 m, fine for a sketch at these zooms
_SMALL_ISLAND_DEG2: Final = 2e-6
_CUT_DEG: Final = 1e-6
_SEA: Final = "sea"
_TALLY_ZOOM: Final = 10.5
_GLYPHS: Final = {
    "forest_fire": "火", "geological": "地", "flood": "水", "haze": "霾", "meteorological": "气",
    "earthquake": "震", "animal_epidemic": "疫", "other": "他",
}  # fmt: skip
_TEXTS: Final = {
    "skip": N_("跳到隐患列表"),
    "drawer": N_("筛选与列表"),
    "panel": N_("筛选与列表"),
    "search": N_("查找"),
    "placeholder": N_("名称、县区、乡镇或类型"),
    "levels": N_("风险等级"),
    "types": N_("隐患类型"),
    "reset": N_("显示全部"),
    "counts": N_("只公布数量的类型"),
    "counts_note": N_("为保障公共安全，以下类型只公布数量，不公布位置。"),
    "about": N_("说明"),
    "draft": DRAFT_MARK,
    "credit": COAST_CREDIT,
    "noscript": N_("本页需要启用 JavaScript 才能显示地图。"),
}
_COVERAGE: Final = N_("图上没有标注的地方不等于没有风险，请留意当地提示。")


def write_web_map(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the page; its bytes depend on the arguments and the language alone."""
    page = _Page(
        title=edition.title,
        data=_embedded(_data(public, edition.county)),
        draft=edition.draft,
    )
    ground = _Ground()
    ground.add_child(_Application())
    page.add_child(ground)
    page.html.add_child(_body(public, edition), name="body")
    path.write_bytes(page.render().encode("utf-8"))


@cache
def page_vocabulary() -> str:
    """Everything a page carries whatever it shows; the release checker allows these words."""
    names = ("web_map.html", "web_map_body.html", "web_map.js", "web_map.css")
    return "\n".join(
        (*map(_asset, names), _leaflet_script(), _leaflet_styles(), *map(_, _TEXTS.values()))
    )


# -- page -----------------------------------------------------------------------------------------------


class _Verbatim(folium.Element):
    """A piece of text that no template engine touches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **kwargs: Any) -> str:
        """The text."""
        del kwargs
        return self._text


class _Page(Figure):
    """The document, with its policy; nothing of folium's default head."""

    _template = Template(resource("templates", "web_map.html").read_text(encoding="utf-8"))

    def __init__(self, *, title: str, data: str, draft: bool) -> None:
        super().__init__(title=title)
        self.data = data
        self.draft = draft
        self.language = "zh-CN" if language() == CHINESE else language()
        self.styles = _leaflet_styles() + _asset("web_map.css")
        self.library = _leaflet_script()

    def script_text(self) -> str:
        """The application with the folium map's own script before it."""
        rendered: str = self.script.render()
        return rendered

    def policy(self) -> str:
        """Content-Security-Policy: only what this very file carries may run."""
        scripts = " ".join(map(_source_hash, (self.library, self.script_text())))
        return (
            f"default-src 'none'; script-src {scripts}; style-src {_source_hash(self.styles)}; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )


class _Ground(folium.Map):
    """A folium map without tiles, network assets or random names."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var map = L.map('map', {{ this.leaflet_options }});\n"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        west, south, east, north = boundaries().context
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self._id = "public"
        self.leaflet_options = _compact(
            {
                "center": [round((south + north) / 2, 4), round((west + east) / 2, 4)],
                "zoom": 9,
                "minZoom": 8,
                "maxZoom": 15,
                "zoomSnap": 0.05,  # the first view fills the window
                "zoomDelta": 0.5,
                "preferCanvas": True,
                "attributionControl": False,
                "maxBounds": [[south - 0.5, west - 0.5], [north + 0.5, east + 0.5]],
                "worldCopyJump": False,
            }
        )


class _Application(MacroElement):
    """Signs, filters, list and search; runs after the map exists."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.text }}{% endmacro %}")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it unannotated
        self._id = "application"
        self.text = _asset("web_map.js")


def _body(public: PublicSet, edition: Edition) -> _Verbatim:
    shell = Template(_asset("web_map_body.html"))
    text = shell.render(
        edition=edition,
        t={key: _(text) for key, text in _TEXTS.items()},
        has_counts=bool(public.counts),
        notes=[*(note + _("。") for note in edition.notes()), _(_COVERAGE)],
    )
    return _Verbatim(text)


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def _asset(name: str) -> str:
    return resource("templates", name).read_text(encoding="utf-8")


def _leaflet_folder() -> Path:
    return Path(import_module("xstatic.pkg.leaflet").BASE_DIR)


@cache
def _leaflet_script() -> str:
    text = (_leaflet_folder() / "leaflet.js").read_text(encoding="utf-8")
    # The developer tools would ask the network for the source map.
    return re.sub(r"\n?//# sourceMappingURL=.*", "", text).replace("</script", "<\\/script")


@cache
def _leaflet_styles() -> str:
    folder = _leaflet_folder()
    text = (folder / "leaflet.css").read_text(encoding="utf-8")

    def inlined(match: re.Match[str]) -> str:
        data = (folder / match.group(1)).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(data).decode('ascii')})"

    text = re.sub(r"url\((images/[\w.-]+)\)", inlined, text)
    return re.sub(r"behavior:\s*url\(#default#VML\);", "", text)


# -- data -----------------------------------------------------------------------------------------------


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _embedded(value: Any) -> str:
    """JSON that cannot end its script element or start a comment in it."""
    return (
        _compact(value)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


@dataclass(slots=True)
class _Pool:
    """Texts by number, in order of first use; "" is 0."""

    numbers: dict[str, int] = field(default_factory=lambda: {"": 0})

    def number(self, text: str) -> int:
        """The number of a text."""
        return self.numbers.setdefault(text, len(self.numbers))


def _data(public: PublicSet, county: str | None) -> dict[str, Any]:
    keys = _types_in(public)
    townships, subs, units, places = _Pool(), _Pool(), _Pool(), _Pool()
    profiles: dict[tuple[int, ...], int] = {}
    rows = []
    for hazard in public.hazards:
        profile = (
            keys.index(hazard.type_key),
            hazard.level.rank if hazard.level else 0,
            places.number(regions().get(hazard.county).name),
            townships.number(hazard.township),
            subs.number(hazard.sub_kind),
            units.number(hazard.unit),
        )
        row = [*_shape(hazard), profiles.setdefault(profile, len(profiles))]
        rows.append([*row, hazard.name] if hazard.name else row)
    return {
        "words": _words(),
        "types": [_type(key) for key in keys],
        "places": list(places.numbers),
        "townships": list(townships.numbers),
        "subs": list(subs.numbers),
        "units": list(units.numbers),
        "profiles": list(profiles),
        "hazards": rows,
        "counts": [[_area(count), keys.index(count.type_key), count.n] for count in public.counts],
        "divisions": _divisions(public.counts, keys),
        "borders": _borders(),
        "sea": _outlines()[_SEA],
        "aroundNames": _around_names(),
        "bounds": _bounds(county),
        "tallyZoom": _TALLY_ZOOM,
    }


def _types_in(public: PublicSet) -> list[str]:
    present = {hazard.type_key for hazard in public.hazards} | {c.type_key for c in public.counts}
    return [hazard_type.key for hazard_type in taxonomy().types if hazard_type.key in present]


def _type(key: str) -> dict[str, Any]:
    hazard_type = taxonomy().get(key)
    label = _(hazard_type.label)
    return {
        "n": label,
        "g": _GLYPHS.get(key, label[:1]),
        "a": release_rules().advice.get(key, ""),
        "c": CELL_M.get(hazard_type.release_class, 0),
    }


def _area(count: PublicCount) -> str:
    if count.merged:
        return _("{area}其余区域合计").format(area=count.area_name)
    return count.area_name


def _words() -> dict[str, Any]:
    return {
        "levels": [_("未评级"), *(_(level.label) for level in RiskLevel)],
        "dot": _("，"),
        "unit": _("防范责任单位："),
        "tally": _("{n} 处只公布数量"),
        "near100": _("位置经综合处理，误差约 100 米。"),
        "near1000": _("位置经综合处理，误差约 1 公里。"),
        "found": _("共 {n} 处"),
        "more": _("另有 {n} 处未列出，请缩小范围。"),
        "countHeads": [_("区域"), _("类型"), _("数量")],
        "north": _("北"),
        "northLabel": _("指北针，上方为北"),
    }


def _shape(hazard: PublicHazard) -> list[Any]:
    """``lon, lat`` of the sign and, unless a point, ``[kind, part, …]`` with kind l, p or m."""
    geometry = hazard.geometry
    lon, lat = (round(value, _POINT_DECIMALS) for value in hazard.anchor())
    if geometry.geom_type == "Point":
        return [lon, lat]
    kind, parts = "m", shapely.get_parts(geometry)
    if geometry.geom_type.endswith("LineString"):
        kind = "l"
    elif geometry.geom_type.endswith("Polygon"):
        kind, parts = "p", shapely.get_rings(parts)
    return [lon, lat, [kind, *(_rounded(shapely.get_coordinates(part)) for part in parts)]]


def _rounded(lonlat: Any) -> list[list[float]]:
    return [[round(x, _POINT_DECIMALS), round(y, _POINT_DECIMALS)] for x, y in lonlat.tolist()]


# -- ground ---------------------------------------------------------------------------------------------


@cache
def _outlines() -> Mapping[str, list[list[float]]]:
    """Division code, or `_SEA` → rings as flat lists of longitude and latitude."""
    known = boundaries()
    counties = shapely.coverage_simplify(list(known.counties.values()), _GROUND_TOLERANCE_DEG)
    outlines = {name: _flat_rings(s) for name, s in zip(known.counties, counties, strict=True)}
    outlines[_SEA] = _flat_rings(shapely.simplify(known.sea, _GROUND_TOLERANCE_DEG))
    return outlines


def _flat_rings(shape: BaseGeometry) -> list[list[float]]:
    large = [part for part in shapely.get_parts(shape) if part.area >= _SMALL_ISLAND_DEG2]
    return [_flat(ring) for ring in shapely.get_rings(large)]


def _divisions(counts: Iterable[PublicCount], keys: list[str]) -> list[dict[str, Any]]:
    tallies: dict[str, list[list[int]]] = {}
    for count in counts:
        if not count.merged:
            tallies.setdefault(count.area_code, []).append([keys.index(count.type_key), count.n])
    return [
        {
            "name": regions().get(code).name,
            "at": _middle(boundaries().counties[code]),
            "rings": _outlines()[code],
            "counts": tallies.get(code, []),
        }
        for code in boundaries().counties
    ]


@cache
def _borders() -> list[list[float]]:
    """The neighbours' outlines without the straight cuts where the basemap ends."""
    known = boundaries()
    cut = shapely.box(*known.context).exterior.buffer(_CUT_DEG)
    lines: list[list[float]] = []
    for shape in known.neighbours.values():
        sketched = shapely.simplify(shape, _GROUND_TOLERANCE_DEG).boundary.difference(cut)
        lines += map(_flat, shapely.get_parts(shapely.line_merge(sketched)))
    return lines


def _flat(line: BaseGeometry) -> list[float]:
    flat: list[float] = shapely.get_coordinates(line).round(_GROUND_DECIMALS).ravel().tolist()
    return flat


def _around_names() -> list[list[Any]]:
    return [[*_middle(shape), name] for name, shape in boundaries().neighbours.items()]


def _middle(shape: BaseGeometry) -> list[float]:
    lonlat = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape))[0]
    return [round(float(value), 3) for value in lonlat]


def _bounds(county: str | None) -> list[list[float]]:
    """South-west and north-east corner of what the first view shows, latitude first."""
    shape = boundaries().city if county is None else boundaries().counties[county]
    west, south, east, north = shape.bounds
    return [[round(south, 3), round(west, 3)], [round(north, 3), round(east, 3)]]
