"""The survey on paper: one form per hazard type, from the same fields as the template.

Answers stand in content controls, so the form can be filled on screen as well as by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.survey_template import (
    ANYBODY,
    TEMPLATE_VERSION,
    TemplateOffice,
    field_choices,
    template_fields,
)
from qhd_riskmap.i18n import N_, _

_FONT: Final = "宋体"
_MOST_BOXES: Final = 12
_WIDTHS_CM: Final = (4.2, 12.8)
_LINE_CM: Final = 0.75
_SKIPPED: Final = frozenset({"seq", "vertices", "geometry_kind", "start_lon"})
VERTEX_LINES: Final = 8
FORM_TITLE: Final = N_("{type}隐患排查表")
FORM_SENDER: Final = N_("填报单位：")
FORM_DAY: Final = N_("　　填表日期：　　　年　　月　　日　　表号：")
FORM_CORNERS: Final = N_("线、面的拐点（依次填写，首尾相同表示面；手工画的草图请附后）")
FORM_CORNER_HEADS: Final = (N_("序号"), N_("经度"), N_("纬度"))
FORM_NOTE: Final = N_("带“*”的必填。坐标请注明来源：手机地图（高德、百度）与 GPS 相差数百米。")
FORM_SIGNATURES: Final = N_(
    "填表人：　　　　　　　　审核人：　　　　　　　　单位负责人：　　　　　　　　（盖章）"
)
_W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
_SECTIONS: Final = (
    (N_("一、名称与位置"), ("code", "name", "sub_kind", "county", "township", "address", "lon", "lat", "datum")),
    (N_("二、责任与联系"), ("found_date", "unit", "regulator", "contact", "phone")),
)  # fmt: skip


def write_paper_form(
    path: Path, types: Sequence[HazardType], office: TemplateOffice = ANYBODY
) -> None:
    """Write the form for some types, each beginning on a page of its own.

    Raises:
        OutputFileError: The file cannot be written.
    """
    from docx import Document  # noqa: PLC0415 - slow to load, rarely needed
    from docx.shared import Cm, Pt  # noqa: PLC0415

    document: Any = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    _set_east_asian(style.element.get_or_add_rPr())
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    section.footer.paragraphs[0].text = form_version()
    for number, hazard_type in enumerate(types):
        if number:
            document.add_page_break()
        _write_type(document, hazard_type, office)
    with replacing(path) as unfinished:
        document.save(str(unfinished))


def _write_type(document: Any, hazard_type: HazardType, office: TemplateOffice) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Cm, Pt  # noqa: PLC0415

    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(_(FORM_TITLE).format(type=_(hazard_type.label)))
    run.bold, run.font.size, run.font.name = True, Pt(16), _FONT
    _set_east_asian(run._element.get_or_add_rPr())  # noqa: SLF001 - python-docx has no other way
    head = document.add_paragraph(_(FORM_SENDER))
    _add_control(head, storable(office.unit), "sender")
    head.add_run(_(FORM_DAY))
    rows = list(form_rows(hazard_type))
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    # Programs other than Word take widths from here, not from the cells.
    for column, width in zip(table.columns, _WIDTHS_CM, strict=True):
        column.width = Cm(width)
    for field in rows:
        _add_row(table, field, hazard_type, office)
    _add_vertices(document)
    document.add_paragraph(_(FORM_NOTE))
    document.add_paragraph(_(FORM_SIGNATURES))


def form_version() -> str:
    """What tells one edition of the form from another."""
    return _("表格版本 {template}，类型表版本 {types}").format(
        template=TEMPLATE_VERSION, types=taxonomy().version
    )


def boxes_of(field: Field, hazard_type: HazardType, office: TemplateOffice) -> tuple[str, ...]:
    """What is ticked for a field; empty where its answer is written."""
    choices = field_choices(field, hazard_type, office)
    return choices if len(choices) <= _MOST_BOXES else ()


def form_label(field: Field) -> str:
    """What stands before an answer."""
    return ("*" if field.required else "") + field.header


def form_rows(hazard_type: HazardType) -> Iterator[Field | str]:
    """Section titles and the fields below them, every field once."""
    fields = {f.key: f for f in template_fields(hazard_type) if f.key not in _SKIPPED}
    own = [field.key for field in hazard_type.fields]
    named = {key for _title, keys in _SECTIONS for key in keys}
    rest = [key for key in fields if key not in named and key not in own]
    sections = (
        *_SECTIONS,
        (N_("三、{type}专项"), tuple(key for key in own if key not in named)),
        (N_("四、风险与措施"), tuple(rest)),
    )
    for title, keys in sections:
        present = [fields[key] for key in keys if key in fields]
        if present:
            yield _(title).format(type=_(hazard_type.label))
            yield from present


def _add_row(
    table: Any, field: Field | str, hazard_type: HazardType, office: TemplateOffice
) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL  # noqa: PLC0415
    from docx.shared import Cm  # noqa: PLC0415

    row = table.add_row()
    row.height = Cm(_LINE_CM)  # at least: an answer is written by hand
    _child(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001
    label, answer = row.cells
    label.width, answer.width = (Cm(width) for width in _WIDTHS_CM)
    label.vertical_alignment = answer.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    if isinstance(field, str):
        joined = label.merge(answer)
        joined.paragraphs[0].add_run(field).bold = True
        return
    label.text = form_label(field)
    place = answer.paragraphs[0]
    choices = boxes_of(field, hazard_type, office)
    if choices:
        for choice in choices:
            _add_box(place, f"{field.key}:{choice}")
            place.add_run(f"{_(choice)}　")
    else:
        kind = "date" if field.kind is FieldKind.DATE else "text"
        _add_control(place, "", field.key, kind=kind)


def _add_vertices(document: Any) -> None:
    """Room for the corners of a line or an area."""
    from docx.shared import Cm  # noqa: PLC0415

    document.add_paragraph()
    title = document.add_paragraph(_(FORM_CORNERS))
    title.runs[0].bold = title.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=6)
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, FORM_CORNER_HEADS * 2, strict=True):
        cell.text = _(text)
    for number in range(1, VERTEX_LINES + 1):
        row = table.add_row()
        row.height = Cm(_LINE_CM)
        cells = row.cells
        cells[0].text, cells[3].text = str(number), str(number + VERTEX_LINES)


def _add_control(paragraph: Any, text: str, tag: str, *, kind: str = "text") -> None:
    """An answer: a content control that shows blanks until it is filled."""
    control = _element("w:sdt")
    properties = _child(control, "w:sdtPr")
    _child(properties, "w:tag", val=tag)
    if kind == "date":
        date = _child(properties, "w:date")
        _child(date, "w:dateFormat", val="yyyy-MM-dd")
    else:
        _child(properties, "w:text")
    run = _child(_child(control, "w:sdtContent"), "w:r")
    shown = _child(run, "w:t")
    shown.text = text or "\u3000" * 8
    shown.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    paragraph._p.append(control)  # noqa: SLF001 - python-docx has no content controls


def _add_box(paragraph: Any, tag: str) -> None:
    from lxml import etree  # noqa: PLC0415

    control = _element("w:sdt")
    properties = _child(control, "w:sdtPr")
    _child(properties, "w:tag", val=tag[:64])
    box = etree.SubElement(properties, f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    for name, value in (("checked", "0"), ("checkedState", "2612"), ("uncheckedState", "2610")):
        made = etree.SubElement(box, f"{{{_W14}}}{name}")
        made.set(f"{{{_W14}}}val", value)
        if name != "checked":
            made.set(f"{{{_W14}}}font", "MS Gothic")
    run = _child(_child(control, "w:sdtContent"), "w:r")
    _child(run, "w:t").text = "☐"
    paragraph._p.append(control)  # noqa: SLF001


def _element(name: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415

    return OxmlElement(name)


def _child(parent: Any, name: str, val: str = "") -> Any:
    from docx.oxml.ns import qn  # noqa: PLC0415

    made = _element(name)
    if val:
        made.set(qn("w:val"), val)
    parent.append(made)
    return made


def _set_east_asian(properties: Any) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415

    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = _child(properties, "w:rFonts")
    fonts.set(qn("w:eastAsia"), _FONT)
