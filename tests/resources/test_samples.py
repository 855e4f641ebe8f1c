"""The shipped samples: what the README promises, read without the program's own importer."""

import csv
import hashlib
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import shapely
from openpyxl.utils import coordinate_to_tuple

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.geo.coordinate_text import parse_angle
from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.resources import samples_dir

SAMPLES = samples_dir()
EXPECTED = json.loads((SAMPLES / "expected_issues.json").read_text(encoding="utf-8"))
# Datum of each sheet that gives points in two columns, as its header or its column says.
POINT_SHEETS = {
    ("应急管理局_风险隐患排查台账.xlsx", "危险化学品"): ("cgcs2000", "经度", "纬度"),
    ("应急管理局_风险隐患排查台账.xlsx", "液氨储存使用"): ("wgs84", "东经", "北纬"),
    ("应急管理局_风险隐患排查台账.xlsx", "公共安全（内部）"): ("cgcs2000", "经度", "纬度"),
    ("应急管理局_风险隐患排查台账.xlsx", "其他"): ("cgcs2000", "经度", "纬度"),
    ("水务局_防洪隐患排查表.xlsx", "防洪隐患"): ("cgcs2000", "经度(2000)", "纬度(2000)"),
    ("自然资源局_地质灾害隐患点表.xlsx", "地质灾害隐患点"): ("EPSG:4549", "Y（东）", "X（北）"),
    ("自然资源局_地质灾害隐患点表.xlsx", "地震风险"): (
        "cgcs2000",
        "经度（国家2000）",
        "纬度（国家2000）",
    ),
    ("市场监管与农业农村局_排查表.xlsx", "食品安全"): ("gcj02", "经度(高德)", "纬度(高德)"),
    ("市场监管与农业农村局_排查表.xlsx", "动物疫情"): ("gcj02", "经度(高德)", "纬度(高德)"),
}


@cache
def workbook(file):
    """Read once: no test changes it."""
    return openpyxl.load_workbook(SAMPLES / file)


def sheet_rows(file, name):
    """Rows of a sheet as dictionaries by header, with their row numbers."""
    sheet = workbook(file)[name]
    rows = list(sheet.iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "序号")
    below = rows[top + 1] if rows[top + 1][0] is None else [None] * len(rows[top])
    headers = [b or a for a, b in zip(rows[top], below, strict=True)]
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        if isinstance(row[0], int):
            yield number, dict(zip(headers, row, strict=True))


def wrong_rows(file, name):
    return {
        coordinate_to_tuple(issue["cell"])[0]
        for issue in EXPECTED["issues"]
        if (issue["file"], issue["sheet"]) == (file, name)
    }


def test_enough_hazards_of_every_type_in_every_division():
    assert EXPECTED["good_hazards"] >= 300
    assert list(EXPECTED["by_type"]) == [t.key for t in taxonomy().types]
    assert set(EXPECTED["by_county"]) == {r.code for r in regions().current()}
    assert min(EXPECTED["by_type"].values()) >= 7


