"""The template opens in other programs, and what is filled into it comes in."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_type_words import types_in_words
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.paper_form import write_paper_form
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.formats.survey_template import (
    TEMPLATE_SHEET,
    TEMPLATE_VERSION,
    TemplateOffice,
    template_fields,
    template_types,
    template_version,
    write_template,
)
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_geometry import LINE_TYPES
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

TYPES = taxonomy().types


def filled(path, hazard_type, values):
    """The template with one row below the example."""
    book = load_workbook(path)
    sheet = book[hazard_type.label[:31]]
    places = {field.key: n for n, field in enumerate(template_fields(hazard_type), start=1)}
    for key, value in values.items():
        sheet.cell(3, places[key]).value = value
    book.save(path)


def imported(tmp_path, path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
        preview = survey.preview([path], datum=None, job=SilentJob())
        return survey.commit(preview, SilentJob())


def test_an_untouched_template_brings_nothing_and_complains_of_nothing(tmp_path):
    write_template(tmp_path / "t.xlsx", TYPES)
    outcome = imported(tmp_path, tmp_path / "t.xlsx")
    assert (outcome.accepted, outcome.rejected, outcome.issues) == (0, 0, ())


@pytest.mark.parametrize("hazard_type", TYPES, ids=lambda t: t.key)
def test_the_example_row_is_of_the_sheets_own_type(tmp_path, hazard_type):
    write_template(tmp_path / "t.xlsx", [hazard_type])
    sheet = load_workbook(tmp_path / "t.xlsx")[hazard_type.label[:31]]
    places = {field.key: n for n, field in enumerate(template_fields(hazard_type), start=1)}
    shown = {key: str(sheet.cell(2, n).value or "") for key, n in places.items()}
    assert shown["seq"] == "示例"
    assert shown["sub_kind"] in hazard_type.sub_kinds
    assert shown["name"] == hazard_type.examples["name"]
    words = {each.key for each in types_in_words([shown["name"]])}
    assert words <= {hazard_type.key}
    if hazard_type.key in LINE_TYPES:
        assert shown["geometry_kind"] == "线"


def test_no_two_types_show_the_same_example():
    assert len({t.examples["name"] for t in TYPES}) == len(TYPES)


@pytest.mark.parametrize("hazard_type", TYPES, ids=lambda t: t.key)
def test_every_type_comes_back_from_its_own_sheet(tmp_path, hazard_type):
    path = tmp_path / "t.xlsx"
    write_template(path, [hazard_type])
    examples = {f.key: f.example for f in hazard_type.fields if f.example}
    filled(
        path,
        hazard_type,
        {
            **examples,
            "name": "甲处", "county": "青龙满族自治县", "lon": "118.95", "lat": "40.407",
            "datum": "国家2000", "found_date": "2014-03-05", "risk_level": "较大风险",
        },
    )  # fmt: skip
    outcome = imported(tmp_path, path)
    (hazard,) = outcome.hazards
    assert hazard.type_key == hazard_type.key
    assert hazard.found_on == date(2014, 3, 5)
    assert set(hazard.attributes) == set(examples), "an example value was not understood"
    odd = {issue.code for issue in outcome.issues} - {"route-unknown", "missing"}
    assert not odd, outcome.issues


def test_libreoffice_opens_it_and_its_copy_is_still_our_template(tmp_path):
    write_template(tmp_path / "t.xlsx", TYPES)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    convert = ["--convert-to", "ods", "--outdir", tmp_path, tmp_path / "t.xlsx"]
    subprocess.run([*command, *convert], check=True, capture_output=True, timeout=120)
    sheets = read_survey(tmp_path / "t.ods")
    assert set(template_types(sheets).values()) == {t.key for t in TYPES}


def test_lists_notes_protection_and_formats(tmp_path):
    write_template(tmp_path / "t.xlsx", [taxonomy().get("geological")])
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["填写说明", "地质灾害", TEMPLATE_SHEET]
    assert book[TEMPLATE_SHEET].sheet_state == "hidden"
    sheet = book["地质灾害"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "D2"
    assert heads["*隐患名称"].protection.locked
    assert not sheet.column_dimensions["C"].protection.locked
    assert sheet.column_dimensions[heads["联系电话"].column_letter].number_format == "@"
    assert "单位" in heads["威胁人数（人）"].comment.text
    lists = {next(iter(r.sqref.ranges)).min_col: r for r in sheet.data_validations.dataValidation}
    assert lists[heads["县区"].column].formula1.startswith(f"'{TEMPLATE_SHEET}'!")
    assert lists[heads["坡度（°）"].column].formula2 == "90"
    assert all(len(r.formula1) < 255 for r in lists.values())


OLD_TEMPLATES = sorted((Path(__file__).parents[1] / "data" / "templates").glob("template_v*.xlsx"))


@pytest.mark.parametrize("path", OLD_TEMPLATES, ids=lambda p: p.stem)
def test_older_templates_still_come_in_and_say_their_version(tmp_path, path):
    outcome = imported(tmp_path, path)
    assert {h.name: h.type_key for h in outcome.hazards} == {
        "东沟泥石流": "geological", "西坡滑坡": "geological", "甲乙线示例段": "oil_gas_pipeline",
    }  # fmt: skip
    assert (outcome.rejected, outcome.undecided) == (0, 0)
    (issue,) = [i for i in outcome.issues if i.code == "template-version"]
    assert (issue.severity, "第 1 版" in issue.message) == (Severity.INFO, True)


def test_a_template_of_a_later_program_is_read_with_a_warning(tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(path, [taxonomy().get("geological")])
    book = load_workbook(path)
    book[TEMPLATE_SHEET]["B1"] = str(int(TEMPLATE_VERSION) + 1)
    book.save(path)
    assert template_version(read_survey(path)) == str(int(TEMPLATE_VERSION) + 1)
    outcome = imported(tmp_path, path)
    assert [(i.code, i.severity) for i in outcome.issues] == [
        ("template-version", Severity.WARNING)
    ]


def lists_of(path, sheet):
    """Header → choices that the drop-down of its column shows."""
    book = load_workbook(path)
    heads = {cell.column: cell.value for cell in book[sheet][1]}
    found = {}
    for rule in book[sheet].data_validations.dataValidation:
        if rule.type == "list":
            place = rule.formula1.rpartition("!")[2].replace("$", "")
            cells = book[TEMPLATE_SHEET][place]
            column = next(iter(rule.sqref.ranges)).min_col
            found[heads[column]] = [cell.value for row in cells for cell in row]
    return found


def test_a_template_for_an_office_offers_its_own_counties_and_townships(tmp_path):
    office = TemplateOffice(unit="=水务局", division="130321", townships=("甲镇", "=乙镇"))
    path = tmp_path / "t.xlsx"
    write_template(path, [taxonomy().get("flood"), taxonomy().get("geological")], office)
    for sheet in ("洪水", "地质灾害"):
        lists = lists_of(path, sheet)
        assert lists["县区"] == ["青龙满族自治县"]
        assert lists["乡镇"] == ["甲镇", "=乙镇"]
        assert lists["坐标系"][0] == "国家2000"
    assert template_types(read_survey(path)) == {"洪水": "flood", "地质灾害": "geological"}
    assert load_workbook(path)["填写说明"]["A2"].value == "填报单位：=水务局"
    outside = TemplateOffice(division="999999")
    write_template(path, [taxonomy().get("flood")], outside)
    assert len(lists_of(path, "洪水")["县区"]) == 7


def test_drop_downs_survive_another_program(tmp_path):
    write_template(tmp_path / "t.xlsx", [taxonomy().get("geological")])
    (tmp_path / "out").mkdir()
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    convert = ["--convert-to", "xlsx", "--outdir", tmp_path / "out", tmp_path / "t.xlsx"]
    subprocess.run([*command, *convert], check=True, capture_output=True, timeout=120)
    assert lists_of(tmp_path / "out" / "t.xlsx", "地质灾害") == lists_of(
        tmp_path / "t.xlsx", "地质灾害"
    )


def test_the_paper_form_asks_for_every_field_once(tmp_path):
    types = [taxonomy().get(key) for key in ("geological", "oil_gas_pipeline")]
    path = tmp_path / "表.docx"
    write_paper_form(path, types, TemplateOffice(unit="示例水务局"))
    document = Document(path)
    body = document.element.body
    seen = "".join("".join(body.itertext()).split())
    for hazard_type in types:
        assert f"{hazard_type.label}隐患排查表" in seen
    assert "示例水务局" in seen
    assert "☐泥石流" in seen
    assert len(list(body.iter(qn("w:br")))) == 1, "every type begins a page"
    labels = [row.cells[0].text.lstrip("*") for table in document.tables for row in table.rows]
    for hazard_type in types:
        for field in template_fields(hazard_type):
            if field.key not in {"seq", "vertices", "geometry_kind"}:
                assert labels.count(field.header) >= 1, field.key
    tags = [item.get(qn("w:val")) for item in body.iter(qn("w:tag"))]
    assert {"name", "lon", "risk_level:较大风险", "found_date"} <= set(tags)
    assert tags.count("name") == len(types)


def test_the_paper_form_leaves_room_to_write_by_hand_in_any_program(tmp_path):
    path = tmp_path / "表.docx"
    write_paper_form(path, [taxonomy().get("geological")])
    form, corners = Document(str(path)).tables
    assert [column.width.cm for column in form.columns] == pytest.approx([4.2, 12.8], abs=0.01)
    assert all(row.height.cm > 0.7 for row in (*form.rows, *corners.rows[1:]))
    assert "cantSplit" in form.rows[0]._tr.xml


def test_other_workbooks_are_no_template(tmp_path):
    (tmp_path / "a.csv").write_text("名称,经度\n", encoding="utf-8")
    assert template_types(read_survey(tmp_path / "a.csv")) == {}
    assert template_version(read_survey(tmp_path / "a.csv")) == ""


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        write_template(tmp_path / "file" / "t.xlsx", [TYPES[0]])
