"""The template opens in other programs, and what is filled into it comes in."""

import subprocess
from datetime import date

import pytest
from openpyxl import load_workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.formats.survey_template import (
    TEMPLATE_SHEET,
    template_fields,
    template_types,
    write_template,
)
from qhd_riskmap.services.jobs import SilentJob
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


def test_other_workbooks_are_no_template(tmp_path):
    (tmp_path / "a.csv").write_text("名称,经度\n", encoding="utf-8")
    assert template_types(read_survey(tmp_path / "a.csv")) == {}


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        write_template(tmp_path / "file" / "t.xlsx", [TYPES[0]])
