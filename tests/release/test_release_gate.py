"""The gate itself: preflight, sign-offs, approval numbers, folders, names, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from release_county import ACTOR, PLACES, TITLE, invented_hazards, make_office
from shapely import Point, transform

from qhd_riskmap.domain import redaction
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.map_layer import LayerKind, MapLayer
from qhd_riskmap.domain.release_rules import Severity, release_rules
from qhd_riskmap.errors import (
    InvalidInputError,
    NotFoundError,
    OutputFileError,
    PermissionDeniedError,
    ReleaseBlockedError,
    UnreadableFileError,
)
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.geo.grid import cell_bounds, cell_index
from qhd_riskmap.services import release as gate
from qhd_riskmap.services import release_products as products
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_names import product_name
from qhd_riskmap.services.release_order import ProductFormat, SmallCells, blocked_json

PLACE = Provenance(
    original_text="119.543217,39.981234",
    declared_reference="cgcs2000",
    method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)


def hazard(type_key="geological", at=(119.543217, 39.981234), **fields):
    values = {"id": uuid.uuid4(), "name": "北沟滑坡", "county": "130302", **fields}
    return Hazard(type_key=type_key, geometry=Point(at), provenance=PLACE, **values)


def blocks(office, **changes):
    return {f.rule for f in office.service.preflight(office.order(**changes)) if f.blocks}


def test_an_added_base_layer_without_an_approval_number_is_named_but_never_painted(office):
    layer = MapLayer(id=uuid.uuid4(), kind=LayerKind.TILES, name="街道图", source="https://a/{z}")
    approved = replace(layer, id=uuid.uuid4(), name="天地图", approval_no="GS(2024)0650号")
    with office.register.unit_of_work() as work:
        work.layers.put(layer, ACTOR)
        work.layers.put(approved, ACTOR)
        work.commit()
    found = [f for f in office.service.preflight(office.order()) if f.rule == "PM03"]
    assert [(f.severity, "街道图" in f.message) for f in found] == [(Severity.INFO, True)]


def rules_found(office, **changes):
    return {f.rule for f in office.service.preflight(office.order(**changes))}


# -- preflight -----------------------------------------------------------------------------------------


def test_a_complete_order_passes(office):
    office.add([hazard()])
    findings = office.service.preflight(office.order())
    assert [f for f in findings if f.blocks] == []
    assert [f.rule for f in findings] == ["PM17"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"approval_no": ""}, "PM01"),
        ({"approval_no": "第12号"}, "PM02"),
        ({"approval_no": "冀S(2026)012"}, "PM02"),
        ({"title": ""}, "PM15"),
        ({"title": "图" * 61}, "PM15"),
        ({"data_date": None}, "PM15"),
        ({"prepared_by": ""}, "PM23"),
        ({"reviewed_by": ""}, "PM23"),
        ({"reviewed_by": " 编 制甲"}, "PM23"),
        ({"secrecy_reviewed_by": ""}, "PM23"),
        ({"title": "剧毒品分布图"}, "PM06"),
        ({"source": "联系 13812345678"}, "PM07"),
        ({"unit": "某部队"}, "PM12"),
    ],
)
def test_what_is_missing_or_forbidden_blocks(office, changes, rule):
    assert blocks(office, **changes) == {rule}


@pytest.mark.parametrize(
    "number", ["冀S(2026)012号", "GS(2024)0650号", "GS京（2023）1234号", "示例S(2026)001号"]
)
def test_usual_approval_numbers_are_understood(office, number):
    assert blocks(office, approval_no=number) == set()


def test_the_office_profile_fills_what_the_order_leaves_out(office):
    with office.register.unit_of_work() as work:
        work.office.save(replace(work.office.load(), unit="", publisher=""), ACTOR)
        work.commit()
    assert blocks(office) == {"PM15"}
    assert blocks(office, unit="甲局", publisher="乙办") == set()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"data_date": date(2025, 10, 1)}, "PM19"),
        ({"data_date": date(2027, 1, 1)}, "PM19"),
        ({"data_date": date(2014, 12, 31)}, "PM16"),
        ({"source": "全市海岸线长度统计"}, "PM14"),
    ],
)
def test_doubts_are_warnings(office, changes, rule):
    found = {f.rule: f.severity for f in office.service.preflight(office.order(**changes))}
    assert found[rule] is Severity.WARN


def test_a_draft_asks_for_less_and_prints_no_number(office):
    office.add([hazard()])
    order = office.order(
        draft=True,
        formats=(ProductFormat.SVG,),
        approval_no="冀S(2026)012号",
        reviewed_by="",
        secrecy_reviewed_by="",
        data_date=None,
    )
    outcome = office.service.release(order)
    drawn = outcome.files[0].read_text(encoding="utf-8")
    assert "送审样图" in drawn
    assert "012号" not in drawn
    with office.register.unit_of_work() as work:
        assert [entry.status.value for entry in work.releases.list()] == ["draft"]


def test_left_out_records_are_an_information_not_a_block(office):
    office.add([hazard(), hazard("terror"), hazard("explosion")])
    found = [f for f in office.service.preflight(office.order()) if f.rule == "PM04"]
    assert [(f.severity, "2" in f.message) for f in found] == [(Severity.INFO, True)]


def test_a_forbidden_name_blocks_and_says_which_record(office):
    record = hazard(name="库容三百万水库下游")
    office.add([record])
    found = [f for f in office.service.preflight(office.order()) if f.blocks]
    assert [(f.rule, f.hazard_id) for f in found] == [("PM06", str(record.id))]
    assert "库容三百万水库下游" in found[0].message
    assert found[0].basis


def test_small_cells_merge_or_block_as_ordered(office):
    office.add([hazard("ammonia_storage", county=c) for c in ["130302"] * 4 + ["130303"]])
    assert blocks(office) == set()
    assert blocks(office, small_cells=SmallCells.BLOCK) == {"PM25"}
    outcome = office.service.release(office.order())
    counts = json.loads(outcome.files[0].read_text(encoding="utf-8"))["counts"]
    assert [(c["area_code"], c["merged"], c["count"]) for c in counts] == [("1303", False, 5)]


def test_output_off_the_grid_or_of_a_wrong_type_blocks(office, monkeypatch):
    office.add([hazard(), hazard("ammonia_storage"), hazard("terror")])
    shown = gate.redact

    def careless(hazards, **options):
        public = shown(hazards, **options)
        values = {name: getattr(public.hazards[0], name) for name in redaction._PUBLIC_FIELDS}
        wrong = [
            redaction._revived(*{**values, "geometry": Point(119.5, 39.9)}.values()),
            redaction._revived(*{**values, "type_key": "ammonia_storage"}.values()),
            redaction._revived(*{**values, "type_key": "terror"}.values()),
        ]
        return replace(public, hazards=tuple(wrong))

    monkeypatch.setattr(gate, "redact_and_place", lambda *a, **k: (careless(*a, **k), {}))
    assert blocks(office) == {"PM04", "PM05", "PM08"}


def test_rules_are_data_with_basis_and_severity():
    rules = release_rules().findings
    assert {f"PM{n:02d}" for n in range(1, 25)} <= set(rules)
    assert all(rule.text and rule.basis for rule in rules.values())


# -- approval numbers ------------------------------------------------------------------------------------


def test_changed_content_under_the_same_number_blocks(office):
    record = hazard(level=RiskLevel.BLUE)
    office.add([record])
    office.service.release(office.order())
    office.service.release(office.order())
    office.edit(record.id, level=RiskLevel.RED)
    with pytest.raises(ReleaseBlockedError) as caught:
        office.service.release(office.order())
    assert [rule for rule, _ in caught.value.findings] == ["PM02"]
    office.service.release(office.order(approval_no="冀S(2026)013号"))


def test_a_change_that_does_not_show_does_not_block(office):
    record = hazard()
    office.add([record])
    office.service.release(office.order())
    office.edit(record.id, phone="13812345678", notes="换了联系人")
    office.service.release(office.order())


def test_a_draft_binds_no_number(office):
    record = hazard()
    office.add([record])
    office.service.release(office.order(draft=True, formats=(ProductFormat.SVG,)))
    office.edit(record.id, level=RiskLevel.RED)
    office.service.release(office.order())


# -- folders and names -----------------------------------------------------------------------------------


def test_the_folder_is_made_and_holds_products_only(office):
    office.add([hazard()])
    target = office.folder / "甲" / "乙"
    outcome = office.service.release(
        office.order(out_dir=target, formats=(ProductFormat.GEOJSON, ProductFormat.XLSX))
    )
    assert sorted(path.name for path in target.iterdir()) == [f"{TITLE}.geojson", f"{TITLE}.xlsx"]
    assert outcome.to_json() == {"files": [str(path) for path in outcome.files], "blocked": []}
    beside = {path.name for path in office.folder.iterdir()}
    assert "test_发布审批材料" in beside
    assert not [name for name in beside if name.startswith(".release-")]


def test_control_papers_go_where_they_are_told(office):
    office.add([hazard(), hazard("terror")])
    outcome = office.service.release(office.order(control_dir=office.folder / "材料"))
    names = sorted(path.name for path in (office.folder / "材料").iterdir())
    assert names == ["2026-001_发布登记.json", "2026-001_脱敏核查单.md"] or len(names) == 2
    entry = json.loads(outcome.control_files[0].read_text(encoding="utf-8"))
    assert entry["sign_offs"]["prepared_by"] == "编制甲"
    assert entry["excluded"] == {"social_security": 1}
    assert len(entry["products"][0]["sha256"]) == 64
    assert "社会安全类" in outcome.control_files[1].read_text(encoding="utf-8")


@pytest.mark.parametrize("inside", ["公开成果", "公开成果/材料"])
def test_control_papers_among_the_products_are_refused(office, inside):
    with pytest.raises(InvalidInputError):
        office.service.release(office.order(control_dir=office.folder / inside))


def test_products_in_the_folder_of_the_register_are_refused(office):
    with pytest.raises(InvalidInputError):
        office.service.release(office.order(out_dir=office.folder))


def test_no_format_and_no_such_county_are_refused(office):
    with pytest.raises(InvalidInputError):
        office.service.release(office.order(formats=()))
    with pytest.raises(NotFoundError):
        office.service.release(office.order(county="999999"))


def test_a_file_in_place_of_the_folder_is_an_error_people_understand(office):
    office.add([hazard()])
    (office.folder / "公开成果").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        office.service.release(office.order())
    (office.folder / "材料").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        office.service.release(
            office.order(out_dir=office.folder / "丙", control_dir=office.folder / "材料")
        )
    assert list((office.folder / "丙").iterdir()) == []


def test_a_target_that_cannot_be_replaced_leaves_nothing_half(office):
    office.add([hazard()])
    order = office.order(formats=(ProductFormat.GEOJSON, ProductFormat.XLSX))
    (order.out_dir / f"{TITLE}.xlsx").mkdir(parents=True)
    with pytest.raises(OutputFileError):
        office.service.release(order)
    assert [path.name for path in order.out_dir.iterdir()] == [f"{TITLE}.xlsx"]
    with office.register.unit_of_work() as work:
        assert list(work.releases.list()) == []


HOSTILE = [
    "<script>alert(1)</script>", "=cmd|'/C calc'!A0", "\u202e图布分", "🗺️📍风险图", "\"';--", "../../etc/x",
    "a\\b:c*d?", "CON", "图\n名", "  ", "-rf", "图名.",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_file_names_are_safe_whatever_the_title(title):
    for product in ProductFormat:
        name = product_name(title, product)
        assert not set(name) & set('<>:"/\\|?*\n\u202e')
        assert name.endswith(product.ending)
        assert not name.startswith((".", "-", "="))
        assert name.split(".")[0].casefold() not in {"con", "nul", ""}
        assert len(name.encode()) < 255


def test_a_long_title_gives_a_short_name_of_whole_characters():
    name = product_name("长" * 300, ProductFormat.PDF)
    assert len(name.encode()) <= 190
    assert name == "长" * 60 + ".pdf"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd|'/C calc'!A0", "👨‍👩‍👧🔥", "名" * 300]
)
def test_hostile_texts_pass_through_every_product(office, text):
    office.add(
        [hazard(name=text, unit=text), *[hazard("food_safety", name=text) for _ in range(3)]]
    )
    order = office.order(
        formats=(ProductFormat.HTML, ProductFormat.GEOJSON, ProductFormat.XLSX),
        title=text[:60], source=text,
    )  # fmt: skip
    files = {path.suffix: path for path in office.service.release(order).files}
    assert all(path.parent == order.out_dir for path in files.values())
    page = files[".html"].read_text(encoding="utf-8")
    assert "<script>alert" not in page
    properties = json.loads(files[".geojson"].read_text(encoding="utf-8"))["features"][0]
    assert properties["properties"]["name"].replace("\u200d", "") == text.replace("\u200d", "")
    book = load_workbook(files[".xlsx"])
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "n"}
    assert not [c.value for c in cells if str(c.value).startswith(("=", "+", "@"))]
    book.close()


# -- the checker guards the way out --------------------------------------------------------------------


def test_a_leaking_writer_is_caught_and_its_product_deleted(office, monkeypatch):
    secret = hazard("terror", name="秘密场所甲", phone="13812345678")
    office.add([hazard(), secret])

    def leaking(public, edition, path):
        del public, edition
        path.write_text(json.dumps({"x": secret.name, "p": secret.phone}), encoding="utf-8")

    monkeypatch.setattr(products, "WRITERS", {**products.WRITERS, ProductFormat.GEOJSON: leaking})
    with pytest.raises(ReleaseBlockedError) as caught:
        office.service.release(office.order(formats=(ProductFormat.XLSX, ProductFormat.GEOJSON)))
    assert {rule for rule, _ in caught.value.findings} == {"PM21"}
    assert "秘密场所甲" in caught.value.detail
    assert "13812345678" in caught.value.detail
    assert list((office.folder / "公开成果").iterdir()) == []
    assert not list(office.folder.glob(".release-*"))
    with office.register.unit_of_work() as work:
        assert list(work.releases.list()) == []


def test_a_deleted_record_is_protected_too(office, monkeypatch):
    gone = hazard(name="已删除的秘密点")
    office.add([hazard(), gone])
    with office.register.unit_of_work() as work:
        stored = work.hazards.require(str(gone.id))
        work.hazards.soft_delete(stored.id, ACTOR, stored.revision)
        work.commit()
    monkeypatch.setattr(
        products,
        "WRITERS",
        {ProductFormat.GEOJSON: lambda _p, _e, path: path.write_text(gone.name, encoding="utf-8")},
    )
    with pytest.raises(ReleaseBlockedError):
        office.service.release(office.order())


def test_check_files_judges_any_file(office, tmp_path):
    office.add([hazard(phone="13812345678"), hazard("terror", name="秘密场所甲")])
    clean, dirty = tmp_path / "clean.txt", tmp_path / "dirty.csv"
    clean.write_text("秦皇岛市应急管理局 北沟滑坡", encoding="utf-8")
    dirty.write_text("名称,电话\n秘密场所甲,138 1234 5678\n", encoding="utf-8")
    assert office.service.check_files([clean]) == []
    leaks = office.service.check_files([clean, dirty])
    assert {(leak.kind, leak.value) for leak in leaks} >= {
        ("name", "秘密场所甲"), ("phone", "13812345678")
    }  # fmt: skip
    assert set(leaks[0].to_json()) == {"file", "kind", "value", "where"}
    with pytest.raises(UnreadableFileError):
        office.service.check_files([tmp_path / "missing.pdf"])


def test_an_empty_register_hides_nothing(office, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("119.54321,39.98123 13812345678 甲乙丙", encoding="utf-8")
    assert office.service.check_files([path]) == []


def test_ordinary_words_and_figures_of_a_register_raise_no_alarm(office):
    words = {"甲": "35", "乙": "2026-10-31", "丙": "119.6", "丁": "是", "戊": "北", "己": "合计",
             "庚": "10000", "辛": "map", "壬": "一般风险", "癸": "2026年10月31日", "子": "不详"}  # fmt: skip
    records = [hazard(extras=words, notes="无", contact="名称", regulator="应急管理局")]
    records += [hazard("food_safety", extras=words, unit="市应急管理局") for _ in range(35)]
    office.add(records)
    order = office.order(formats=(ProductFormat.HTML, ProductFormat.GEOJSON, ProductFormat.XLSX))
    assert len(office.service.release(order).files) == 3


def test_who_may_not_release_cannot(office):
    guest = ReleaseService(office.register, Actor(name="访客", permissions=frozenset()))
    for attempt in (guest.preflight, guest.release):
        with pytest.raises(PermissionDeniedError):
            attempt(office.order())
    reader = ReleaseService(
        office.register, Actor(name="读者", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.release(office.order())


def test_blocked_releases_have_a_json_form():
    assert blocked_json((("PM01", "没有审图号"),)) == {
        "files": [],
        "blocked": [{"rule": "PM01", "message": "没有审图号"}],
    }


# -- stability -------------------------------------------------------------------------------------------


def test_products_are_byte_identical_while_vertices_stay_in_their_cells(tmp_path):
    def products(folder, records):
        made = make_office(folder)
        made.add(records)
        outcome = made.service.release(made.order(formats=tuple(ProductFormat)))
        lon, lat = PLACES["130321"]
        report = PlaceOrder(lon=lon, lat=lat, name="某村", path=folder / "告知单.pdf")
        PlaceReports(made.register, ACTOR).write(report)
        made.register.close()
        return {path.name: path.read_bytes() for path in (*outcome.files, report.path)}

    def moved(record, cell_m):
        def inside(lonlat):
            i, j = cell_index(lonlat[:, 0], lonlat[:, 1], cell_m)
            boxes = [cell_bounds(int(a), int(b), cell_m) for a, b in zip(i, j, strict=True)]
            west, south = (np.array([b[k] for b in boxes]) for k in (0, 1))
            east, north = west + 0.31 * cell_m, south + 0.83 * cell_m
            return np.column_stack(to_cgcs2000(east, north, parse_reference("EPSG:4549")))

        return replace(record, geometry=transform(record.geometry, inside))

    first = invented_hazards()
    # Counted types have no cell but their division; theirs is the coarsest grid here.
    cells = [redaction.CELL_M.get(redaction.release_class(record), 1000.0) for record in first]
    second = [moved(record, cell_m) for record, cell_m in zip(first, cells, strict=True)]
    # Another order, other ids and more history must not show either.
    second = [
        replace(record, id=uuid.uuid4(), alias_codes=("旧号",)) for record in reversed(second)
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = products(tmp_path / "a", first), products(tmp_path / "b", second)
    assert [name for name in one if one[name] != two[name]] == []
    assert len(one) == len(ProductFormat) + 1


def test_another_process_in_another_time_zone_makes_the_same_bytes(tmp_path):
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2])\n"
        "from release_county import *\n"
        "made = make_office(pathlib.Path(sys.argv[1])); made.add(invented_hazards())\n"
        "made.service.release(made.order(formats=tuple(ProductFormat)))\n"
        "from qhd_riskmap.services.place_reports import *\n"
        "lon, lat = PLACES['130321']; path = made.folder / '公开成果' / '告知单.pdf'\n"
        "order = PlaceOrder(lon=lon, lat=lat, name='某村', path=path)\n"
        "PlaceReports(made.register, ACTOR).write(order); made.register.close()\n"
    )
    results = []
    for zone in ("Asia/Shanghai", "America/New_York"):
        folder = tmp_path / zone.replace("/", "_")
        folder.mkdir()
        environment = {
            **os.environ,
            "TZ": zone,
            "PYTHONHASHSEED": str(len(zone)),
            "QT_QPA_PLATFORM": "offscreen",
        }
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        subprocess.run(
            [sys.executable, "-c", script, str(folder), str(Path(__file__).parent)],
            check=True, env=environment,
        )  # fmt: skip
        results.append({p.name: p.read_bytes() for p in (folder / "公开成果").iterdir()})
    assert results[0] == results[1]
    assert len(results[0]) == len(ProductFormat) + 1
