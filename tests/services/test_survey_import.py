"""Sheets in, hazards and issues out; all of a batch or nothing."""

import json
import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import Workbook, load_workbook

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, LocationMethod, Secrecy
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import JobCancelledError, PermissionDeniedError, UnreadableFileError
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import GCJ02, parse_reference
from qhd_riskmap.services.exporting import ExportService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
TODAY = date(2014, 7, 1)
HEADERS = [
    "序号",
    "隐患名称",
    "类别",
    "县区",
    "经度(GPS)",
    "纬度(GPS)",
    "联系电话",
    "威胁人数",
    "风险等级",
]
GOOD = [1, "东沟泥石流", "泥石流", "青龙县", 118.95, 40.407, "13900000000", 12, "重大"]
COUNTY_OF_GOOD = "130321"


@pytest.fixture
def register(tmp_path):
    """A plain, empty register."""
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    """Imports into it, on a fixed day."""
    return SurveyImport(register, ACTOR, TODAY)


def workbook(path: Path, rows, headers=HEADERS, title="排查表", before=()) -> Path:
    """A flat sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for line in (*before, headers, *rows):
        sheet.append(list(line))
    book.save(path)
    return path


def preview(survey, *paths, datum=None):
    return survey.preview(list(paths), datum=datum, job=SilentJob())


def commit(survey, *paths, datum=None):
    return survey.commit(preview(survey, *paths, datum=datum), SilentJob())


def codes(outcome) -> dict[str, str]:
    """Cell → issue code."""
    return {issue.cell: issue.code for issue in outcome.issues}


def count(register) -> int:
    with register.unit_of_work() as work:
        return work.hazards.count()


def changed(**cells):
    """The good row with some cells, by column letter, changed."""
    row = list(GOOD)
    for letter, value in cells.items():
        row["ABCDEFGHI".index(letter)] = value
    return row


def test_a_good_row_becomes_a_hazard_with_everything_it_says(survey, register, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [[*GOOD, "x"]], [*HEADERS, "自定列"])
    outcome = commit(survey, path)
    assert (outcome.accepted, outcome.rejected, outcome.issues) == (1, 0, ())
    with register.unit_of_work() as work:
        (hazard,) = work.hazards.find()
        (assessment,) = work.assessments.of(hazard.id)
    assert hazard.name == "东沟泥石流"
    assert (hazard.type_key, hazard.sub_kind) == ("geological", "泥石流")
    assert hazard.code.startswith("130321-DZ-")
    assert hazard.county == COUNTY_OF_GOOD
    assert hazard.phone == "13900000000"
    assert dict(hazard.attributes) == {"threat_people": 12}
    assert dict(hazard.extras) == {"自定列": "x"}
    assert hazard.level is RiskLevel.RED
    assert hazard.provenance.declared_reference == "wgs84"
    assert hazard.provenance.accuracy is AccuracyClass.GNSS_WGS
    assert hazard.provenance.original_text == "118.95, 40.407"
    assert (assessment.method, assessment.level, assessment.assessor) == (
        "declared",
        RiskLevel.RED,
        "张三",
    )


def test_gcj02_is_undone_and_the_original_kept(survey, tmp_path):
    x, y = (float(v) for v in from_cgcs2000(118.95, 40.407, GCJ02))
    headers = [h.replace("GPS", "高德") for h in HEADERS]
    path = workbook(tmp_path / "a.xlsx", [changed(E=round(x, 7), F=round(y, 7))], headers)
    (hazard,) = commit(survey, path).hazards
    assert float(distance_m(*hazard.anchor(), 118.95, 40.407)) < 0.05
    assert hazard.provenance.method is LocationMethod.CONVERTED
    assert hazard.provenance.accuracy is AccuracyClass.GCJ_CONVERTED


REJECTED = [
    ("B", None, "B2", "no-name"),
    ("C", "网络舆情", "C2", "unknown-type"),
    ("E", None, "E2", "bad-coordinate"),
    ("E", "见附图", "E2", "bad-coordinate"),
    ("E", 116.4, "E2", "outside-region"),
    ("D", "昌黎县", "E2", "outside-county"),
]


@pytest.mark.parametrize("case", REJECTED)
def test_what_rejects_a_row(survey, tmp_path, case):
    column, value, cell, code = case
    good = [changed(A=n, B=f"甲{n}沟", E=118.9 + n / 100) for n in range(2, 6)]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [changed(**{column: value}), *good]))
    assert outcome.rejected == 1
    assert outcome.accepted == 4
    assert codes(outcome)[cell] == code


def test_a_place_in_the_sea_names_the_nearest_division(survey, tmp_path):
    rows = [changed(D=None, E=119.9, F=39.5), GOOD]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows))
    (issue,) = outcome.issues
    assert issue.code == "in-sea"
    assert "公里" in issue.message
    assert "最近的是" in issue.message


WARNED = [
    ("G", "12", "G2", "odd-phone"),
    ("H", "很多", "H2", "not-a-number"),
    ("H", -4, "H2", "out-of-range"),
    ("I", "很高", "I2", "unknown-level"),
    ("D", "某某县", "D2", "unknown-county"),
]


@pytest.mark.parametrize("case", WARNED)
def test_what_warns_and_keeps_the_text(survey, tmp_path, case):
    column, value, cell, code = case
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [changed(**{column: value})]))
    assert codes(outcome)[cell] == code
    (hazard,) = outcome.hazards
    kept = {*hazard.extras.values(), hazard.phone}
    assert str(value) in kept


def unknown_county(outcome):
    return [issue.message for issue in outcome.issues if issue.code == "unknown-county"]


def test_an_unknown_county_is_said_to_be_taken_from_the_place_only_where_there_is_one(
    survey, tmp_path
):
    rows = [
        changed(D="某某县"),
        changed(B="乙沟", D="某某县", E="见附图"),
        changed(B="丙沟", D="某某县", E=119.9, F=39.5),
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows))
    assert unknown_county(outcome) == [
        "不认识县区“某某县”，按坐标归入青龙满族自治县，请核对。",
        "不认识县区“某某县”，请核对。",
        "不认识县区“某某县”，请核对。",
    ]


def test_an_unknown_county_of_an_undecided_row_is_not_said_to_be_known(survey, tmp_path):
    headers = [h.replace("(GPS)", "") for h in HEADERS]
    path = workbook(tmp_path / "a.xlsx", [changed(D="某某县")], headers)
    outcome = commit(survey, path)
    assert outcome.undecided == 1
    assert unknown_county(outcome) == ["不认识县区“某某县”，请核对。"]


def test_swapped_axes_are_repaired_and_said(survey, tmp_path):
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [changed(E=40.407, F=118.95)]))
    assert codes(outcome)["E2"] == "swapped"
    assert outcome.hazards[0].anchor() == pytest.approx((118.95, 40.407))


def test_degrees_without_a_word_stay_undecided_and_come_in_once_declared(
    survey, register, tmp_path
):
    headers = [h.replace("(GPS)", "") for h in HEADERS]
    path = workbook(tmp_path / "a.xlsx", [GOOD], headers)
    first = commit(survey, path)
    assert (first.accepted, first.undecided, count(register)) == (0, 1, 0)
    assert codes(first)["E1"] == "datum-undecided"
    assert first.datums[0].decided is None
    assert "坐标从哪里来的" in first.datums[0].question
    second = commit(survey, path, datum=parse_reference("bd09"))
    assert (second.accepted, second.undecided) == (1, 0)
    assert second.datums[0].decided == "bd09"


def test_rows_may_declare_their_own_datum(survey, tmp_path):
    headers = [h.replace("(GPS)", "") for h in HEADERS] + ["坐标系"]
    rows = [
        [*GOOD, "国家2000"],
        [*changed(B="西沟", E=118.99), "高德"],
        [*changed(B="北沟", E=118.93), "火星一号"],
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers))
    references = {h.name: h.provenance.declared_reference for h in outcome.hazards}
    assert references == {"东沟泥石流": "cgcs2000", "西沟": "gcj02"}
    assert outcome.undecided == 1
    assert codes(outcome)["J4"] == "unknown-datum"


def test_plane_coordinates_named_2000_find_their_projection(survey, tmp_path):
    headers = ["隐患名称", "类别", "县区", "X坐标", "Y坐标", "坐标系"]
    east, north = (float(v) for v in from_cgcs2000(118.95, 40.407, parse_reference("EPSG:4528")))
    rows = [
        ["甲沟", "滑坡", "青龙县", north, east, "国家2000"],
        ["乙沟", "滑坡", "青龙县", east + 500, north, "国家2000"],
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers))
    assert outcome.accepted == 2
    assert float(distance_m(*outcome.hazards[0].anchor(), 118.95, 40.407)) < 0.01
    assert outcome.hazards[0].provenance.declared_reference == "EPSG:4528"
    assert codes(outcome)["D3"] == "swapped"


def test_titles_two_row_headers_totals_and_notes(survey, tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["青龙县地质灾害隐患点排查表"])
    sheet.append(["坐标为 GPS 手持机所测"])
    sheet.append(
        ["序号", "*隐患\n名称", "小类", "县区", "坐标", None, "威胁人数（人）", "整改资金(万元)"]
    )
    sheet.append([None, None, None, None, "经度", "纬度"])
    for letter in "ABCDGH":
        sheet.merge_cells(f"{letter}3:{letter}4")
    sheet.merge_cells("E3:F3")
    sheet.append([1, "东沟", "泥石流", "青龙县", 118.95, 40.407, 12, 3.5])
    sheet.append([2, "西沟", "山体滑坡", None, 118.96, 40.41, "／", None])
    sheet.merge_cells("D5:D6")
    sheet.append(["合 计", None, None, None, None, None, 12])
    sheet.append(["注：本表数据虚构"])
    book.save(tmp_path / "a.xlsx")
    outcome = commit(survey, tmp_path / "a.xlsx")
    assert (outcome.accepted, outcome.rejected) == (2, 0)
    first, second = outcome.hazards
    assert (first.type_key, first.sub_kind, second.sub_kind) == ("geological", "泥石流", "滑坡")
    assert first.extras["整改资金(万元)"] == "3.5"
    assert second.county == COUNTY_OF_GOOD
    assert outcome.datums[0].decided == "wgs84"


def test_units_in_headers_are_converted_and_said(survey, tmp_path):
    headers = ["隐患名称", "类别", "县区", "走向坐标（国家2000）", "管径（米）", "长度(m)"]
    rows = [["一号线", "输气", "青龙县", "118.90,40.40;118.95,40.41", 0.508, 4400]]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers))
    (hazard,) = outcome.hazards
    assert hazard.geometry.geom_type == "LineString"
    assert hazard.attributes["diameter_mm"] == 508
    assert hazard.attributes["length_km"] == pytest.approx(4.4)
    assert {i.code for i in outcome.issues} == {"unit-converted"}


def test_a_pipeline_given_as_a_point_is_kept_with_a_warning(survey, tmp_path):
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [changed(C="油气管线", H=None)]))
    assert outcome.accepted == 1
    assert codes(outcome)["E2"] == "route-unknown"


def test_shapes_follow_words_rings_and_types(survey, tmp_path):
    headers = ["隐患名称", "类别", "县区", "拐点坐标(国家2000)", "图形"]
    ring = "118.90,40.40;118.92,40.40;118.92,40.42"
    rows = [
        ["林区", "森林火灾", "青龙县", ring, None],
        ["河段", "洪水", "青龙县", ring, "线"],
        ["管线", "液氨管线", "青龙县", ring, None],
        ["闭合", "其他", "青龙县", f"{ring};118.90,40.40", None],
        ["两点", "其他", "青龙县", "118.90,40.40;118.92,40.40", None],
        ["WKT", "其他", "青龙县", "MULTIPOINT((118.90 40.40),(118.92 40.40))", None],
        [
            "蝴蝶",
            "洪水",
            "青龙县",
            "118.90,40.40;118.92,40.42;118.92,40.40;118.90,40.42;118.90,40.40",
            None,
        ],
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers))
    kinds = {h.name: h.geometry.geom_type for h in outcome.hazards}
    assert kinds == {
        "林区": "Polygon", "河段": "LineString", "管线": "LineString", "闭合": "Polygon",
        "两点": "LineString", "WKT": "MultiPoint", "蝴蝶": "MultiPolygon",
    }  # fmt: skip
    assert codes(outcome)["D8"] == "self-intersection"
    assert all(h.geometry.is_valid for h in outcome.hazards)


def test_start_and_end_columns_make_a_line(survey, tmp_path):
    headers = ["隐患名称", "类别", "县区", "起点经度", "起点纬度", "终点经度", "终点纬度", "坐标系"]
    rows = [["一号线", "输气", "青龙县", 118.9, 40.4, 118.95, 40.41, "国家2000"]]
    (hazard,) = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers)).hazards
    assert list(hazard.geometry.coords) == [(118.9, 40.4), (118.95, 40.41)]


def test_factor_columns_are_graded_and_a_declared_level_wins(survey, register, tmp_path):
    headers = ["隐患名称", "类别", "县区", "经度(GPS)", "纬度(GPS)", "L", "S", "风险等级"]
    rows = [
        ["甲沟", "滑坡", "青龙县", 118.95, 40.407, 4, 5, None],
        ["乙沟", "滑坡", "青龙县", 118.96, 40.407, 4, 5, "低风险"],
        ["丙沟", "滑坡", "青龙县", 118.97, 40.407, 9, 5, None],
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, headers))
    levels = {h.name: h.level for h in outcome.hazards}
    assert levels == {"甲沟": RiskLevel.RED, "乙沟": RiskLevel.BLUE, "丙沟": None}
    assert codes(outcome) == {"H3": "level-differs", "F4": "not-graded"}
    assert outcome.hazards[2].extras["L"] == "9"
    with register.unit_of_work() as work:
        methods = [a.method for a in work.assessments.of(outcome.hazards[1].id)]
    assert methods == ["declared", "ls"]


def test_secrecy_is_read_on_the_safe_side(survey, tmp_path):
    rows = [
        [*changed(B=f"{w}沟", E=118.9 + n / 50), w]
        for n, w in enumerate(["公开", "内部", "机密", "看情况"])
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows, [*HEADERS, "密级"]))
    secrecy = [h.secrecy for h in outcome.hazards]
    assert secrecy == [Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.SECRET, Secrecy.INTERNAL]
    assert codes(outcome)["J5"] == "unknown-secrecy"


def test_a_former_county_is_resolved_by_place(survey, tmp_path):
    rows = [
        changed(D="抚宁县", E=119.60, F=40.08),
        changed(B="乙沟", D="抚宁县", E=119.23, F=39.88),
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows))
    assert outcome.accepted == 2
    assert {h.county for h in outcome.hazards} <= {"130302", "130304", "130306"}
    assert {i.code for i in outcome.issues} == {"former-county"}


def test_the_same_file_twice_changes_nothing_and_says_so(survey, register, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [GOOD, changed(B=None)])
    commit(survey, path)
    before = register.path.read_bytes()
    again = preview(survey, path)
    assert (again.accepted, again.duplicates, again.rejected) == (0, 1, 1)
    outcome = survey.commit(again, SilentJob())
    assert outcome.batch_id is None
    assert count(register) == 1
    assert register.path.read_bytes() == before
    assert {"file-known", "duplicate"} <= {i.code for i in outcome.issues}


def test_committing_one_preview_twice_registers_once(survey, register, tmp_path):
    seen = preview(survey, workbook(tmp_path / "a.xlsx", [GOOD]))
    survey.commit(seen, SilentJob())
    second = survey.commit(seen, SilentJob())
    assert (second.accepted, second.duplicates, count(register)) == (0, 1, 1)


def test_exact_repeats_are_skipped_and_likenesses_reported(survey, tmp_path):
    rows = [
        GOOD,
        changed(A=2, G="13911111111", E=118.950005),
        changed(A=3, B="东沟 泥石流", E=118.9505),
        changed(A=4, B="1号沟", E=118.97),
        changed(A=5, B="2号沟", E=118.9701),
    ]
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", rows))
    assert (outcome.accepted, outcome.duplicates) == (4, 1)
    assert codes(outcome) == {"B3": "duplicate", "B4": "suspected-duplicate"}


def test_old_codes_tell_repeats_apart_only_when_distinctive(survey, tmp_path):
    headers = [*HEADERS, "隐患编号"]
    first = [[*GOOD, "QL-2014-0001"], [*changed(B="乙", E=118.97), "1"]]
    second = [[*changed(B="改名沟", E=118.98), "QL-2014-0001"], [*changed(B="丙", E=118.99), "1"]]
    commit(survey, workbook(tmp_path / "a.xlsx", first, headers))
    outcome = commit(survey, workbook(tmp_path / "b.xlsx", second, headers))
    assert (outcome.accepted, outcome.duplicates) == (1, 1)
    assert outcome.hazards[0].alias_codes == ("1",)


class CancelAt:
    """Cancels at the n-th report."""

    def __init__(self, step: int) -> None:
        self.left = step

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise JobCancelledError("停止")


@pytest.mark.parametrize("step", [0, 1, 2])
def test_cancelling_a_commit_leaves_nothing(survey, register, tmp_path, step):
    seen = preview(survey, workbook(tmp_path / "a.xlsx", [GOOD]))
    with pytest.raises(JobCancelledError):
        survey.commit(seen, CancelAt(step))
    assert count(register) == 0
    with register.unit_of_work() as work:
        assert not work.batches.list()
    assert survey.commit(seen, SilentJob()).accepted == 1


def test_a_batch_remembers_its_files_and_decisions(survey, register, tmp_path):
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [GOOD, changed(B=None)]))
    with register.unit_of_work() as work:
        batch = work.batches.get(outcome.batch_id)
        hazards = work.hazards.find()
    assert [f.name for f in batch.files] == ["a.xlsx"]
    assert batch.counts == {
        "accepted": 1, "rejected": 1, "duplicates": 0, "updated": 0, "undecided": 0,
    }  # fmt: skip
    assert batch.decisions["datums"][0]["decided"] == "wgs84"
    assert hazards[0].batch_id == outcome.batch_id


def test_one_bad_file_does_not_stop_the_others(survey, tmp_path):
    (tmp_path / "b.xlsx").write_bytes(b"%PDF")
    outcome = commit(survey, tmp_path / "b.xlsx", workbook(tmp_path / "a.xlsx", [GOOD]))
    assert outcome.accepted == 1
    assert outcome.issues[0].code == "unreadable-file"
    with pytest.raises(UnreadableFileError):
        preview(survey, tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (["甲", "乙", "丙"], "no-header"),
        (["类别", "经度", "纬度"], "no-name-column"),
        (["隐患名称", "类别", "县区"], "no-coordinate-column"),
    ],
)
def test_a_sheet_that_cannot_be_used_gives_one_issue(survey, tmp_path, headers, code):
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [["一", "二", "三"]] * 5, headers))
    assert [i.code for i in outcome.issues] == [code]


def test_importing_needs_the_permission(register, tmp_path):
    nobody = Actor(name="访客", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        preview(SurveyImport(register, nobody), tmp_path / "a.xlsx")


def test_the_json_of_the_contract(survey, tmp_path):
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [GOOD, changed(B=None)]))
    document = json.loads(json.dumps(outcome.to_json()))
    assert {"accepted", "rejected", "duplicates", "undecided", "issues", "datums"} <= set(document)
    assert document["issues"] == [
        {"file": "a.xlsx", "sheet": "排查表", "cell": "B3", "code": "no-name", "severity": "error",
         "message": "缺少隐患名称，请补填。"}
    ]  # fmt: skip
    assert {"file", "sheet", "columns", "decided", "votes"} <= set(document["datums"][0])


def test_the_report_is_the_senders_own_workbook(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [GOOD, changed(B=None)])
    seen = preview(survey, path)
    outcome = survey.commit(seen, SilentJob())
    (report,) = survey.write_reports(seen, outcome, tmp_path / "out" / "退回.xlsx")
    sheet = load_workbook(report)["排查表"]
    assert sheet["B2"].value == "东沟泥石流"
    assert "缺少隐患名称" in sheet["B3"].comment.text
    assert sheet["B3"].fill.fgColor.rgb.endswith("FFC7CE")
    assert outcome.hazards[0].code in sheet["J2"].value
    assert sheet["J3"].value == "退回，请改正"
    assert not survey.write_reports(seen, outcome, None)


def test_an_exported_table_comes_back_as_duplicates(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", [GOOD, changed(B="西沟", E=118.99)]))
    for suffix in ("xlsx", "csv"):
        (file,) = ExportService(register, ACTOR).export(tmp_path / f"导出.{suffix}")
        outcome = commit(survey, file)
        assert (outcome.accepted, outcome.duplicates, outcome.rejected) == (0, 2, 0), outcome.issues


def facts(hazard) -> tuple:
    """What must not depend on the layout of the sheet."""
    return (
        hazard.name, hazard.type_key, hazard.sub_kind, hazard.county, hazard.level, hazard.phone,
        tuple(round(v, 6) for v in hazard.anchor()), tuple(sorted(hazard.attributes.items())),
    )  # fmt: skip


ALIASES = {
    "隐患名称": ["名称", "风险点名称", "*隐患名称", "隐患点\n名称"],
    "类别": ["灾害类型", "隐患类别", "类 别"],
    "县区": ["所属县区", "区县", "县（区）"],
    "经度(GPS)": ["东经（GPS）", "经度(GPS)", "lon(GPS)"],
    "纬度(GPS)": ["北纬（GPS）", "纬度 (GPS)"],
    "联系电话": ["电话", "手机号码"],
    "威胁人数": ["受威胁人数（人）", "威胁人口"],
    "风险等级": ["等级颜色", "风险级别"],
    "序号": ["编 号次", "序号"],
}
DIRT = [
    lambda v: f" {v} ",
    lambda v: str(v).translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
    lambda v: f"{v}\n",
    lambda v: f"\u3000{v}",
]


@pytest.mark.parametrize("seed", range(12))
def test_shuffled_renamed_and_dirty_sheets_give_the_same_hazards_or_an_issue(tmp_path, seed):
    chance = random.Random(seed)
    rows = [
        changed(A=n, B=f"{chr(0x7532 + n)}沟", E=round(118.9 + n / 60, 5), H=n * 3, I=level)
        for n, level in enumerate(["重大", "橙", "一般", "四级", None, "红色"])
    ]
    order = list(range(len(HEADERS)))
    chance.shuffle(order)
    dirty = [
        [
            chance.choice(DIRT)(row[i]) if row[i] is not None and chance.random() < 0.3 else row[i]
            for i in order
        ]
        for row in rows
    ]
    headers = [chance.choice([HEADERS[i], *ALIASES[HEADERS[i]]]) for i in order]
    title = [["某县排查表"], []][: chance.randint(0, 2)]
    results = []
    for name, lines, heads, before in (
        ("clean", rows, HEADERS, []),
        ("dirty", dirty, headers, title),
    ):
        with create_register(tmp_path / f"{name}.qhd", passphrase=None, office=Office()) as opened:
            path = workbook(tmp_path / f"{name}.xlsx", lines, heads, before=before)
            results.append(commit(SurveyImport(opened, ACTOR, TODAY), path))
    clean, found = results
    assert clean.accepted == len(rows)
    same = {facts(h) for h in clean.hazards}
    told = {issue.row for issue in found.issues}
    for (_path, _sheet, row), hazard in zip(found.rows, found.hazards, strict=True):
        assert facts(hazard) in same or row in told, hazard
    assert found.accepted + found.rejected == len(rows)


def test_places_are_loaded_and_loaded_again(survey, register, tmp_path):
    headers = ["名称", "类别", "人数", "县区", "经度", "纬度", "备注"]
    workbook(tmp_path / "r.xlsx", [["某小学", "学校", 320, "青龙县", 118.95, 40.4, "x"]], headers)
    headers = ["名称", "类别", "数量", "计量单位", "经度", "纬度"]
    workbook(tmp_path / "e.xlsx", [["某仓库", "物资", "1,200", "件", "118°57′", "40°24′"]], headers)
    town = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": "示例镇", "code": "130321999", "county": "130321"},
             "geometry": {"type": "Polygon",
                          "coordinates": [[[118.9, 40.3], [119, 40.3], [119, 40.4], [118.9, 40.3]]]}}
        ],
    }  # fmt: skip
    (tmp_path / "t.geojson").write_text(json.dumps(town), encoding="utf-8")
    for _again in range(2):
        assert [survey.import_places(tmp_path / n) for n in ("r.xlsx", "e.xlsx", "t.geojson")] == [
            1,
            1,
            1,
        ]
    with register.unit_of_work() as work:
        (receptor,), (resource,) = work.places.receptors(), work.places.resources()
        (township,) = work.places.townships()
    assert (receptor.people, receptor.county, receptor.extras) == (
        320,
        COUNTY_OF_GOOD,
        {"备注": "x"},
    )
    assert (resource.quantity, resource.unit_of_measure) == (1200, "件")
    assert (township.name, township.county) == ("示例镇", COUNTY_OF_GOOD)
    outcome = commit(survey, workbook(tmp_path / "a.xlsx", [[*GOOD, "某镇"]], [*HEADERS, "乡镇"]))
    assert codes(outcome)["J2"] == "unknown-township"


def test_files_without_places_are_refused(survey, tmp_path):
    (tmp_path / "a.geojson").write_text('{"features": [{}]}', encoding="utf-8")
    workbook(tmp_path / "b.xlsx", [["x"]], ["甲"])
    workbook(
        tmp_path / "c.xlsx", [["某", "学校", 1, "?", "?"]], ["名称", "类别", "人数", "经度", "纬度"]
    )
    for name in ("a.geojson", "b.xlsx", "c.xlsx"):
        with pytest.raises(UnreadableFileError):
            survey.import_places(tmp_path / name)


def test_several_reports_get_the_names_of_their_files(survey, tmp_path):
    first = workbook(tmp_path / "甲.xlsx", [GOOD])
    second = Path(
        shutil.copy(workbook(tmp_path / "x.xlsx", [changed(B=None)]), tmp_path / "乙.xlsx")
    )
    seen = preview(survey, first, second)
    outcome = survey.commit(seen, SilentJob())
    reports = survey.write_reports(seen, outcome, tmp_path / "退回.xlsx")
    assert [r.name for r in reports] == ["退回-01-甲.xlsx", "退回-02-乙.xlsx"]
    assert survey.changes(outcome).hazards


def test_rows_another_desk_brought_since_the_preview_are_passed_over(survey, register, tmp_path):
    seen = preview(survey, workbook(tmp_path / "a.xlsx", [GOOD, changed(B="西沟", E=118.99)]))
    one = replace(seen, candidates=seen.candidates[:1], batch_id=uuid4())
    moved = replace(
        one.candidates[0],
        hazard=replace(one.candidates[0].hazard, id=uuid4(), batch_id=one.batch_id),
    )
    survey.commit(replace(one, candidates=(replace(moved, assessments=()),)), SilentJob())
    outcome = survey.commit(seen, SilentJob())
    assert (outcome.accepted, outcome.duplicates, count(register)) == (1, 1, 2)
