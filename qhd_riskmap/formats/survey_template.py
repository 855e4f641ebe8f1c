"""The survey template: one sheet per hazard type, made from the same fields the import reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.survey_columns import COMMON_FIELDS
from qhd_riskmap.domain.survey_data_rows import EXAMPLE_MARK
from qhd_riskmap.domain.survey_sheet import SurveySheet, column_letters
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.formats.cell_text import put_text
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import N_, _

TEMPLATE_SHEET: Final = "_qhd_template"
TEMPLATE_MARK: Final = "qhd-riskmap-template"
TEMPLATE_VERSION: Final = "2"
_BODY_ROWS: Final = 2000
_FIRST_LIST_COLUMN: Final = 4
_NARROW, _WIDE = 12.0, 24.0
_BEFORE: Final = (
    "seq", "code", "name", "sub_kind", "county", "township", "address", "lon", "lat", "vertices",
    "geometry_kind", "datum", "found_date", "unit", "regulator", "contact", "phone",
)  # fmt: skip
_AFTER: Final = (
    "description", "risk_level", "ls_l", "ls_s", "consequence", "measures", "owner", "owner_phone",
    "deadline", "secrecy", "remark",
)  # fmt: skip
_TEXT_KEYS: Final = frozenset(
    {"code", "phone", "owner_phone", "vertices", "licence", "cas", "record_no"}
)
_DATUM_CHOICES: Final = ("国家2000", "WGS84", "高德", "百度", "西安80", "北京54")
_SECRECY_CHOICES: Final = ("公开", "内部", "涉密")
_GUIDE_LINES: Final = (
    N_("一行填一处隐患；第一行是表头，请勿改动；标“*”的列必填。"),
    N_("灰色的“示例”行导入时自动跳过，可以保留也可以删除。"),
    N_(
        "点：填经度和纬度，十进制度或度分秒都可以。线和面：在“拐点坐标”一格内依次填各点，用分号隔开，首尾相同表示面。"
    ),
    N_(
        "“坐标系”请如实选择坐标的来源；手机地图（高德、百度）与 GPS 相差数百米，不写而又无法判断的行不会入库。"
    ),
    N_("有下拉框的列请从中选择；列名上的批注说明了单位和取值范围。"),
    N_("日期写成 2014-03-05；电话、编号已设为文本格式。"),
    N_("表中不需要的列可以留空，也可以在右侧另加列，程序会作为附加信息保留。"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOffice:
    """Whom a template is for; what it knows it does not ask.

    Attributes:
        unit: Name of the department, stamped into the workbook; "" for anybody.
        division: Division code; only counties within it are offered, "" offers all.
        townships: Names for the drop-down; empty leaves the column free.
    """

    unit: str = ""
    division: str = ""
    townships: tuple[str, ...] = ()


ANYBODY: Final = TemplateOffice()


def template_fields(hazard_type: HazardType) -> tuple[Field, ...]:
    """The columns of a type's sheet, in order."""
    common = {field.key: field for field in COMMON_FIELDS}
    own = {field.key for field in hazard_type.fields}
    before = [common[key] for key in _BEFORE if key not in own]
    after = [common[key] for key in _AFTER if key not in own]
    return (*before, *hazard_type.fields, *after)


def template_types(sheets: Iterable[SurveySheet]) -> Mapping[str, str]:
    """Sheet name → type key, from the hidden sheet of our own template; empty for other workbooks."""
    marker = next((sheet for sheet in sheets if sheet.name == TEMPLATE_SHEET), None)
    if marker is None or not marker.height or marker.row(0)[0] != TEMPLATE_MARK:
        return {}
    known = {hazard_type.key for hazard_type in taxonomy().types}
    return {row[0]: row[1] for row in marker.rows[1:] if len(row) > 1 and row[1] in known}


def template_version(sheets: Iterable[SurveySheet]) -> str:
    """The version of our template that a workbook was made from; "" for other workbooks."""
    marker = next((sheet for sheet in sheets if sheet.name == TEMPLATE_SHEET), None)
    if marker is None or not marker.height or marker.row(0)[0] != TEMPLATE_MARK:
        return ""
    return marker.row(0)[1] if marker.width > 1 else ""


