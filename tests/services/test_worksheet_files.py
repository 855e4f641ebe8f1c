"""The worksheet as Word document and as PDF: everything in it, one page, templates of the office."""

from __future__ import annotations

import zipfile
from datetime import date
from uuid import uuid4

import docx
import pytest
import shapely
from pypdf import PdfReader

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.worksheet import Worksheet
from qhd_riskmap.errors import InvalidInputError, NotFoundError, UnreadableFileError
from qhd_riskmap.formats.document_template import fill
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.services.jobs import SilentJob

PIPE = {
    "medium": "天然气", "diameter_mm": 711, "pressure_mpa": 10, "households_2km": 40, "tall": False,
    "built_up": False, "uninhabited": False, "special_pir": True, "special_200": True,
    "fuel_200": False, "largest_village": 3, "transport_50": False, "nature_200": False,
    "water_200": False,
}  # fmt: skip


@pytest.fixture
def app(tmp_path):
    office = Office(unit="示例县应急管理局")
    (tmp_path / "库").mkdir()
    with create_app(tmp_path / "库" / "登记库.qhd", None, office, "王评估") as opened:
        yield opened


def hazard(app, name="虚构天然气管线", **changes):
    facts = {
        "id": uuid4(), "name": name, "type_key": "oil_gas_pipeline",
        "geometry": shapely.Point(119.60, 39.935), "county": "130302",
        "provenance": Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
    }  # fmt: skip
    return app.registry.create(Hazard(**{**facts, **changes}))[0]


@pytest.fixture
def graded(app):
    stored = hazard(app)
    sheet = Worksheet(
        evidence=dict.fromkeys(PIPE, "现场核查"), overrides={"households_2km": "两户已搬迁"},
        counted={"households_2km": "42 户"}, opinion="属Ⅱ级高后果区", measures="加密巡线",
        experts=("张工", "李工"),
    )  # fmt: skip
    form = AssessmentForm(
        method="pipeline", inputs=PIPE, after={"special_200": False}, worksheet=sheet
    )
    app.assessment.record(stored.code, form, on=date(2026, 3, 1))
    app.assessment.sign(stored.code, "同意")
    return stored


WANTED = (
    "风险评估底稿", "示例县应急管理局", "虚构天然气管线", "管道地区等级与高后果区", "2026.1",
    "711 mm", "现场核查", "统计为 42 户，未采用：两户已搬迁", "GB 32167-2015", "潜在影响半径：222.6 m",
    "较大风险（橙色）", "低风险（蓝色）", "200 m 内有特定场所：改为“否”", "属Ⅱ级高后果区", "加密巡线",
    "张工、李工", "王评估（较大风险）", "同意", "2026-09-01",
)  # fmt: skip


def document_text(path):
    document = docx.Document(path)
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *(cell.text for cell in cells)])


def test_the_document_holds_everything_and_no_placeholder(app, graded, tmp_path):
    out = tmp_path / "底稿.docx"
    app.worksheets.write(graded.code, out)
    text = document_text(out)
    assert [word for word in WANTED if word not in text] == []
    assert "{{" not in text
    assert "{%" not in text


def test_the_pdf_holds_everything_on_one_page_and_is_the_same_twice(app, graded, tmp_path):
    out, again = tmp_path / "底稿.pdf", tmp_path / "再.pdf"
    app.worksheets.write(graded.code, out)
    app.worksheets.write(graded.code, again)
    assert out.read_bytes() == again.read_bytes()
    (page,) = PdfReader(out).pages
    text = "".join(page.extract_text().split())
    assert [word for word in WANTED if "".join(word.split()) not in text] == []


def test_hostile_texts_stay_texts(app, tmp_path):
    stored = hazard(app, name="<b>{{ 7*7 }}&\x01", type_key="geological")
    app.assessment.assess(stored.code, "ls", {"L": 1, "S": 1}, on=date(2026, 3, 1))
    app.worksheets.write(stored.code, tmp_path / "a.docx")
    app.worksheets.write(stored.code, tmp_path / "a.pdf")
    assert "<b>{{ 7*7 }}&" in document_text(tmp_path / "a.docx")


