"""Makes the Word templates of the program: ``python resources/build_templates.py``.

The office edits copies of them in Word; this is where the shipped ones come from.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from build_report_template import report
from document_texts import DOCUMENTS, NOTE, TABLES
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from template_flow import keep_closing, keep_rows, leave_room

FOLDER = Path(__file__).resolve().parent / "templates"
FONT = "宋体"
BODY_FONT = "仿宋"
SHADE = "EFEDE8"
WIDTH_CM = 18.0


def main() -> int:
    """Write all templates."""
    _save(_worksheet(), FOLDER / "assessment_worksheet.docx")
    _save(_notice(), FOLDER / "deadline_notice.docx")
    _save(report(), FOLDER / "monthly_report.docx")
    _save(_submission(), FOLDER / "map_submission.docx")
    for key, parts in DOCUMENTS.items():
        _save(_office_document(parts), FOLDER / f"document_{key}.docx")
    return 0


def _worksheet() -> Any:
    document = _document()
    title = document.add_paragraph()
    title.alignment = 1
    run = title.add_run("{{ title }}")
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph("评估单位：{{ office }}")
    table = _table(document)
    _pairs(table, ("隐患名称", "{{ name }}"), ("编号", "{{ code }}"))
    _pairs(table, ("类型", "{{ type }}"), ("位置", "{{ county }} {{ township }} {{ address }}"))
    _pairs(table, ("责任单位", "{{ unit }}"), ("监管部门", "{{ regulator }}"))
    _wide(table, "评估方法", "{{ method }}（{{ version }}）  {{ source }}")
    factors = _table(document, (3.8, 4.2, 4.4, 5.6))
    _cells(factors, ("因素", "取值", "取值依据", "标准条款"), labels=True)
    _cells(factors, ("{%tr for f in factors %}", "", "", ""))
    _cells(factors, ("{{ f.label }}", "{{ f.value }}", "{{ f.evidence }}", "{{ f.source }}"))
    _cells(factors, ("{%tr endfor %}", "", "", ""))
    rest = _table(document)
    _wide(
        rest,
        "计算和结论",
        "{% for line in reasons %}{{ line }}{% if not loop.last %}\n{% endif %}{% endfor %}",
    )
    _pairs(rest, ("固有等级", "{{ level }}"), ("评估前等级", "{{ before }}"))
    _pairs(rest, ("剩余等级", "{{ residual }}"), ("下次复评", "{{ next_review }}"))
    _wide(
        rest,
        "怎样降级",
        "{% for line in lowering %}{{ line }}{% if not loop.last %}\n{% endif %}{% endfor %}",
    )
    _wide(rest, "拟采取措施", "{{ measures }}")
    _wide(rest, "评估意见", "{{ opinion }}")
    _pairs(rest, ("参加专家", "{{ experts }}"), ("验收依据", "{{ accepted }}"))
    _pairs(rest, ("评估人", "{{ assessor }}  {{ assessed_on }}"), ("评估缘由", "{{ occasion }}"))
    _wide(
        rest,
        "签批",
        "{% for line in signs %}{{ line }}{% if not loop.last %}\n{% endif %}{% endfor %}",
    )
    document.add_paragraph("内部资料，未经批准不得公开。")
    return document


def _notice() -> Any:
    document = _document()
    title = document.add_paragraph()
    title.alignment = 1
    run = title.add_run("{{ title }}")
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph("编号：{{ number }}").alignment = 2
    document.add_paragraph("{{ unit }}：")
    document.add_paragraph(
        "下列 {{ count }} 项隐患整改任务的整改时限到了“{{ step }}”，请按时限完成整改，并将回执交回。"
    )
    table = _table(document, (0.9, 3.4, 3.0, 4.1, 1.8, 2.2, 1.5, 1.1))
    heads = ("序号", "整改编号", "隐患", "隐患描述", "责任人", "时限", "逾期", "督办")
    _cells(table, heads, labels=True)
    _cells(table, ("{%tr for t in tasks %}", *[""] * 7))
    names = ("at", "number", "name", "problem", "owner", "deadline", "late", "supervision")
    _cells(table, tuple(f"{{{{ t.{name} }}}}" for name in names))
    _cells(table, ("{%tr endfor %}", *[""] * 7))
    document.add_paragraph("依据：{{ basis }}")
    document.add_paragraph("档次：{{ threshold }}")
    document.add_paragraph("{{ office }}\n{{ day }}").alignment = 2
    document.add_paragraph("- - - - - - - - - - - - 回 执 - - - - - - - - - - - -").alignment = 1
    document.add_paragraph("{{ office }}：编号 {{ number }} 的通知（{{ count }} 项）已收到。")
    receipt = _table(document)
    _pairs(receipt, ("签收单位", "{{ unit }}"), ("签收人", ""))
    _pairs(receipt, ("签收日期", ""), ("联系电话", ""))
    _wide(receipt, "整改情况", "")
    keep_rows(document)
    leave_room(document)
    keep_closing(document)
    return document


def _submission() -> Any:
    """地图审核申请表: what the program knows is filled in, the rest is the office's to write."""
    document = _document()
    document.styles["Normal"].font.size = Pt(10.5)
    title = document.add_paragraph()
    title.alignment = 1
    run = title.add_run("{{ title }}")
    run.bold, run.font.size = True, Pt(18)
    document.add_paragraph("受理机关：{{ receiver }}　　　　样图编号：{{ number }}")
    office = _table(document, (2.8, 6.2, 2.8, 6.2))
    _pairs(office, ("申请单位", "{{ unit }}"), ("统一社会信用代码", ""))
    _pairs(office, ("法定代表人", ""), ("通信地址", ""))
    _pairs(office, ("联系人", ""), ("联系电话", ""))
    _pairs(office, ("编制单位", "{{ unit }}"), ("测绘资质证书编号", ""))
    _pairs(office, ("发布（展示）单位", "{{ publisher }}"), ("审核类别", "{{ urgency }}"))
    sheet = _table(document, (2.8, 6.2, 2.8, 6.2))
    _wide(sheet, "地图名称", "{{ name }}")
    _pairs(sheet, ("地图形式", "{{ form }}"), ("表现范围", "{{ area }}"))
    _pairs(sheet, ("比例尺", "{{ scale }}"), ("幅面", "{{ paper }}"))
    _pairs(sheet, ("用途", "{{ purpose }}"), ("印数、载体", ""))
    _pairs(sheet, ("数据来源", "{{ source }}"), ("资料截止日期", "{{ data_date }}"))
    _wide(sheet, "坐标系和投影", "{{ projection }}")
    _wide(sheet, "专题内容", "{{ themes }}")
    _wide(sheet, "底图和界线", "{{ boundaries }}")
    _wide(sheet, "公开表示处理", "{{ positions }}")
    _wide(sheet, "内容校验值", "{{ content_hash }}（获得审图号后，内容与此不同的须重新送审）")
    samples = _table(document, (1.2, 10.0, 4.2, 2.6))
    _cells(samples, ("序号", "送审样图", "形式", "页数"), labels=True)
    _cells(samples, ("{%tr for s in samples %}", "", "", ""))
    _cells(samples, ("{{ s.at }}", "{{ s.name }}", "{{ s.what }}", "{{ s.pages }}"))
    _cells(samples, ("{%tr endfor %}", "", "", ""))
    last = _table(document, (2.8, 6.2, 2.8, 6.2))
    _wide(last, "申请单位意见", "\n\n（盖章）　　　　　　　　　　年　　月　　日")
    _wide(last, "审核意见", "\n\n（盖章）　　　　　　　　　　年　　月　　日")
    _pairs(last, ("审图号", ""), ("批准日期", ""))
    document.add_paragraph("空白栏由申请单位填写；受理机关另有表样的，以其表样为准。")
    # The library's blank document brings a picture and a bibliography that nobody sees; this paper leaves the house.
    for part in (document.part, document.part.package):
        for key, relation in list(part.rels.items()):
            if relation.reltype.rsplit("/", 1)[-1] in {"customXml", "thumbnail"}:
                del part.rels[key]
    return document


