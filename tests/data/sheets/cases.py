"""Ugly survey sheets as offices send them, and what must come of each; written by hand, not by the importer.

`build_sheets.py` makes the files; `tests/services/test_sheet_corpus.py` imports every one of them, as built
and as LibreOffice saved it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Border, Font, PatternFill, Side

QL = "130321"  # 青龙满族自治县
HEAD = ["序号", "隐患名称", "类别", "县区", "经度(GPS)", "纬度(GPS)", "联系电话", "威胁人数"]
NAMES = ["东沟泥石流", "北岭滑坡", "老君顶崩塌", "柳树泉泥石流", "大石岭滑坡"]
KINDS = ["泥石流", "滑坡", "崩塌", "泥石流", "滑坡"]
PLACES = [(118.95, 40.407), (118.97, 40.425), (118.99, 40.443), (119.01, 40.461), (119.03, 40.479)]


def row(n: int, **cells: Any) -> list[Any]:
    """The good row number ``n`` (from 1), some cells changed by column letter."""
    lon, lat = PLACES[n - 1]
    values = [n, NAMES[n - 1], KINDS[n - 1], "青龙县", lon, lat, f"1390000000{n}", n * 3]
    for letter, value in cells.items():
        values[ord(letter) - ord("A")] = value
    return values


@dataclass(frozen=True)
class Hazard:
    """A hazard that must be in the register afterwards; None and empty fields are not compared."""

    name: str
    type: str = "geological"
    place: tuple[float, float] | None = None
    county: str = QL
    shape: str = "Point"
    level: str = ""
    phone: str | None = None
    found: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    datum: str = "wgs84"


def good(*numbers: int, **more: Any) -> list[Hazard]:
    """What the good rows of these numbers become."""
    return [
        Hazard(
            NAMES[n - 1], place=PLACES[n - 1], phone=f"1390000000{n}",
            attributes={"threat_people": n * 3}, **more,
        )
        for n in numbers
    ]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        build: Fills a workbook, or gives the bytes of a text file.
        hazards: What is accepted.
        issues: (sheet, cell, code) of every error and warning, and no other.
        rejected: Rows with an error.
        undecided: Rows without a decided datum.
        not_in: Format → codes that the format cannot carry, or LibreOffice mends by saving.
        resaved: Save it again through LibreOffice.
        suffix: Of the file.
        stem: File name, where it matters.
    """

    name: str
    build: Callable[[Workbook], None] | bytes
    hazards: list[Hazard]
    issues: set[tuple[str, str, str]] = field(default_factory=set)
    rejected: int = 0
    undecided: int = 0
    duplicates: int = 0
    not_in: dict[str, set[str]] = field(default_factory=dict)
    resaved: bool = True
    suffix: str = ".xlsx"


def flat(*rows: Sequence[Any], title: str = "表", merged: str = "") -> Callable[[Workbook], None]:
    """A sheet of rows."""

    def build(book: Workbook) -> None:
        fill(book, rows, title, merged)

    return build


def fill(book: Workbook, rows: Sequence[Sequence[Any]], title: str = "表", merged: str = "") -> Any:
    sheet = book.create_sheet() if book.active._cells else book.active
    sheet.title = title
    for line in rows:
        sheet.append(list(line))
    for block in merged.split():
        sheet.merge_cells(block)
    return sheet


