"""A Word document as PDF without Word: its words, tables, pictures and page numbers, the same bytes twice."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image
from pypdf import PdfReader

from qhd_riskmap.cartography.document_pages import export_document
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.document_blocks import DocumentTable, Paragraph, document_blocks


def saved(document) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def field(paragraph, code):
    """A field as Word writes it: its marks, its code, what Word saw last."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("seen", "77"), ("end", "")):
        run = paragraph.add_run(text if kind == "seen" else "")
        if kind in {"begin", "separate", "end"}:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            instruction = OxmlElement("w:instrText")
            instruction.text = code
            run._r.append(instruction)


@pytest.fixture
def paper():
    document = Document()
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("责令限期整改指令书")
    run.bold, run.font.size = True, Pt(22)
    document.add_paragraph("海滨镇政府：\n现责令你单位整改。").runs[0].underline = True
    table = document.add_table(rows=2, cols=3)
    table.style = "Table Grid"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "横跨两列"
    table.cell(0, 2).merge(table.cell(1, 2)).text = "竖跨两行"
    table.cell(1, 0).text = "左下"
    shade = OxmlElement("w:shd")
    shade.set(qn("w:fill"), "EFEDE8")
    table.cell(1, 0)._tc.get_or_add_tcPr().append(shade)
    document.add_table(rows=1, cols=1).cell(0, 0).text = "没有线的表"
    content = io.BytesIO()
    Image.new("RGB", (40, 20), "#0070FF").save(content, "PNG")
    document.add_paragraph().add_run().add_picture(io.BytesIO(content.getvalue()), width=Mm(60))
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("附件")
    document.sections[0].header.paragraphs[0].text = "示例市应急管理局"
    foot = document.sections[0].footer.paragraphs[0]
    foot.add_run("第 ")
    field(foot, "PAGE")
    foot.add_run(" 页，共 ")
    field(foot, "NUMPAGES")
    return document


def test_all_words_stand_on_the_pages_with_their_numbers(paper, tmp_path):
    assert export_document(saved(paper), tmp_path / "a.pdf", "指令书") == 2
    first, second = ("".join(p.extract_text().split()) for p in PdfReader(tmp_path / "a.pdf").pages)
    for words in (
        "责令限期整改指令书",
        "海滨镇政府：",
        "横跨两列",
        "竖跨两行",
        "左下",
        "没有线的表",
        "示例市应急管理局",
        "第1页，共2",
    ):
        assert words in first
    assert "附件" in second
    assert "第2页，共2" in second
    assert "77" not in first
    assert len(PdfReader(tmp_path / "a.pdf").pages[0].images) == 1


def test_the_same_document_is_the_same_file(paper, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        export_document(saved(paper), tmp_path / name, "指令书")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_the_page_is_as_wide_as_word_s(paper, tmp_path):
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(297), Mm(210)
    export_document(saved(paper), tmp_path / "a.pdf", "指令书")
    box = PdfReader(tmp_path / "a.pdf").pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (842, 595)


def test_spans_shades_sizes_and_lines_are_read(paper):
    found = document_blocks(saved(paper))
    title = found.blocks[0]
    assert isinstance(title, Paragraph)
    assert (title.align, title.runs[0].points, title.runs[0].bold) == ("center", 22, True)
    ruled, bare = (block for block in found.blocks if isinstance(block, DocumentTable))
    assert [(c.column, c.span, c.rows) for row in ruled.rows for c in row] == [
        (0, 2, 1), (2, 1, 2), (0, 1, 1), (1, 1, 1),
    ]  # fmt: skip
    assert ruled.rows[1][0].shade == "#EFEDE8"
    assert (ruled.ruled, bare.ruled) == (True, False)


def test_a_row_of_headers_is_repeated_on_every_page(tmp_path):
    document = Document()
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "表头"
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for number in range(120):
        table.add_row().cells[0].text = f"第{number}行"
    pages = export_document(saved(document), tmp_path / "a.pdf", "表")
    texts = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    assert pages > 2
    assert all("表头" in text for text in texts)
    assert all(any(f"第{number}行" in text for text in texts) for number in range(120))


@pytest.mark.parametrize("parts", [(), ("a.txt",)], ids=["noise", "other archive"])
def test_what_is_no_document_is_said(tmp_path, parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in parts:
            made.writestr(name, "x")
    raw = content.getvalue() if parts else b"nothing"
    with pytest.raises(UnreadableFileError, match="通知"):
        export_document(raw, tmp_path / "a.pdf", "通知")


def words_by_page(document, path):
    export_document(saved(document), path, "文书")
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def test_a_signature_stands_on_one_page_with_what_it_signs(tmp_path):
    def paper(lines, *, keep):
        document = Document()
        for number in range(lines):
            document.add_paragraph(f"正文{number}")
        for text in ("依据某条", "执法人员"):
            document.add_paragraph(text).paragraph_format.keep_with_next = keep
        table = document.add_table(rows=1, cols=1)
        table.cell(0, 0).text = "签名栏"
        table.cell(0, 0).paragraphs[0].paragraph_format.keep_with_next = keep
        document.add_paragraph("落款日期")
        return document

    together = ("依据某条", "执法人员", "签名栏", "落款日期")
    torn = 0
    for lines in range(36, 52, 2):
        loose = words_by_page(paper(lines, keep=False), tmp_path / "loose.pdf")
        torn += not any(all(word in page for word in together) for page in loose)
        kept = words_by_page(paper(lines, keep=True), tmp_path / "kept.pdf")
        assert any(all(word in page for word in together) for page in kept), lines
        assert "".join(kept) == "".join(loose)
    assert torn  # without keeping, some of these papers are torn there


def test_what_is_longer_than_a_page_is_printed_as_it_comes(tmp_path):
    document = Document()
    for number in range(120):
        document.add_paragraph(f"正文{number}").paragraph_format.keep_with_next = True
    pages = words_by_page(document, tmp_path / "a.pdf")
    assert len(pages) > 2
    assert all(f"正文{number}" in "".join(pages) for number in range(120))


def test_no_row_of_a_table_is_torn_by_a_page_and_its_head_stands_on_each(tmp_path):
    document = Document()
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    table.cell(0, 0).text, table.cell(0, 1).text = "表头", "问题"
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for number in range(40):
        cells = table.add_row().cells
        cells[0].text = f"始{number}末"
        cells[1].text = "\n".join(f"第{number}项{part}" for part in "甲乙丙丁")
    pages = words_by_page(document, tmp_path / "a.pdf")
    assert len(pages) > 3
    for number in range(40):
        (page,) = [each for each in pages if f"始{number}末" in each]
        assert all(f"第{number}项{part}" in page for part in "甲乙丙丁"), number
    assert all(page.count("表头") == 1 for page in pages)


def test_a_table_with_an_empty_row_is_printed(tmp_path):
    document = Document()
    for number in range(40):
        document.add_paragraph(f"正文{number}")
    table = document.add_table(rows=2, cols=1)
    table.cell(0, 0).text = "有字"
    row = table.rows[1]._tr
    for cell in row.tc_lst:
        row.remove(cell)
    assert "有字" in "".join(words_by_page(document, tmp_path / "a.pdf"))
