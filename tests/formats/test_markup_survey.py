"""Pages, Excel 2003 XML, web archives and plain text under a workbook's name: read safely or refused."""

import tracemalloc

import pytest
from openpyxl import load_workbook

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.annotated_copy import CellNote, write_annotated
from qhd_riskmap.formats.survey_sheet import read_survey

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def read(tmp_path, content, name="a.xls"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_survey(path)


def rows(tmp_path, content, name="a.xls"):
    (sheet,) = read(tmp_path, content, name)
    return sheet.rows


def workbook(body, more=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}"'
        f' xmlns:x="urn:schemas-microsoft-com:office:excel">{body}</Workbook>{more}'
    )


# --- pages


def test_tables_and_text_come_in_the_order_of_the_page(tmp_path):
    page = "<h1>标题</h1>甲<br>乙<table><tr><td>a<td>b<tr><td>c</table><p>注 &nbsp;x<table><tr><td>d</table>"
    assert rows(tmp_path, page) == [["标题", ""], ["甲", ""], ["乙", ""], ["a", "b"], ["c", ""],
                                    ["注 \xa0x", ""], ["d", ""]]  # fmt: skip


def test_cells_keep_their_line_breaks_and_lose_their_markup(tmp_path):
    page = "<table><tr><td> <b>东</b>沟\n  一号<br/>二号<p>三号</p></td><td>&lt;i&gt;</td></tr></table>"
    assert rows(tmp_path, page) == [["东沟 一号\n二号\n三号", "<i>"]]


def test_nothing_that_is_not_shown_is_read(tmp_path):
    page = (
        "<html><head><title>t</title><style>td{}</style></head><!-- <table><tr><td>x --><script>"
        "document.write('<table><tr><td>y')</script><xml><x:Name>z</x:Name></xml><table><tr><td>a"
    )
    assert rows(tmp_path, page) == [["a"]]


def test_spans_are_merged_blocks_and_push_later_cells_aside(tmp_path):
    page = "<table><tr><td rowspan=2>a<td colspan='2'>b<tr><td>c<td>d<tr><td>e</table>"
    (sheet,) = read(tmp_path, page)
    assert sheet.rows == [["a", "b", ""], ["", "c", "d"], ["e", "", ""]]
    assert [(m.top, m.left, m.bottom, m.right) for m in sheet.merged] == [
        (1, 1, 2, 1),
        (1, 2, 1, 3),
    ]


def test_a_span_ends_with_its_table(tmp_path):
    page = "<table><tr><td rowspan=9>a</table><table><tr><td>b</table>"
    (sheet,) = read(tmp_path, page)
    assert sheet.rows == [["a"], ["b"]]
    assert sheet.merged[0].bottom == 2


def test_a_number_shown_rounded_is_read_as_it_was_kept(tmp_path):
    page = (
        "<table><tr><td x:num='118.9512345'>118.95<td sdval='40.407'>40.4<td x:num='41703'>2014-3-5"
    )
    assert rows(tmp_path, page) == [["118.9512345", "40.407", "2014-3-5"]]


def test_rows_hidden_by_style_are_told(tmp_path):
    page = "<table><tr><td>a<tr style='DISPLAY : none'><td>b<tr hidden><td>c</table>"
    (sheet,) = read(tmp_path, page)
    assert (sheet.rows, sheet.hidden_rows) == ([["a"], ["b"], ["c"]], (2, 3))


def test_a_table_within_a_layout_follows_it_and_a_frame_around_one_text_stays_in_its_cell(tmp_path):
    page = (
        "<table><tr><td>左<td><table><tr><td>a<td>b</table></table><table><tr><td>x<table><tr><td>y"
    )
    assert rows(tmp_path, page) == [["左", ""], ["a", "b"], ["x\ny", ""]]


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("gb18030", "gb2312"), ("utf-8", "utf-8"), ("utf-8-sig", ""), ("utf-16", ""), ("gbk", "")],
)
def test_pages_in_every_encoding_of_chinese_offices(tmp_path, encoding, charset):
    page = f"<meta charset='{charset}'><table><tr><td>东沟滑坡"
    assert rows(tmp_path, page.encode(encoding)) == [["东沟滑坡"]]