def text(*rows: Sequence[Any], joint: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(joint.join(map(str, line)) for line in rows).encode(encoding)


# --- layouts


def offset(book: Workbook) -> None:
    sheet = book.active
    sheet.title = "表"
    for r, line in enumerate([HEAD, row(1), row(2)], start=5):
        for c, value in enumerate(line, start=3):
            sheet.cell(r, c).value = value


def hidden(book: Workbook) -> None:
    sheet = fill(book, [[*HEAD, "暗列"], [*row(1), "x"], [*row(2), "y"], [*row(3), "z"]])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["I"].hidden = True


def struck(book: Workbook) -> None:
    """The second row is cancelled by hand; in the third, a remark only."""
    sheet = fill(book, [HEAD, row(1), row(2), row(3)])
    for cell in (*sheet[3], sheet["G4"]):
        cell.font = Font(strike=True)


def stray(book: Workbook) -> None:
    """A slip of the hand in the last cell of all, and a remark far to the right."""
    sheet = fill(book, [HEAD, row(1), row(2), row(3)])
    sheet["XFD1048576"] = "。"
    sheet["ZZ2"] = "已核"


def hidden_sheet(book: Workbook) -> None:
    fill(book, [HEAD, row(1)], "报送")
    fill(book, [HEAD, row(2)], "旧数据").sheet_state = "hidden"


def cover(book: Workbook) -> None:
    fill(book, [["填写说明"], ["一、请如实填写"], ["二、坐标用 GPS"]], "填写说明")
    fill(book, [HEAD, row(1)], "地灾")
    lon, lat = PLACES[1]
    fill(book, [HEAD, [1, "青龙河险工", "洪水", "青龙县", lon, lat, "", 8]], "防洪")
    fill(book, [["联络表"], ["姓名", "电话"], ["张三", "139"]], "联络表")


def wide_formats(book: Workbook) -> None:
    sheet = fill(book, [HEAD, row(1), row(2)])
    for c in range(1, 200):
        for r in range(1, 60):
            sheet.cell(r, c).border = Border(bottom=Side("thin"))


def rich(book: Workbook) -> None:
    sheet = fill(book, [HEAD, row(1)])
    sheet["B2"] = CellRichText("东沟", TextBlock(InlineFont(b=True, color="FF0000"), "泥石流"))
    sheet["D2"].fill = PatternFill("solid", fgColor="FFFF00")


def real_dates(book: Workbook) -> None:
    head = [*HEAD, "排查时间"]
    days = [dt.date(2014, 3, 5), "2014.3.5", "2014年3月", 41703, "20140305"]
    sheet = fill(book, [head, *([*row(n), days[n - 1]] for n in range(1, 6))])
    sheet["I2"].number_format = "yyyy/m/d"


def cached(book: Workbook) -> None:
    sheet = fill(book, [HEAD, row(1), row(2)])
    sheet["H2"] = "=1+2"
    sheet["H3"] = "=H2*2"


def errors(book: Workbook) -> None:
    sheet = fill(book, [[*HEAD, "措施"], [*row(1), "#N/A"], [*row(2), "x"]])
    sheet["I2"].data_type = "e"


def page(body: str, charset: str = "utf-8") -> bytes:
    """What office systems of the web export as .xls."""
    head = f"<meta http-equiv='Content-Type' content='text/html; charset={charset}'><style>td{{}}</style>"
    html = f"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><head>{head}</head><body>{body}</body></html>"
    return html.encode("gb18030" if charset == "gb2312" else charset)


def table(*rows: Sequence[Any]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in line) for line in rows)
    return f"<table border=1>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _spans() -> str:
    """Merged headers, a county over two rows, a place shown rounded beside its exact number."""
    lon, lat = PLACES[1]
    head = "".join(f"<th rowspan=2>{h}</th>" for h in HEAD[:4])
    tail = "".join(f"<th rowspan='2'>{h}</th>" for h in HEAD[6:])
    first = "".join(f"<td>{c}</td>" for c in row(1)).replace("<td>青龙县", "<td rowspan=2>青龙县")
    second = (
        f"<td>2</td><td>{NAMES[1]}</td><td>{KINDS[1]}</td><td x:num='{lon}'>118.9</td>"
        f"<td x:num='{lat}'>40.4</td><td>13900000002</td><td>6</td>"
    )
    return (
        f"<table><tr><td colspan=8>排查表</td></tr><tr>{head}<th colspan=2>坐标(GPS)</th>{tail}</tr>"
        f"<tr><th>经度</th><th>纬度</th></tr><tr>{first}</tr><tr>{second}</tr></table>"
    )


SPANS = _spans()


def excel_2003(*rows: Sequence[Any]) -> bytes:
    """The XML of Excel 2003, with a comment, a hidden column and an error."""

    def cell(value: Any) -> str:
        kind = "String" if isinstance(value, str) else "Number"
        return (
            f'<Cell><Data ss:Type="{kind}">{value}</Data><Comment><Data>批</Data></Comment></Cell>'
        )

    head, *lines = ("".join(map(cell, line)) for line in rows)
    error = '<Cell ss:Index="9"><Data ss:Type="Error">#REF!</Data></Cell>'
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    body = "".join(
        f"<Row>{line}</Row>" for line in [f"{head}{cell('措施')}", lines[0] + error, *lines[1:]]
    )
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="表"><Table><Row ss:Index="2"><Cell ss:MergeAcross="7"><Data ss:Type="String">排查表'
        f"</Data></Cell></Row>{body}</Table></Worksheet></Workbook>"
    ).encode()


