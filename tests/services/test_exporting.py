"""Internal exports: complete, re-openable, harmless, and on record."""

import csv
import json
import subprocess
import sys
from datetime import date
from uuid import uuid4

import pytest
import shapely
from openpyxl import load_workbook

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import InvalidInputError, OutputFileError, PermissionDeniedError
from qhd_riskmap.services.exporting import ExportService
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
EVIL = "=cmd|' /C calc'!A0"
SHAPES = {
    "甲点": "POINT (118.95 40.4)",
    EVIL: "LINESTRING (118.9 40.3, 118.95 40.4)",
    "丙面": "MULTIPOLYGON (((118.9 40.3, 118.95 40.3, 118.95 40.4, 118.9 40.3)))",
}


def hazard(name, wkt):
    return Hazard(
        id=uuid4(),
        name=name,
        type_key="geological",
        geometry=shapely.from_wkt(wkt),
        provenance=Provenance(
            original_text="x",
            declared_reference="gcj02",
            method=LocationMethod.CONVERTED,
            accuracy=AccuracyClass.GCJ_CONVERTED,
        ),
        county="130321",
        phone="013900000000",
        found_on=date(2014, 3, 5),
        attributes={"threat_people": 12},
        extras={"备注2": "长" * 300},
        level=RiskLevel.RED,
        alias_codes=("001", "002"),
    )


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase="x", office=Office()) as opened:
        with opened.unit_of_work() as work:
            work.hazards.add_many([hazard(*item) for item in SHAPES.items()], ACTOR)
            work.commit()
        yield opened


def layers(path):
    """What GDAL's own program sees: names and WKT."""
    done = subprocess.run(
        ["ogrinfo", "-ro", "-al", path],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "ERROR" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "kml"])
def test_gis_formats_open_elsewhere_with_every_hazard(register, tmp_path, suffix):
    (file,) = ExportService(register, ACTOR).export(tmp_path / "出" / f"导出.{suffix}")
    seen = layers(file)
    assert "Feature Count: 3" in seen
    assert "013900000000" in seen
    assert "POINT (118.95 40.4)" in seen
    for name in SHAPES:
        assert name in seen or suffix == "kml"


def test_shapefiles_are_one_per_kind_in_utf8(register, tmp_path):
    files = ExportService(register, ACTOR).export(tmp_path / "导出.shp")
    assert {f.name for f in files if f.suffix == ".shp"} == {
        "导出_点.shp",
        "导出_线.shp",
        "导出_面.shp",
    }
    assert (tmp_path / "导出_点.cpg").read_text(encoding="ascii") == "UTF-8"
    assert "甲点" in layers(tmp_path / "导出_点.shp")
    assert "Polygon" in layers(tmp_path / "导出_面.shp")


def test_one_kind_alone_keeps_the_name_asked_for(register, tmp_path):
    files = ExportService(register, ACTOR).export(tmp_path / "导出.shp", HazardFilter(text="甲点"))
    assert tmp_path / "导出.shp" in files
    empty = ExportService(register, ACTOR).export(tmp_path / "空.shp", HazardFilter(text="没有"))
    assert "Feature Count: 0" in layers(empty[0])


def test_geojson_keeps_coordinates_and_ids(register, tmp_path):
    (file,) = ExportService(register, ACTOR).export(tmp_path / "a.geojson")
    document = json.loads(file.read_text(encoding="utf-8"))
    by_name = {f["properties"]["name"]: f for f in document["features"]}
    assert by_name["甲点"]["geometry"] == {"type": "Point", "coordinates": [118.95, 40.4]}
    assert json.loads(by_name["甲点"]["properties"]["attributes"]) == {"threat_people": 12}
    assert all(f["id"] == f["properties"]["id"] for f in document["features"])


def test_tables_hold_texts_that_cannot_run(register, tmp_path):
    service = ExportService(register, ACTOR)
    (sheet_file,) = service.export(tmp_path / "a.xlsx")
    cells = [c for row in load_workbook(sheet_file).active.iter_rows() for c in row]
    assert {c.data_type for c in cells if c.value is not None} == {"s"}
    (evil,) = [c for c in cells if c.value == EVIL]
    assert evil.quotePrefix
    (text_file,) = service.export(tmp_path / "a.csv")
    assert text_file.read_bytes().startswith(b"\xef\xbb\xbf")
    with text_file.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["隐患名称"] for r in rows][1] == f"'{EVIL}"
    assert rows[0]["联系电话"] == "013900000000"
    assert rows[0]["曾用编号"] == "001；002"
    assert rows[1]["拐点坐标"].startswith("LINESTRING")


def test_every_export_is_on_record(register, tmp_path):
    ExportService(register, ACTOR).export(tmp_path / "a.csv")
    with register.unit_of_work() as work:
        (entry,) = work.audit.of("a.csv")
    assert (entry.actor, entry.action) == ("张三", "register.export")
    assert entry.detail == {"format": "csv", "count": 3}


def test_refusals(register, tmp_path):
    service = ExportService(register, ACTOR)
    with pytest.raises(InvalidInputError, match="格式"):
        service.export(tmp_path / "a.dwg")
    with pytest.raises(OutputFileError, match="登记库"):
        service.export(register.path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        service.export(tmp_path / "file" / "a.csv")
    reader = Actor(name="访客", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        ExportService(register, reader).export(tmp_path / "a.csv")


def test_an_export_that_cannot_be_recorded_leaves_no_file(register, tmp_path, monkeypatch):
    def refuse(*_args):
        raise RuntimeError("no audit")

    monkeypatch.setattr("qhd_riskmap.storage.audit_log.AuditLog.record", refuse)
    with pytest.raises(RuntimeError, match="no audit"):
        ExportService(register, ACTOR).export(tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()


def test_a_geopackage_beside_an_open_register_does_not_crash_the_process(tmp_path):
    # In a process of its own: the crash depends on what was loaded first.
    script = f"""
from pathlib import Path
from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.office import Office
folder = Path({str(tmp_path)!r})
with create_app(folder / "r.qhd", "x", Office(), "a") as app:
    print(app.exporting.export(folder / "a.gpkg"))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