def _office_document(parts: Sequence[str]) -> Any:
    """A document of DOMAIN §6.3 from lines; a few words stand for what many documents have."""
    document = _document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = BODY_FONT, Pt(14)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    style.paragraph_format.line_spacing = 1.25
    section = document.sections[0]
    section.left_margin, section.right_margin = Cm(2.7), Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)
    title = document.add_paragraph()
    title.alignment = 1
    run = title.add_run("{{ title }}")
    run.bold, run.font.size = True, Pt(22)
    for line in parts:
        part = line.replace(" {{", "{{").replace("}} ", "}}")  # no gaps between Chinese words
        if part in TABLES:
            _office_table(document, *TABLES[part])
        elif line == NOTE:  # without a note no line at all
            for text in ("{%p if note %}", "{{ note }}", "{%p endif %}"):
                document.add_paragraph(text).paragraph_format.first_line_indent = Pt(28)
        elif part == "@number":
            document.add_paragraph("{{ number }}").alignment = 1
        elif part == "@sign":
            document.add_paragraph("{{ office }}（印章）").alignment = 2
            document.add_paragraph("{{ day }}").alignment = 2
        elif part.startswith(">"):
            document.add_paragraph(part[1:])
        else:
            paragraph = document.add_paragraph(part)
            paragraph.paragraph_format.first_line_indent = Pt(28)
    keep_rows(document)
    leave_room(document)
    keep_closing(document)
    return document


