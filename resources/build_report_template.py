"""Makes the template of the monthly report, laid out as GB/T 9704-2012 asks of official papers.

``python resources/build_templates.py`` runs it together with the other templates.
"""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from template_flow import keep_rows, leave_room

BODY, TITLE, HEAD, SECOND = "仿宋", "方正小标宋简体", "黑体", "楷体"
RED = RGBColor(0xC0, 0x00, 0x00)
# GB/T 9704-2012, 5.2: margins that leave 156 mm × 225 mm; 22 lines of 28 letters of size 3 (16 pt).
MARGINS_MM = (37, 35, 28, 26)  # above, below, left, right
LINE_PT = 28.9
COUNTY_KEYS = (
    "hazards", "tasks", "finished", "open", "late", "rate", "on_time_rate", "mean_days", "major_open",
)  # fmt: skip


def report() -> Any:
    """The template."""
    document = _paper()
    _letterhead(document)
    _text(document, "{{ title }}", TITLE, 22, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False)
    shape = document.paragraphs[-1].paragraph_format
    shape.space_before, shape.space_after = Pt(10), Pt(8)
    _heading(document, "一、总体情况")
    _text(document, "{{ summary }}")
    _caption(document, "{{ map_title }}")
    _text(document, "{{ map }}", align=WD_ALIGN_PARAGRAPH.CENTER, indent=False, picture=True)
    _caption(document, "表1　各县区风险隐患等级（处）")
    _rows(document, "levels", ("县区", "重大", "较大", "一般", "低", "未评级", "合计"),
          ("name", "red", "orange", "yellow", "blue", "ungraded", "total"))  # fmt: skip
    _heading(document, "二、整改情况")
    _text(document, "{{ remediation }}")
    _caption(document, "表2　主要指标")
    _rows(document, "figures", ("指标", "本月", "上月同日", "增减", "单位"),
          ("label", "value", "before", "change", "unit"), (40, 26, 28, 46, 16))  # fmt: skip
    _caption(document, "表3　各县区整改情况")
    heads = (
        "县区",
        "在册",
        "应整改",
        "已整改",
        "未整改",
        "逾期",
        "整改率",
        "按期率",
        "平均天数",
        "重大未整改",
    )
    _rows(
        document,
        "counties",
        heads,
        ("name", *COUNTY_KEYS),
        (18, 13, 15, 15, 15, 13, 17, 17, 16, 17),
    )
    _caption(document, "表4　近十二个月")
    _rows(document, "months", ("月份", "在册隐患", "新增", "完成", "未整改", "逾期", "整改率"),
          ("name", "hazards", "new", "done", "open", "late", "rate"))  # fmt: skip
    _statement(document, "{%p for c in charts %}")
    _text(document, "{{ c.picture }}", align=WD_ALIGN_PARAGRAPH.CENTER, indent=False, picture=True)
    document.paragraphs[-1].paragraph_format.space_before = Pt(8)
    _statement(document, "{%p endfor %}")
    _heading(document, "三、存在问题")
    _text(document, "{{ problems }}")
    _caption(document, "表5　未整改最多的单位")
    _rows(document, "units", ("责任单位", "未整改", "逾期未整改", "整改率"),
          ("name", "open", "late", "rate"), (72, 28, 28, 28))  # fmt: skip
    _heading(document, "四、下一步工作")
    _text(document, "（由本单位填写。）")
    _text(document, "{{ office }}", align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)
    _text(document, "{{ today }}", align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)
    _text(document, "附：指标口径", SECOND)
    _statement(document, "{%p for f in figures %}")
    _text(document, "{{ f.label }}：{{ f.definition }}", size=12, line=20)
    _statement(document, "{%p endfor %}")
    keep_rows(document)
    leave_room(document)
    return document


def _paper() -> Any:
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    top, bottom, left, right = MARGINS_MM
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.footer_distance = Mm(25)
    _face(document.styles["Normal"], BODY, 16)
    document.settings.odd_and_even_pages_header_footer = True
    # Page numbers outside: odd pages on the right, even ones on the left (7.5).
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    return document


def _letterhead(document: Any) -> None:
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run("{{ office }}")
    _font(run, TITLE, 30)
    run.font.color.rgb = RED
    _text(document, "{{ number }}", align=WD_ALIGN_PARAGRAPH.CENTER, indent=False)
    line = document.paragraphs[-1]
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    line._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx knows no borders


def _text(
    document: Any, text: str, font: str = BODY, size: float = 16, *, align: Any = None,
    indent: bool = True, picture: bool = False, line: float = LINE_PT,
) -> None:  # fmt: skip
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None else align
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if not picture:  # an exact line height would cut a picture off
        shape.line_spacing_rule, shape.line_spacing = (
            WD_LINE_SPACING.EXACTLY,
            Pt(max(line, size * 1.2)),
        )
    if indent:
        shape.first_line_indent = Pt(2 * size)
    _font(paragraph.add_run(text), font, size)


def _heading(document: Any, text: str) -> None:
    _text(document, text, HEAD)
    document.paragraphs[-1].paragraph_format.keep_with_next = True


def _caption(document: Any, text: str) -> None:
    _text(document, text, HEAD, 12, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False, line=22)
    shape = document.paragraphs[-1].paragraph_format
    shape.keep_with_next, shape.space_before = True, Pt(8)


def _statement(document: Any, text: str) -> None:
    _text(document, text, size=10.5, indent=False, line=14)


def _rows(
    document: Any, name: str, heads: tuple[str, ...], keys: tuple[str, ...],
    widths: tuple[float, ...] = (),
) -> None:  # fmt: skip
    """A table with one row per entry of a list."""
    table = document.add_table(rows=0, cols=len(heads))
    table.style, table.autofit, table.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    shares = widths or (156 / len(heads),) * len(heads)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(share)
    blank = [""] * (len(heads) - 1)
    _row(table, heads, shares, bold=True)
    _row(table, (f"{{%tr for r in {name} %}}", *blank), shares)
    _row(table, tuple(f"{{{{ r.{key} }}}}" for key in keys), shares)
    _row(table, ("{%tr endfor %}", *blank), shares)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - python-docx knows no such row


def _row(
    table: Any, texts: tuple[str, ...], shares: tuple[float, ...], *, bold: bool = False
) -> None:
    for number, (cell, text) in enumerate(zip(table.add_row().cells, texts, strict=True)):
        cell.width = Mm(shares[number])
        paragraph = cell.paragraphs[0]
        left = number == 0 and not bold
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(text)
        _font(run, HEAD if bold else BODY, 10.5)


def _page_number(footer: Any, align: Any) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    for text in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if text == "PAGE" else text)
        _font(run, "宋体", 14)
        if text == "PAGE":
            for kind in ("begin", "instr", "end"):
                run._r.append(_field(kind))  # noqa: SLF001 - python-docx knows no fields


def _field(kind: str) -> Any:
    if kind == "instr":
        made = OxmlElement("w:instrText")
        made.set(qn("xml:space"), "preserve")
        made.text = " PAGE "
        return made
    made = OxmlElement("w:fldChar")
    made.set(qn("w:fldCharType"), kind)
    return made


def _face(style: Any, font: str, size: float) -> None:
    style.font.name, style.font.size = "Times New Roman", Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _font(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - of East Asian letters
