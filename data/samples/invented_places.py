"""Invented townships and places inside the real outlines of the seven divisions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.region import regions

TOWNSHIPS_PER_COUNTY = {
    "130302": 8,
    "130303": 4,
    "130304": 4,
    "130306": 6,
    "130321": 10,
    "130322": 8,
    "130324": 7,
}
# Degrees; about 700 m and 450 m: rounding and datum conversions must not push a place over a border.
COUNTY_MARGIN = 0.008
TOWNSHIP_MARGIN = 0.004
LONGITUDE_SQUEEZE = math.cos(math.radians(39.9))
LEFT = [
    "青槐",
    "落霞",
    "双桐",
    "云岫",
    "白鹭",
    "石泉",
    "枫林",
    "沐雨",
    "望海",
    "清溪",
    "松涛",
    "梧桐",
    "芦荻",
    "朝阳坡",
    "晚渡",
    "银杏",
    "翠屏",
    "听泉",
    "野菊",
    "归雁",
    "碧螺",
    "长亭",
    "浅水",
    "丹崖",
    "鹿鸣",
    "稻香",
    "雪松",
    "蓝田",
    "金穗",
    "柳荫",
]
TOWNSHIP_WORDS = [a + b for a in "玉云青丹白银翠锦" for b in "溪峰田洲桥岚"]
RIGHT = ["湾", "岭", "庄", "沟", "屯", "坡", "台", "口", "圩", "寨", "坊", "埠", "滩", "堡", "集"]


@dataclass(frozen=True)
class Township:
    """An invented township."""

    code: str
    name: str
    county: str
    area: BaseGeometry


@dataclass
class Places:
    """Hands out names, townships and geometries; every name once."""

    random: Random
    townships: list[Township] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _township_words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._names = [left + right for left in LEFT for right in RIGHT]
        self.random.shuffle(self._names)
        self._township_words = self.random.sample(TOWNSHIP_WORDS, len(TOWNSHIP_WORDS))
        for code, count in TOWNSHIPS_PER_COUNTY.items():
            self.townships.extend(self._partition(code, count))

    def name(self) -> str:
        """An invented place name not used before."""
        return self._names.pop()

    def townships_of(self, county: str) -> list[Township]:
        """The invented townships of a division."""
        return [t for t in self.townships if t.county == county]

    def point(self, township: Township) -> Point:
        """A point well inside the township."""
        inner = township.area.buffer(-TOWNSHIP_MARGIN)
        if inner.is_empty:
            inner = township.area.buffer(-TOWNSHIP_MARGIN / 4)
        return self._random_point(inner)

    def line(self, township: Township, steps: int, step_deg: float) -> LineString:
        """A line that wanders through the township's division."""
        land = boundaries().counties[township.county].buffer(-COUNTY_MARGIN)
        start = self.point(township)
        while not land.contains(start):
            start = self.point(township)
        points = [(start.x, start.y)]
        heading = self.random.uniform(0, 2 * math.pi)
        while len(points) < steps:
            heading += self.random.uniform(-0.5, 0.5)
            x, y = points[-1]
            step = (
                x + step_deg * math.cos(heading) / LONGITUDE_SQUEEZE,
                y + step_deg * math.sin(heading),
            )
            if land.contains(LineString([points[-1], step])):
                points.append(step)
            else:
                heading += math.pi * self.random.uniform(0.6, 1.4)
        return rounded(LineString(points))

    def area(self, township: Township, radius_deg: float) -> Polygon:
        """An irregular polygon inside the township's division."""
        land = boundaries().counties[township.county].buffer(-COUNTY_MARGIN / 2)
        while True:
            centre = self.point(township)
            corners = self.random.randint(6, 9)
            ring = []
            for corner in range(corners):
                angle = 2 * math.pi * corner / corners
                reach = radius_deg * self.random.uniform(0.6, 1.2)
                ring.append(
                    (
                        centre.x + reach * math.cos(angle) / LONGITUDE_SQUEEZE,
                        centre.y + reach * math.sin(angle),
                    )
                )
            polygon = rounded(Polygon(ring))
            if polygon.is_valid and land.contains(polygon):
                return polygon

    def township_at(self, point: Point) -> Township:
        """The invented township that holds a point."""
        return next(t for t in self.townships if t.area.contains(point))

    def _random_point(self, area: BaseGeometry) -> Point:
        west, south, east, north = area.bounds
        while True:
            point = Point(
                round(self.random.uniform(west, east), 6),
                round(self.random.uniform(south, north), 6),
            )
            if area.contains(point):
                return point

    def _partition(self, code: str, count: int) -> list[Township]:
        county = boundaries().counties[code]
        centres = [self._random_point(county.buffer(-COUNTY_MARGIN)) for _ in range(count)]
        cells = shapely.get_parts(
            shapely.voronoi_polygons(MultiPoint(centres), extend_to=county.envelope.buffer(0.5))
        )
        cells = sorted(
            cells, key=lambda cell: next(i for i, c in enumerate(centres) if cell.contains(c))
        )
        urban = code in {"130302", "130303", "130304"}
        return [
            Township(
                code=f"{code}9{i:02d}",
                name=self._township_words.pop()
                + ("街道" if urban and i < 2 else "乡镇"[i % 3 > 0]),
                county=code,
                area=shapely.intersection(cell, county),
            )
            for i, cell in enumerate(cells)
        ]


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Six decimals, as sheets carry them."""
    return shapely.transform(geometry, lambda points: points.round(6))


def county_name(code: str) -> str:
    """Official name of a division."""
    return regions().get(code).name


def short_name(code: str) -> str:
    """Short name of a division."""
    return regions().get(code).short_name