def _office_table(document: Any, heads: Sequence[tuple[str, str, float]], each: str) -> None:
    table = _table(document, tuple(width for _head, _text, width in heads))
    _cells(table, tuple(head for head, _text, _width in heads), labels=True)
    blanks = [""] * (len(heads) - 1)
    if each:
        _cells(table, (f"{{%tr for i in {each} %}}", *blanks))
    _cells(table, tuple(text for _head, text, _width in heads))
    if each:
        _cells(table, ("{%tr endfor %}", *blanks))
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.line_spacing = 1.0
                for run in paragraph.runs:
                    run.font.size = Pt(10.5)


def _document() -> Any:
    document: Any = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(9)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(2)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.3)
    return document


def _table(document: Any, widths: tuple[float, ...] = (2.4, 6.6, 2.4, 6.6)) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    return table


def _cells(table: Any, texts: tuple[str, ...], *, labels: bool = False) -> Any:
    cells = table.add_row().cells
    for number, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        cell.width = table.columns[number].width
        _write(cell, text, label=labels)
    return cells


def _pairs(table: Any, *pairs: tuple[str, str]) -> None:
    cells = table.add_row().cells
    for number, (label, text) in enumerate(pairs):
        for cell, words, is_label in (
            (cells[2 * number], label, True),
            (cells[2 * number + 1], text, False),
        ):
            cell.width = table.columns[2 * number + (not is_label)].width
            _write(cell, words, label=is_label)


def _wide(table: Any, label: str, text: str) -> None:
    cells = table.add_row().cells
    cells[0].width = table.columns[0].width
    _write(cells[0], label, label=True)
    _write(cells[1].merge(cells[3]), text, label=False)


def _write(cell: Any, text: str, *, label: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold = label
    if label:
        shade = OxmlElement("w:shd")
        for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", SHADE)):
            shade.set(qn(key), value)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx knows no shading


def _save(document: Any, path: Path) -> None:
    """The same bytes each time: no clock in the archive or the properties."""
    core = document.core_properties
    core.created = core.modified = datetime(2026, 1, 1, tzinfo=UTC)
    core.author = core.last_modified_by = core.comments = ""
    core.title = path.stem
    buffer = BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(made.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, made.read(name))


if __name__ == "__main__":
    sys.exit(main())