def test_a_declared_level_has_a_worksheet_too(app, tmp_path):
    sheet = tmp_path / "表.csv"
    sheet.write_text(
        "隐患名称,隐患类型,县区,经度,纬度,坐标系,风险等级\n某坡,地质灾害,海港区,119.60,39.935,CGCS2000,重大\n",
        encoding="utf-8",
    )
    preview = app.survey_import.preview([sheet], datum=None, job=SilentJob())
    app.survey_import.commit(preview, job=SilentJob())
    (stored,) = app.registry.find()
    app.worksheets.write(stored.code, tmp_path / "a.pdf")
    assert "表中填报" in "".join(PdfReader(tmp_path / "a.pdf").pages[0].extract_text().split())


def test_the_office_may_have_a_template_of_its_own(app, graded, tmp_path):
    own = docx.Document()
    own.add_paragraph("本局样式：{{ name }} {{ level }}")
    app.worksheets.templates.mkdir()
    own.save(app.worksheets.templates / "评估底稿.docx")
    app.worksheets.write(graded.code, tmp_path / "a.docx")
    assert document_text(tmp_path / "a.docx") == "本局样式：虚构天然气管线 较大风险（橙色）"


@pytest.mark.parametrize(
    ("text", "word"),
    [("{{ nmae }}", "nmae"), ("{{ name", "有误"), ("{% for x in y %}", "有误"),
     ("{{ name.__class__.__mro__ }}", "有误"), ("{% for i in range(10**9) %}x{% endfor %}", "有误")],
)  # fmt: skip
def test_a_broken_template_is_named_with_its_fault(app, graded, tmp_path, text, word):
    own = docx.Document()
    own.add_paragraph(text)
    own.save(tmp_path / "坏.docx")
    with pytest.raises(UnreadableFileError, match=word):
        app.worksheets.write(graded.code, tmp_path / "a.docx", tmp_path / "坏.docx")
    assert not (tmp_path / "a.docx").exists()


def test_what_is_no_document_is_refused(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"no archive")
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as archive:
        archive.writestr("x", "y")
    (tmp_path / "c.docx").write_bytes(b"\0" * 20_000_001)
    for name in ("a.docx", "b.docx", "c.docx", "missing.docx"):
        with pytest.raises(UnreadableFileError):
            fill(tmp_path / name, {}, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()


def test_other_endings_and_ungraded_hazards_are_refused(app, graded, tmp_path):
    with pytest.raises(InvalidInputError, match="格式"):
        app.worksheets.write(graded.code, tmp_path / "a.txt")
    with pytest.raises(NotFoundError, match="还没有评估"):
        app.worksheets.write(hazard(app, "另一处").code, tmp_path / "a.pdf")


def test_what_does_not_fit_one_page_is_refused_and_never_cut(app, tmp_path):
    stored = hazard(app, name="某坡", type_key="geological")
    for letters, fits in ((300, True), (1500, True), (9000, False)):
        form = AssessmentForm(
            method="ls", inputs={"L": 1, "S": 1}, worksheet=Worksheet(opinion="长" * letters)
        )
        app.assessment.record(stored.code, form, on=date(2026, 3, 1))
        out = tmp_path / f"{letters}.pdf"
        if fits:
            app.worksheets.write(stored.code, out)
            (page,) = PdfReader(out).pages
            assert page.extract_text().count("长") == letters
        else:
            with pytest.raises(InvalidInputError, match="放不下"):
                app.worksheets.write(stored.code, out)
            assert not out.exists()


def test_the_office_s_own_template_is_printed_too(app, graded, tmp_path):
    own = docx.Document()
    own.add_paragraph("本局样式：{{ name }} {{ level }}")
    app.worksheets.templates.mkdir()
    own.save(app.worksheets.templates / "评估底稿.docx")
    app.worksheets.write(graded.code, tmp_path / "a.pdf")
    text = "".join(PdfReader(tmp_path / "a.pdf").pages[0].extract_text().split())
    assert text == "本局样式：虚构天然气管线较大风险（橙色）"