def write_template(
    path: Path, types: Sequence[HazardType], office: TemplateOffice = ANYBODY
) -> None:
    """Write the template for some types and an office.

    Raises:
        OutputFileError: The file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, rarely needed

    book: Any = Workbook()
    _write_guide(book.active, office)
    lists = book.create_sheet(TEMPLATE_SHEET)
    stamp = (TEMPLATE_MARK, TEMPLATE_VERSION, taxonomy().version, office.unit, office.division)
    for column, text in enumerate(stamp, start=1):
        put_text(lists.cell(1, column), text)
    sources = _Lists(lists)
    for hazard_type in types:
        sheet = book.create_sheet(_(hazard_type.label)[:31])
        lists.append([sheet.title, hazard_type.key])
        _write_type(sheet, hazard_type, office, sources)
    book.move_sheet(lists, len(types))
    lists.sheet_state = "hidden"
    with replacing(path) as unfinished:
        book.save(unfinished)


def _write_guide(sheet: Any, office: TemplateOffice) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    sheet.title = _("填写说明")
    sheet["A1"] = _("风险隐患排查表填写说明")
    sheet["A1"].font = Font(bold=True, size=14)
    for number, line in enumerate(_GUIDE_LINES, start=1):
        cell = sheet.cell(number + 2, 1, f"{number}. {_(line)}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    stamp = _("模板版本 {template}，类型表版本 {types}")
    sheet.cell(len(_GUIDE_LINES) + 4, 1).value = stamp.format(
        template=TEMPLATE_VERSION, types=taxonomy().version
    )
    if office.unit:
        put_text(sheet["A2"], _("填报单位：{unit}").format(unit=office.unit))
    sheet.column_dimensions["A"].width = 100
    sheet.protection.sheet = True


def _write_type(sheet: Any, hazard_type: HazardType, office: TemplateOffice, lists: _Lists) -> None:
    from openpyxl.styles import Font, PatternFill, Protection  # noqa: PLC0415

    grey, blue = PatternFill("solid", fgColor="EEEEEE"), PatternFill("solid", fgColor="DCE6F1")
    for number, field in enumerate(template_fields(hazard_type), start=1):
        letter = column_letters(number)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _WIDE if field.kind is FieldKind.TEXT else _NARROW
        dimension.number_format = _number_format(field)
        dimension.protection = Protection(locked=False)
        header = sheet.cell(1, number)
        put_text(header, ("*" if field.required else "") + field.header)
        header.font, header.fill = Font(bold=True), blue
        header.protection = Protection(locked=True)
        header.comment = _note(field)
        example = sheet.cell(2, number)
        put_text(example, _example(field, hazard_type))
        example.fill, example.font = grey, Font(italic=True, color="808080")
        example.protection = Protection(locked=False)
        choices = field_choices(field, hazard_type, office)
        rule = _rule(field, lists.source(choices) if choices else "")
        if rule is not None:
            rule.add(f"{letter}3:{letter}{_BODY_ROWS}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "D2"
    for name in ("formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)  # False lifts the lock
    sheet.protection.sheet = True


def _number_format(field: Field) -> str:
    if field.kind is FieldKind.DATE:
        return "yyyy-mm-dd"
    return "@" if field.key in _TEXT_KEYS or field.kind is FieldKind.PHONE else "General"


def _example(field: Field, hazard_type: HazardType) -> str:
    if field.key == "seq":
        return EXAMPLE_MARK
    example = hazard_type.examples.get(field.key, field.example)
    return _(example) if example else ""


def field_choices(
    field: Field, hazard_type: HazardType, office: TemplateOffice = ANYBODY
) -> tuple[str, ...]:
    """What may be chosen for a field; empty where anything may be written."""
    special: Mapping[str, tuple[str, ...]] = {
        "sub_kind": hazard_type.sub_kinds,
        "county": _counties(office.division),
        "township": office.townships,
        "datum": _DATUM_CHOICES,
        "risk_level": tuple(level.label for level in RiskLevel),
        "secrecy": _SECRECY_CHOICES,
    }
    if field.kind is FieldKind.BOOLEAN:
        return ("是", "否")
    return special.get(field.key, field.choices)


def _note(field: Field) -> Any:
    from openpyxl.comments import Comment  # noqa: PLC0415

    lines = [_(field.help)] if field.help else []
    if field.required:
        lines.append(_("必填"))
    if field.unit:
        lines.append(_("单位：{unit}").format(unit=field.unit))
    if field.minimum is not None and field.maximum is not None:
        lines.append(_("范围：{low:g} 到 {high:g}").format(low=field.minimum, high=field.maximum))
    if field.kind is FieldKind.DATE:
        lines.append(_("写成 2014-03-05"))
    return Comment("\n".join(lines), "QHD RiskMap", height=90, width=220) if lines else None


def _rule(field: Field, source: str) -> Any:
    """The check of a column's cells: a list, a range of numbers, or none."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    if source:
        rule = DataValidation(type="list", formula1=source)
    elif field.kind in {FieldKind.NUMBER, FieldKind.INTEGER} and field.maximum is not None:
        rule = DataValidation(
            type="whole" if field.kind is FieldKind.INTEGER else "decimal",
            operator="between",
            formula1=f"{field.minimum or 0:.12g}",
            formula2=f"{field.maximum:.12g}",
        )
    else:
        return None
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.errorStyle = "warning"
    rule.errorTitle = _(field.label)[:32]
    rule.error = _("请从下拉框选择，或核对取值范围。")
    return rule


def _counties(division: str) -> tuple[str, ...]:
    names = [region.name for region in regions().current() if region.code.startswith(division)]
    return tuple(names or (region.name for region in regions().current()))


class _Lists:
    """The ranges of the hidden sheet: a list in a rule itself may hold 255 characters only."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._sources: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...]) -> str:
        """The range that holds these choices."""
        if choices not in self._sources:
            column = _FIRST_LIST_COLUMN + len(self._sources)
            # From row 2: the first holds the stamp.
            for row, choice in enumerate(choices, start=2):
                put_text(self._sheet.cell(row, column), choice)
            letter = column_letters(column)
            self._sources[choices] = f"'{TEMPLATE_SHEET}'!${letter}$2:${letter}${len(choices) + 1}"
        return self._sources[choices]