def test_the_sheets_hold_as_many_rows_as_promised():
    with (SAMPLES / "气象局_气象灾害隐患清单.csv").open(encoding="gbk", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    for path in sorted(SAMPLES.glob("*局_*.xlsx")):
        for name in workbook(path.name).sheetnames:
            rows += sum(1 for _ in sheet_rows(path.name, name))
    assert rows == EXPECTED["good_hazards"] + len(EXPECTED["issues"])


@pytest.mark.parametrize(("place", "how"), POINT_SHEETS.items(), ids=lambda v: v[1])
def test_good_points_lie_in_the_division_that_the_row_names(place, how):
    reference, east, north = how[0], how[1], how[2]
    wrong = wrong_rows(*place)
    seen = 0
    for number, row in sheet_rows(*place):
        if number in wrong or row[east] is None:
            continue
        x, y = (
            v if isinstance(v, int | float) else parse_angle(v) for v in (row[east], row[north])
        )
        lon, lat = to_cgcs2000(x, y, parse_reference(reference))
        assert regions().recognise(row["县区"]).code == boundaries().county_at(
            float(lon), float(lat)
        )
        seen += 1
    assert seen >= 15


@pytest.mark.parametrize(
    "issue", EXPECTED["issues"], ids=lambda i: f"{i['sheet']}-{i['cell']}-{i['code']}"
)
def test_every_wrong_cell_is_where_the_list_says(issue):
    row, column = coordinate_to_tuple(issue["cell"])
    if issue["file"].endswith(".csv"):
        with (SAMPLES / issue["file"]).open(encoding="gbk", newline="") as file:
            value = list(csv.reader(file))[row - 1][column - 1] or None
    else:
        value = workbook(issue["file"])[issue["sheet"]][issue["cell"]].value
    blank = issue["code"] in {"no-name", "no-geometry", "missing"} or issue["cell"].startswith("C")
    blank = blank and value != "网络舆情"
    assert (value is None) == blank, (issue, value)


def test_about_thirty_rows_are_wrong_in_many_ways():
    assert 25 <= len(EXPECTED["issues"]) <= 40
    assert len({i["code"] for i in EXPECTED["issues"]}) >= 15
    assert {i["outcome"] for i in EXPECTED["issues"]} == {"rejected", "warned", "duplicate"}


def test_names_are_never_used_twice_but_for_the_duplicates():
    names = []
    for path in sorted(SAMPLES.glob("*局_*.xlsx")):
        for sheet in workbook(path.name).sheetnames:
            names += [
                next(v for k, v in row.items() if "名称" in k and "企业" not in k)
                for _, row in sheet_rows(path.name, sheet)
            ]
    names = [name for name in names if name]
    duplicates = sum(i["outcome"] == "duplicate" for i in EXPECTED["issues"])
    assert len(names) - len(set(names)) == duplicates


def test_no_telephone_number_belongs_to_anyone():
    for path in sorted(SAMPLES.glob("*.xlsx")):
        for sheet in workbook(path.name):
            for row in sheet.iter_rows(values_only=True):
                for text in (v for v in row if isinstance(v, str)):
                    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text) or "1390000" in text
                    assert not re.search(r"\d{17}[\dXx]", text)


def test_townships_fill_every_division():
    features = json.loads((SAMPLES / "townships.geojson").read_text(encoding="utf-8"))["features"]
    for code, county in boundaries().counties.items():
        areas = [
            shapely.geometry.shape(f["geometry"])
            for f in features
            if f["properties"]["county"] == code
        ]
        assert len(areas) >= 4
        assert all(area.is_valid for area in areas)
        # Vertices are rounded to 0.1 m.
        assert shapely.union_all(areas).symmetric_difference(county).area < county.area * 1e-4
        assert sum(a.area for a in areas) == pytest.approx(county.area, rel=1e-4)
    codes = [f["properties"]["code"] for f in features]
    assert len(set(codes)) == len(codes)
    assert len({f["properties"]["name"] for f in features}) == len(codes)


def test_receptors_have_people_and_places():
    sheet = workbook("receptors.xlsx").active
    headers, *rows = sheet.iter_rows(values_only=True)
    kinds = {row[headers.index("类型")] for row in rows}
    assert {"村庄", "学校", "医院"} <= kinds
    for row in rows:
        record = dict(zip(headers, row, strict=True))
        assert record["人数（人）"] > 0
        assert (
            boundaries().county_at(record["经度"], record["纬度"])
            == regions().recognise(record["县区"]).code
        )


def test_resources_have_all_kinds():
    book = workbook("resources.xlsx")
    assert book.sheetnames == [
        "应急资源一览",
        "救援队伍",
        "物资储备库",
        "物资装备",
        "避难场所",
        "专家",
    ]
    assert all(sheet.max_row > 8 for sheet in book)


def test_the_readme_says_that_all_is_invented_and_gives_the_passphrase():
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert "全部虚构" in text
    assert "invented" in text
    assert "qhd-sample-2014" in text
    for path in SAMPLES.glob("*局_*"):
        assert path.name in text


def test_the_script_makes_the_same_bytes(tmp_path):
    subprocess.run(
        [sys.executable, "-X", "utf8", str(SAMPLES / "make_samples.py"), str(tmp_path)],
        check=True,
        capture_output=True,
    )
    made = {path.name: digest(path) for path in tmp_path.iterdir()}
    assert len(made) >= 11
    assert made == {name: digest(SAMPLES / name) for name in made}


def digest(path: Path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