HOSTILE = {
    "an entity": (
        "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><table><tr><td>&x;",
        "实体",
    ),
    "a laugh": (
        "<!DOCTYPE a [<!ENTITY a 'l'><!ENTITY b '" + "&a;" * 100 + "'>]>" + workbook("&b;")[38:],
        "实体",
    ),
    "columns": (f"<table><tr>{'<td>1' * 10_000}", "过大"),
    "a wide span": ("<table><tr><td colspan=99999999>x", "过大"),
    "tables in tables": ("<table><tr><td>" * 40 + "x", "过大"),
    "depth": ("<div>" * 50_000 + "<table><tr><td>x", "过大"),
    "binary": ("<table><tr><td>\0", "损坏"),
    "broken text": (b"<table><tr><td>\xff\xff\xff", "损坏"),
    "no table": ("<html><body>请先登录", "损坏"),
    "another XML": ("<?xml version='1.0'?><a><b/></a>", "损坏"),
    "an empty table": ("<table></table>", "没有任何内容"),
    "a document type": (workbook("").replace("?><W", "?><!DOCTYPE a><W"), "损坏"),
    "unclosed XML": (workbook("")[:-5], "损坏"),
    "rows of XML": (
        workbook('<Worksheet><Table><Row ss:Index="1048577"/></Table></Worksheet>'),
        "过大",
    ),
    "columns of XML": (
        workbook(
            '<Worksheet><Table><Row><Cell ss:Index="9999"><Data>a</Data></Cell></Row></Table></Worksheet>'
        ),
        "过大",
    ),
    "sheets of XML": (workbook("<Worksheet/>" * 600), "过大"),
    "an archive without pages": ("MIME-Version: 1.0\nContent-Type: text/plain\n\nx", "损坏"),
    "an archive with entities": (
        "MIME-Version: 1.0\nContent-Type: text/html\n\n<!DOCTYPE a [<!ENTITY b 'c'>]><table><tr><td>&b;",
        "损坏",
    ),
    "prose": ("第一行\n第二行\n", "损坏"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_harms_or_cannot_be_a_sheet_is_refused_in_words(tmp_path, kind):
    content, words = HOSTILE[kind]
    with pytest.raises(UnreadableFileError, match=words):
        read(tmp_path, content)


def test_entities_are_not_fetched_even_without_a_declaration(tmp_path):
    assert rows(tmp_path, "<table><tr><td>&xxe;&amp;<td>&#19996;") == [["&xxe;&", "东"]]


def test_spans_over_everything_take_no_memory(tmp_path):
    content = "<table><tr><td rowspan=1000000 colspan=1900>x</td></tr><tr><td>y</td></tr></table>"
    tracemalloc.start()
    (sheet,) = read(tmp_path, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sheet.height == 2
    assert peak < 20 * 2**20


def test_a_text_longer_than_any_cell_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("qhd_riskmap.formats.markup_grid._LONGEST_CELL", 50)
    with pytest.raises(UnreadableFileError, match="过大"):
        read(tmp_path, f"<table><tr><td>{'字' * 51}")


@pytest.mark.parametrize(
    ("where", "limit"),
    [("html_sheet.MAX_ROWS", 3), ("html_sheet._LONGEST_TEXT", 0), ("markup_grid.MAX_CELLS", 5),
     ("markup_survey.LARGEST_MARKUP", 10)],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "MIME-Version: 1.0\nContent-Type: text/html\n\n"])
def test_every_limit_is_kept(tmp_path, monkeypatch, where, limit, start):
    monkeypatch.setattr(f"qhd_riskmap.formats.{where}", limit)
    with pytest.raises(UnreadableFileError, match="过大"):
        read(tmp_path, start + "<table>" + "<tr><td>a<td>b" * 4)


# --- Excel 2003


def test_excel_2003_keeps_places_types_errors_and_what_is_hidden(tmp_path):
    cells = (
        '<Cell ss:Index="2"><Data ss:Type="DateTime">2014-03-05T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell>'
        '<Cell ss:Formula="=A1"/><Cell ss:Formula="=A1"><Data ss:Type="Number">118.95</Data></Cell>'
        '<Cell><Data ss:Type="String">东<B xmlns="http://www.w3.org/TR/REC-html40">沟</B></Data>'
        "<Comment><Data>批注</Data></Comment></Cell>"
    )
    body = (
        '<Worksheet ss:Name="甲"><Table><Column ss:Index="3" ss:Span="1" ss:Hidden="1"/>'
        f'<Row ss:Index="2" ss:Span="1"><Cell ss:MergeAcross="1" ss:MergeDown="1"><Data>题</Data></Cell></Row>'
        f'<Row ss:Hidden="1">{cells}</Row></Table>'
        "<WorksheetOptions xmlns='urn:schemas-microsoft-com:office:excel'><Visible>SheetHidden</Visible>"
        "</WorksheetOptions></Worksheet><Worksheet ss:Name='乙'><Table><Row><Cell><Data>x</Data></Cell></Row>"
        "</Table></Worksheet>"
    )
    first, second = read(tmp_path, workbook(body))
    assert first.rows[1] == ["题", *[""] * 6]
    assert first.rows[3] == ["", "2014-03-05 00:00:00", "true", "", "", "118.95", "东沟"]
    assert (first.name, first.hidden, second.name, second.hidden) == ("甲", True, "乙", False)
    assert (first.hidden_rows, first.hidden_columns) == ((4,), (3, 4))
    assert (first.failed, first.unsolved) == ({(4, 4): "#N/A"}, {(4, 5)})
    assert [(m.top, m.left, m.bottom, m.right) for m in first.merged] == [(2, 1, 3, 2)]


def test_a_cell_outside_of_any_row_begins_one(tmp_path):
    body = "<Worksheet><Table><Cell><Data>a</Data></Cell></Table></Worksheet>"
    assert rows(tmp_path, workbook(body)) == [["a"]]


# --- web archives and text


def test_every_page_of_a_web_archive_is_a_sheet(tmp_path):
    def part(name, body):
        return f"--b\nContent-Location: x/{name}.htm\nContent-Type: text/html; charset=utf-8\n\n{body}\n"

    content = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        + part("main", "<html>没有表") + part("sheet001", "<table><tr><td>甲</table>")
        + part("sheet002", "<table><tr><td>乙</table>") + "--b\nContent-Type: image/png\n\nx\n--b--\n"
    )  # fmt: skip
    found = read(tmp_path, content)
    assert [(sheet.name, sheet.rows) for sheet in found] == [
        ("sheet001", [["甲"]]),
        ("sheet002", [["乙"]]),
    ]


def test_text_with_tabs_is_read_under_a_workbooks_name(tmp_path):
    assert rows(tmp_path, "名称\t经度\t纬度\n东沟\t1\t2\n".encode("gbk")) == [
        ["名称", "经度", "纬度"], ["东沟", "1", "2"],
    ]  # fmt: skip


def test_the_answer_to_a_page_is_a_workbook_of_its_texts(tmp_path):
    path = tmp_path / "上报.xls"
    path.write_text("<table><tr><td>名称<td>人数<tr><td>=1+1<td>#REF!</table>", encoding="utf-8")
    note = CellNote("", "B2", 2, Severity.ERROR, "错误值")
    book = load_workbook(write_annotated(path, tmp_path / "答复.xlsx", [note], []))
    sheet = book.worksheets[0]
    assert [[c.value for c in line[:2]] for line in sheet.iter_rows()] == [
        ["名称", "人数"],
        ["=1+1", "#REF!"],
    ]
    assert sheet["A2"].data_type == "s"
    assert "错误值" in sheet["B2"].comment.text
