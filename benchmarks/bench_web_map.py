"""The public page of 10,000 hazards, beside what folium writes by default.

The rival gets Leaflet from the same local package and a stand-in for jQuery instead of its ten network
files, which only helps it: here it need neither fetch nor parse them.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import folium
from shapely import Point

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import public_areas
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet, redact
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import EventClass, taxonomy
from qhd_riskmap.formats.public.web_map import write_web_map

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "release"))

from chromium_page import ChromiumPage, chromium_program

REPEATS = 3
_COLOURS = {None: "#8a8a8a", RiskLevel.RED: "#e60000", RiskLevel.ORANGE: "#ff7f00",
            RiskLevel.YELLOW: "#ffe600", RiskLevel.BLUE: "#0070ff"}  # fmt: skip
_SETTLED = "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(() => d(performance.now()))))"
_STAND_IN = (
    "<script>function $(t){var e=document.createElement('div');e.innerHTML=t;return [e.firstElementChild]}"
    "</script>"
)


def measure(n: int = 10_000) -> list[dict[str, Any]]:
    """Bytes, time to write and time to load; the same hazards, names and popups on both sides."""
    public = _public(n)
    edition = Edition(
        title="秦皇岛市风险隐患分布图", unit="秦皇岛市应急管理局", publisher="秦皇岛市人民政府办公室",
        source="各部门排查成果", data_date=date(2026, 10, 31), approval_no="示例S(2026)001号",
        draft=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        ours, rival = Path(name) / "ours.html", Path(name) / "folium.html"
        ours_s = min(_timed(write_web_map, public, edition, ours) for _ in range(REPEATS))
        rival_s = _timed(_write_default, public, rival)
        sizes = ours.stat().st_size / 1e6, rival.stat().st_size / 1e6
        entries = [
            _entry("web page, write", ours_s, rival_s, n, "one CircleMarker and Popup each"),
            _entry("web page, megabytes", *sizes, n, "bytes/1e6, not seconds"),
        ]
        if chromium_program() is None:
            return entries
        loads = _loading(ours), _loading(_offline(rival))
        entries.append(_entry("web page, load", *loads, n, "Chromium, to the second frame; median"))
    return entries


def _entry(name: str, ours: float, rival: float, n: int, note: str) -> dict[str, Any]:
    return {
        "name": name, "ours_s": ours, "rival": f"folium {folium.__version__} default",
        "rival_s": rival, "ratio": ours / rival, "n": n, "note": note,
    }  # fmt: skip


def _public(n: int) -> PublicSet:
    chance = random.Random(20261123)
    kinds = [t for t in taxonomy().types if t.event_class is EventClass.NATURAL_DISASTER]
    west, south, east, north = boundaries().city.bounds
    places: list[tuple[float, float, str]] = []
    while len(places) < n:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        county = boundaries().county_at(lon, lat)
        if county:
            places.append((lon, lat, county))
    hazards = [
        Hazard(
            id=UUID(int=serial), name=f"第{serial}号{(kind := chance.choice(kinds)).label}隐患点",
            type_key=kind.key, sub_kind=chance.choice(kind.sub_kinds), geometry=Point(lon, lat),
            provenance=Provenance(
                original_text="", declared_reference="cgcs2000", method=LocationMethod.DRAWN,
                accuracy=AccuracyClass.DIGITISED,
            ),
            county=county, unit=f"{chance.choice('东西南北')}镇政府", level=chance.choice(list(RiskLevel)),
        )
        for serial, (lon, lat, county) in enumerate(places)
    ]  # fmt: skip
    return redact(hazards, rules=release_rules(), areas=public_areas())


def _timed(work: Any, *arguments: Any) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def _write_default(public: PublicSet, path: Path) -> None:
    chart = folium.Map(location=[39.95, 119.2], zoom_start=9, tiles=None)
    for hazard in public.hazards:
        lon, lat = hazard.anchor()
        text = (
            f"<b>{hazard.name}</b><br>{taxonomy().get(hazard.type_key).label} {hazard.sub_kind}<br>"
            f"{hazard.level.label if hazard.level else ''}<br>{hazard.unit}<br>{hazard.advice}"
        )
        folium.CircleMarker(
            [lat, lon], radius=5, color=_COLOURS[hazard.level], fill=True,
            popup=folium.Popup(text, max_width=300),
        ).add_to(chart)  # fmt: skip
    chart.save(str(path))


def _offline(path: Path) -> Path:
    """The rival's page with its network files taken away and the needed ones put in."""
    folder = Path(import_module("xstatic.pkg.leaflet").BASE_DIR)
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not ("https://" in line and ("<script" in line or "<link" in line))
    ]
    library = (
        (folder / "leaflet.js").read_text(encoding="utf-8").replace("//# sourceMappingURL", "// ")
    )
    styles = (folder / "leaflet.css").read_text(encoding="utf-8")
    head = f"<script>{library}</script><style>{styles}</style>{_STAND_IN}</head>"
    offline = path.with_name("folium_offline.html")
    offline.write_text("\n".join(kept).replace("</head>", head, 1), encoding="utf-8")
    return offline


def _loading(path: Path) -> float:
    seconds = []
    for _ in range(REPEATS):
        with ChromiumPage() as page:
            page.open(path)
            seconds.append(float(str(page.ask(_SETTLED))) / 1000)
            drawn = page.ask(
                "document.querySelectorAll('.leaflet-pane canvas, .leaflet-overlay-pane *').length"
            )
            if not drawn or page.complaints:
                raise RuntimeError(f"{path.name} did not draw: {page.complaints[:2]}")
    return statistics.median(seconds)


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