def archive(html: bytes) -> bytes:
    """A web archive, as Excel writes a workbook into one page."""
    head = b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    part = b"--b\r\nContent-Location: file:///C:/sheet001.htm\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return head + part + html + b"\r\n--b--\r\n"


LEDGER = [
    "编号",
    "名称",
    "隐患类别",
    "所属县区",
    "东经（GPS）",
    "北纬（GPS）",
    "CAS号",
    "受威胁人数（人）",
    "等级",
]
CHEM = Hazard(
    "青龙化工储罐",
    "hazardous_chemicals",
    PLACES[1],
    attributes={"cas": "7782-50-5"},
    level="orange",
)


def hours(book: Workbook) -> None:
    """Degrees typed with colons: the spreadsheet makes times of them."""
    sheet = book.active
    sheet.title = "表"
    sheet.append(HEAD)
    for n in (1, 2):
        sheet.append(row(n))
        for column, degrees in zip("EF", PLACES[n - 1], strict=True):
            cell = sheet[f"{column}{n + 1}"]
            cell.value = dt.timedelta(seconds=round(degrees * 36000) / 10)
            cell.number_format = "[h]:mm:ss"


UNNAMED = ["隐患名称", "类别", "县区", "经度", "纬度"]

CASES = [
    Case("plain", flat(HEAD, row(1), row(2)), good(1, 2)),
    Case("offset", offset, good(1, 2)),
    Case(
        "titles",
        flat(["青龙满族自治县地质灾害隐患排查表"], ["填报单位：某局", "", "", "", "2014年6月"], HEAD, row(1), row(2), merged="A1:H1"),
        good(1, 2),
    ),
    Case(
        "title_between_blank_rows",
        flat([], ["附件1"], [], ["地质灾害隐患点统计表"], [], HEAD, row(1)),
        good(1),
    ),
    Case(
        "two_row_header",
        flat(
            ["序号", "隐患名称", "类别", "县区", "坐标(GPS)", None, "联系电话", "威胁人数"],
            [None, None, None, None, "经度", "纬度", None, None], row(1), row(2),
            merged="A1:A2 B1:B2 C1:C2 D1:D2 E1:F1 G1:G2 H1:H2",
        ),
        good(1, 2),
    ),
    Case(
        "three_row_header",
        flat(
            ["地质灾害隐患点"],
            ["序号", "基本情况", None, None, None, None, "联系电话", "威胁人数"],
            [None, "隐患名称", "类别", "县区", "坐标(GPS)", None, None, None],
            [None, None, None, None, "经度", "纬度", None, None], row(1), row(2),
            merged="A1:H1 A2:A4 B2:F2 B3:B4 C3:C4 D3:D4 E3:F3 G2:G4 H2:H4",
        ),
        good(1, 2),
    ),
    Case(
        "two_row_header_unmerged",
        flat(
            ["序号", "隐患名称", "类别", "县区", "GPS坐标", None, "联系电话", "威胁人数"],
            [None, None, None, None, "经度", "纬度", None, None], row(1), row(2),
        ),
        good(1, 2),
    ),
    Case(
        "same_as_above_merged",
        flat(HEAD, row(1, C="泥石流"), row(2, C=None, D=None), row(3, C=None, D=None), merged="C2:C4 D2:D4"),
        good(1, 2, 3),
    ),
    Case(
        "same_as_above_words",
        flat(HEAD, row(1), row(2, C="同上", D="〃"), row(3, C="同上", D="″")),
        good(1, 2, 3),
    ),
    Case(
        "totals",
        flat(HEAD, row(1), row(2), ["合计", None, None, None, None, None, None, 9], merged="A4:B4"),
        good(1, 2),
    ),
    Case(
        "subtotals",
        flat(
            HEAD, row(1), [None, "小计", None, None, None, None, None, 3], row(2), row(3),
            ["青龙县小计", None, None, None, None, None, None, 15], ["总计：3处"],
        ),
        good(1, 2, 3),
    ),
    Case(
        "notes_below",
        flat(HEAD, row(1), row(2), [], ["注：1. 威胁人数为常住人口。"], ["填表人：张三", "审核人：李四"], ["备注：电话已核"]),
        good(1, 2),
    ),
    Case(
        "datum_in_note",
        flat(["隐患名称", "类别", "县区", "经度", "纬度"], [NAMES[0], KINDS[0], "青龙县", *PLACES[0]], ["注：坐标系为国家2000"]),
        [Hazard(NAMES[0], place=PLACES[0], datum="cgcs2000")],
    ),
    Case("hidden", hidden, good(1, 2, 3), {("表", "", "hidden-rows"), ("表", "", "hidden-columns")}),
    Case("struck", struck, good(1, 2, 3), {("表", "B3", "struck-row")},
         not_in={key: {"struck-row"} for key in ("xls", "ods")}),
    Case("stray_cells", stray, good(1, 2, 3), {("表", "", "stray-cells")}, resaved=False),
    Case("hidden_sheet", hidden_sheet, good(1)),
    Case(
        "cover_and_two_types", cover,
        [*good(1), Hazard("青龙河险工", "flood", PLACES[1], attributes={"threat_people": 8})],
    ),
    Case(
        "stacked_titles",
        flat(
            ["青龙县2014年隐患排查表"], ["一、地质灾害"], [h for h in HEAD if h != "类别"],
            [c for i, c in enumerate(row(1)) if i != 2], ["小计", "1处"], [], ["二、洪水灾害"],
            ["名称", "县区", "GPS坐标", "威胁人数"], ["青龙河险工", "青龙县", "118.97,40.425", 5],
        ),
        [*good(1), Hazard("青龙河险工", "flood", PLACES[1], attributes={"threat_people": 5})],
    ),
    Case("stacked_repeated", flat(HEAD, row(1), row(2), HEAD, row(3), [], HEAD, row(4)), good(1, 2, 3, 4)),
    Case(
        "side_by_side",
        flat(["地质灾害隐患点"], [*HEAD, None, *HEAD], [*row(1), None, *row(2)], [*row(3), None, *row(4)], merged="A1:Q1"),
        good(1, 3, 2, 4),
    ),
    Case("side_by_side_close", flat([*HEAD, *HEAD], [*row(1), *row(2)], row(3)), good(1, 3, 2)),
    Case("units_row", flat(HEAD, [None, None, None, None, "度", "度", None, "人"], row(1)), good(1)),
    Case("numbering_row", flat(HEAD, ["甲", "乙", 1, 2, 3, 4, 5, 6], row(1)), good(1)),
    Case("example_row", flat(HEAD, ["示例", "某某沟泥石流", "泥石流", "青龙县", 118.9, 40.4, "0335-0000000", 3], row(1)), good(1)),
    Case("wide_formats", wide_formats, good(1, 2)),
    Case("rich_text", rich, good(1)),
    Case(
        "type_from_sheet_name",
        flat(["名称", "县区", "经度(GPS)", "纬度(GPS)"], [NAMES[0], "青龙县", *PLACES[0]], title="地质灾害"),
        [Hazard(NAMES[0], place=PLACES[0])],
    ),
    Case("blank_rows_within", flat(HEAD, row(1), [], [" "], row(2), [None, "　"], row(3)), good(1, 2, 3)),
    # --- cells
    Case("full_width", flat(HEAD, row(1, E="１１８．９５", F="４０．４０７", G="１３９００００００１", H="３")), [*good(1)[:0], Hazard(NAMES[0], place=PLACES[0], phone="1390000001", attributes={"threat_people": 3})]),
    Case(
        "empties",
        flat([*HEAD, "备注", "监测人"], [*row(1, G="/", H="—"), "无", "--"], [*row(2, G="——", H="／"), "N/A", "空"]),
        [Hazard(NAMES[0], place=PLACES[0], phone=""), Hazard(NAMES[1], place=PLACES[1], phone="")],
    ),
    Case(
        "dates", real_dates,
        [Hazard(NAMES[n], place=PLACES[n], found="2014-03-01" if n == 2 else "2014-03-05") for n in range(5)],
    ),
    Case(
        "bad_dates",
        flat([*HEAD, "排查时间"], [*row(1), "去年"], [*row(2), "2014.13.5"], [*row(3), "2099-01-01"], [*row(4), "1914-01-01"]),
        [Hazard(NAMES[0], place=PLACES[0], extras={"排查时间": "去年"}), *[Hazard(NAMES[n], place=PLACES[n]) for n in (1, 2, 3)]],
        {("表", "I2", "not-a-date"), ("表", "I3", "not-a-date"), ("表", "I4", "unlikely-date"), ("表", "I5", "unlikely-date")},
    ),
    Case(
        "phones",
        flat(HEAD, row(1, G=13900000001), row(2, G="1.3900000002E+10"), row(3, G="1.39E+10"), row(4, G="13900000004.0"), row(5, G="12")),
        [*good(1, 2), Hazard(NAMES[2], place=PLACES[2], phone="1.39E+10"), *good(4), Hazard(NAMES[4], place=PLACES[4], phone="12")],
        {("表", "G4", "odd-phone"), ("表", "G6", "odd-phone")},
    ),
    Case(
        "long_numbers",
        flat([*HEAD, "身份证号"], [*row(1), "130302198001011234"], [*row(2), 130302198001011234], [*row(3), "13030219800101123X"]),
        [Hazard(NAMES[0], place=PLACES[0], extras={"身份证号": "130302198001011234"}), *good(2),
         Hazard(NAMES[2], place=PLACES[2], extras={"身份证号": "13030219800101123X"})],
        {("表", "I3", "digits-lost")},
    ),
    Case(
        "blanks_and_breaks",
        flat(["序号", " 隐患\n名称 ", "类 别", "县区 ", "经度\n（GPS）", "纬度\n（GPS）", "联系\n电话", "威胁人数"],
             row(1, B=" 东沟泥石流\n", C="泥石流 ", D="　青龙县", G="13900000001 ", H=" 3")),
        good(1),
    ),
    Case(
        "numbers_with_words",
        flat(HEAD, row(1, H="约12人"), row(2, H="6人"), row(3, H="1,009"), row(4, H="12～15")),
        [Hazard(NAMES[0], place=PLACES[0], attributes={"threat_people": 12}), *good(2),
         Hazard(NAMES[2], place=PLACES[2], attributes={"threat_people": 1009}), Hazard(NAMES[3], place=PLACES[3])],
        {("表", "H2", "number-remark"), ("表", "H5", "ambiguous-number")},
    ),
    Case(
        "units_in_headers",
        flat([*HEAD[:7], "威胁财产（元）", "体积（m³）"], [*row(1, H=50000), 200], [*row(2, H="80,000"), "1,5"]),
        [Hazard(NAMES[0], place=PLACES[0], attributes={"threat_assets": 5.0, "volume_m3": 200.0}),
         Hazard(NAMES[1], place=PLACES[1], attributes={"threat_assets": 8.0})],
        {("表", "I3", "not-a-number")},
    ),
    Case(
        "extras",
        flat([*HEAD, "包片领导", "包片领导", "二维码"], [*row(1), "王一", "赵二", "Q1"]),
        [Hazard(NAMES[0], place=PLACES[0], extras={"包片领导": "王一", "包片领导(2)": "赵二", "二维码": "Q1"})],
    ),
    Case(
        "misspelt",
        flat([*HEAD[:6], "联系电画", "威胁人数"], row(1)),
        good(1),
        {("表", "G1", "header-guessed")},
    ),
    Case(
        "gaps",
        flat(HEAD, row(1, B=None), row(2, E=None), row(3, E=None, F=None), row(4, C=None), row(5)),
        good(5),
        {("表", "B2", "no-name"), ("表", "E3", "bad-coordinate"), ("表", "E4", "no-geometry"), ("表", "C5", "unknown-type")},
        rejected=4,
    ),
    Case(
        "unknown_kind", flat(HEAD, row(1, C="天外来客"), row(2)), good(2), {("表", "C2", "unknown-type")}, rejected=1,
    ),
    Case("formulas", cached, [Hazard(NAMES[0], place=PLACES[0]), Hazard(NAMES[1], place=PLACES[1])],
         {("表", "H2", "formula-without-value"), ("表", "H3", "formula-without-value")},
         not_in={key: {"formula-without-value"} for key in ("xlsx", "xls", "ods")}),
    Case("error_values", errors, good(1, 2), {("表", "I2", "error-value")}),
    Case("injection", flat(HEAD, row(1, B="<script>alert(1)</script>沟"), row(2, B="'=1+1岭")),
         [Hazard("<script>alert(1)</script>沟", place=PLACES[0]), Hazard("'=1+1岭", place=PLACES[1])]),
    Case("ledger_of_many_types",
         flat(LEDGER, ["甲-1", NAMES[0], "地质灾害", "青龙县", *PLACES[0], None, 3, "红"],
              ["乙-2", "青龙化工储罐", "危险化学品", "青龙县", *PLACES[1], "7782-50-5", 40, "较大"]),
         [Hazard(NAMES[0], place=PLACES[0], level="red", attributes={"threat_people": 3}), CHEM]),
    # --- places
    Case("degrees_minutes_seconds",
         flat(HEAD, row(1, E="118°57′00″", F="40°24′25.2″"), row(2, E="东经118度58分12秒", F="北纬40度25分30秒"), row(3, E="E118°59.4′", F="40.443N")),
         good(1, 2, 3)),
    Case("split_angles",
         flat([*HEAD[:4], "经度(GPS)", None, None, "纬度(GPS)", None, None, "威胁人数"], [None, None, None, None, "度", "分", "秒", "度", "分", "秒", "人"],
              [*row(1)[:4], 118, 57, 0, 40, 24, 25.2, 3], [*row(2)[:4], 118, 58, 12, 40, 25, 30, 6], [*row(3)[:4], 118, None, 24, 40, 26, 34.8, 9],
              merged="E1:G1 H1:J1"),
         [Hazard(NAMES[n], place=PLACES[n], attributes={"threat_people": (n + 1) * 3}) for n in range(2)],
         {("表", "E5", "bad-coordinate")}, rejected=1),
    Case("one_column", flat([*HEAD[:4], "坐标(GPS)"], [*row(1)[:4], "118.95,40.407"], [*row(2)[:4], "118.97，40.425"], [*row(3)[:4], "E118.99 N40.443"]),
         [Hazard(NAMES[n], place=PLACES[n]) for n in range(3)]),
    Case("turned", flat(HEAD, row(1, E=40.407, F=118.95), row(2)), good(1, 2), {("表", "E2", "swapped")}),
    Case("amap", flat([*HEAD[:4], "经度(高德)", "纬度(高德)"], [*row(1)[:4], 118.95599436, 40.40821476]),
         [Hazard(NAMES[0], place=(118.95, 40.407), datum="gcj02")]),
    Case("nobody_knows", flat(UNNAMED, *([NAMES[n], KINDS[n], "青龙县", *PLACES[n]] for n in range(3))), [],
         {("表", "D1", "datum-undecided")}, undecided=3),
    Case("gauss_krueger", flat([*HEAD[:4], "2000坐标X", "2000坐标Y"], [*row(1)[:4], 4475251.14, 410870.25]),
         [Hazard(NAMES[0], place=(118.95, 40.407), datum="EPSG:4549")]),
    Case("wrong_county", flat(HEAD, row(1, D="昌黎县"), row(2)), good(2), {("表", "E2", "outside-county")}, rejected=1),
    Case("at_sea", flat(HEAD, row(1, D=None, E=119.9, F=39.6), row(2)), good(2), {("表", "E2", "in-sea")}, rejected=1),
    Case("line_and_area",
         flat([*HEAD[:4], "拐点坐标(GPS)"], [*row(1)[:4], "118.95,40.407;118.96,40.41\n118.97,40.42;118.95,40.407"],
              [1, "青龙输油管线", "油气管线", "青龙县", "118.95,40.407；118.97,40.425"]),
         [Hazard(NAMES[0], shape="Polygon"), Hazard("青龙输油管线", "oil_gas_pipeline", shape="LineString")]),
    Case("start_and_end",
         flat(["名称", "类别", "县区", "起点经度(GPS)", "起点纬度(GPS)", "终点经度(GPS)", "终点纬度(GPS)"], ["青龙输油管线", "油气管线", "青龙县", *PLACES[0], *PLACES[1]]),
         [Hazard("青龙输油管线", "oil_gas_pipeline", shape="LineString")]),
    Case("repeats", flat(HEAD, row(1), row(2), row(1)), good(1, 2), duplicates=1),
    # --- text files
    Case("gbk_semicolon", text(HEAD, row(1), row(2), joint=";", encoding="gb18030"), good(1, 2), suffix=".csv", resaved=False),
    Case("utf16_tab", text(HEAD, row(1), row(2), joint="\t", encoding="utf-16"), good(1, 2), suffix=".txt", resaved=False),
    Case("bom_quotes", text(HEAD, row(1, B='"东沟\n泥石流"'), row(2), encoding="utf-8-sig"),
         [Hazard("东沟\n泥石流", place=PLACES[0]), *good(2)], suffix=".csv", resaved=False),
    # --- files that bear a workbook's name and are none
    Case("html_page", page(f"<h3>地质灾害排查表</h3>{table(HEAD, row(1), row(2))}<p>注：人数为常住人口</p>"), good(1, 2), suffix=".xls", resaved=False),
    Case("html_gb2312", page(table(["青龙县地质灾害排查表"], HEAD, row(1), row(2)), "gb2312"), good(1, 2), suffix=".xls", resaved=False),
    Case("html_spans", page(SPANS), good(1, 2), suffix=".xls", resaved=False),
    Case("html_layout", page(f"<table><tr><td>{table(HEAD, row(1), row(2))}</td></tr></table><script>f('<table>')</script>"), good(1, 2), suffix=".xls", resaved=False),
    Case("html_unclosed", page(table(HEAD, row(1), row(2)).replace("</td>", "").replace("</tr>", "")), good(1, 2), suffix=".et", resaved=False),
    Case("html_two_tables", page(f"<p>一、甲乡</p>{table(HEAD, row(1))}<p>二、乙乡</p>{table(HEAD, row(2))}"), good(1, 2), suffix=".html", resaved=False),
    Case("excel_2003", excel_2003(HEAD, row(1), row(2)), good(1, 2), {("表", "I4", "error-value")}, suffix=".xls", resaved=False),
    Case("tabs_as_xls", text(HEAD, row(1), row(2), joint="\t", encoding="gb18030"), good(1, 2), suffix=".xls", resaved=False),
    Case("web_archive", archive(page(table(HEAD, row(1), row(2)))), good(1, 2), suffix=".xls", resaved=False),
    Case("two_row_header_text",
         text(["序号", "隐患名称", "类别", "县区", "GPS坐标", "", "联系电话", "威胁人数"], ["", "", "", "", "经度", "纬度", "", ""], row(1)),
         good(1), suffix=".csv", resaved=False),
    # --- as a county sent them
    Case("numbered_headers",
         flat(["1.序号", "2.隐患名称", "3.类别", "4.县区", "5.经度（GPS，保留6位小数）", "6.纬度（GPS，保留6位小数）", "7、联系电话", "(8)威胁人数"], row(1), row(2)),
         good(1, 2)),
    Case("bilingual_headers",
         flat(["序号 No.", "隐患名称 Name", "类别 Type", "县区 County", "经度(GPS) Longitude", "纬度(GPS) Latitude", "联系电话 Tel", "威胁人数 People"], row(1), row(2)),
         good(1, 2)),
    Case("letter_under_letter", flat(["\n".join(h) if "GPS" not in h else "\n".join(h[:2]) + "\n(GPS)" for h in HEAD], row(1), row(2)), good(1, 2)),
    Case("composite_kinds",
         flat(HEAD, row(1, C="地质灾害（泥石流）"), row(2, C="地质灾害-滑坡"), row(3, C="3.崩塌"), row(4, C="滑坡、崩塌")),
         good(1, 2, 3), {("表", "C5", "unknown-type")}, rejected=1),
    Case("zeros_for_nothing", flat(HEAD, row(1), row(2, E=0, F=0), row(3, E="0.0", F="0.000"), row(4)), good(1, 4),
         {("表", "E3", "bad-coordinate"), ("表", "E4", "bad-coordinate")}, rejected=2),
    Case("dotted_degrees", flat(HEAD, row(1, E="118.57.00", F="40.24.25.2"), row(2, E="118.58.12", F="40.25.30"), row(3, E="见附图", F="40.26.34")),
         good(1, 2), {("表", "", "dotted-angles"), ("表", "E4", "bad-coordinate"), ("表", "F4", "bad-coordinate")}, rejected=1),
    Case("dotted_beside_decimals", flat(HEAD, row(1), row(2, E="118.58.12", F="40.25.30"), row(3)), good(1, 3),
         {("表", "E3", "bad-coordinate"), ("表", "F3", "bad-coordinate")}, rejected=1),
    Case("signs_of_a_keyboard", flat(HEAD, row(1, E="118゜57ˊ00〞", F="40゜24ˊ25.2〞"), row(2, E="118º58’12”", F="40˚25′30''")), good(1, 2)),
    Case("title_names_a_sub_kind",
         flat(["青龙县尾矿库排查表"], ["名称", "县区", "经度(GPS)", "纬度(GPS)"], ["甲库", "青龙县", *PLACES[0]]),
         [Hazard("甲库", "other", place=PLACES[0])], {("表", "", "type-proposed")}),
    Case("title_of_two_types",
         flat(["防汛、地质灾害隐患排查表"], ["名称", "县区", "经度(GPS)", "纬度(GPS)"], ["甲沟", "青龙县", *PLACES[0]]),
         [], {("表", "A3", "unknown-type")}, rejected=1),
    Case("groups_within",
         flat(["青龙县地质灾害隐患点一览表"], HEAD, ["一、祖山镇"], row(1), row(2), ["二、八道河镇"], row(3), ["（一）马圈子镇"], row(4), ["第1页 共1页"],
              merged="A1:H1 A3:H3 A6:H6"), good(1, 2, 3, 4)),
    Case("answers_in_one_cell",
         flat([*HEAD[:4], "坐标(GPS)"], [*row(1)[:4], "东经118°57′00″\n北纬40°24′25.2″"], [*row(2)[:4], "E:118.97 N:40.425"], [*row(3)[:4], "118.99E/40.443N"],
              [*row(4)[:4], "经度：119.01；纬度：40.461"]),
         [Hazard(NAMES[n], place=PLACES[n]) for n in range(4)]),
    Case("unknown_county_without_place", flat(HEAD, row(1, D="某某县"), row(2, D="某某县", E="见附图")), good(1),
         {("表", "D2", "unknown-county"), ("表", "D3", "unknown-county"), ("表", "E3", "bad-coordinate")}, rejected=1),
    Case("ranges_of_coordinates", flat(HEAD, row(1), row(2, E="118.95-118.96"), row(3, E="约118.99"), row(4)), good(1, 4),
         {("表", "E3", "bad-coordinate"), ("表", "E4", "bad-coordinate")}, rejected=2),
    Case("angles_taken_for_hours", hours, good(1, 2)),
    Case("sub_headings_known",
         flat([*HEAD[:6], "威胁对象", None], [None] * 6 + ["户", "人"], [*row(1)[:6], 2, 3],
              merged="A1:A2 B1:B2 C1:C2 D1:D2 E1:E2 F1:F2 G1:H1"),
         [Hazard(NAMES[0], place=PLACES[0], attributes={"threat_households": 2, "threat_people": 3})]),
    Case("sub_headings_nobody_knows",
         flat([*HEAD[:6], "包保情况", None], [None] * 6 + ["领导", "干部"], [*row(1)[:6], "王一", "赵二"],
              merged="A1:A2 B1:B2 C1:C2 D1:D2 E1:E2 F1:F2 G1:H1"),
         [Hazard(NAMES[0], place=PLACES[0], extras={"包保情况领导": "王一", "包保情况干部": "赵二"})]),
    Case("one_name_over_several_places",
         flat(HEAD, row(1), row(2, A=None, B=None, C=None), row(3), merged="A2:A3 B2:B3 C2:C3"),
         [*good(1), Hazard(NAMES[0], place=PLACES[1], phone="13900000002", attributes={"threat_people": 6}), *good(3)],
         {("表", "B2", "merged-name")}),
    Case("bars", text(HEAD, row(1), row(2), joint="|", encoding="utf-8"), good(1, 2), suffix=".txt", resaved=False),
]  # fmt: skip
