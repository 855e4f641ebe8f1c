"""Workbooks that lead to other files, or are wider than any survey."""

import time
import urllib.request
import zipfile

import pytest
from openpyxl import Workbook

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import read_survey

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINK = (
    '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook '
    f'xmlns:r="{OFFICE}" r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>'
)
TARGET = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/externalLinkPath" '
    'Target="{target}" TargetMode="External"/></Relationships>'
)
PARTS = {
    "xl/workbook.xml": (
        b"</sheets>",
        f'</sheets><externalReferences><externalReference xmlns:r="{OFFICE}" r:id="rIdX"/></externalReferences>',
    ),
    "xl/_rels/workbook.xml.rels": (
        b"</Relationships>",
        (
            f'<Relationship Id="rIdX" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
            "</Relationships>"
        ),
    ),
}


def linked(path, target):
    """A workbook whose B2 comes from another file, with the value its sender saw."""
    plain = path.with_name("plain.xlsx")
    book = Workbook()
    for row in (["隐患名称", "威胁人数"], ["东沟", "='[1]Sheet1'!A1"], ["西沟", "='[1]Sheet1'!A2"]):
        book.active.append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name in PARTS:
                mark, more = PARTS[name]
                content = content.replace(mark, more.encode())
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"A1</f><v></v>", b"A1</f><v>12</v>")
                content = content.replace(b"A1</f><v />", b"A1</f><v>12</v>")
                content = content.replace(b"A1</f><v/>", b"A1</f><v>12</v>")
            archive.writestr(name, content)
        archive.writestr("xl/externalLinks/externalLink1.xml", LINK)
        archive.writestr(
            "xl/externalLinks/_rels/externalLink1.xml.rels", TARGET.format(target=target)
        )
    return path


@pytest.mark.parametrize("where", ["http://example.invalid/a.xlsx", "other.xlsx"])
def test_a_link_to_another_file_is_never_followed(tmp_path, monkeypatch, where):
    other = Workbook()
    other.active["A1"], other.active["A2"] = "SECRET", "SECRET"
    other.save(tmp_path / "other.xlsx")
    monkeypatch.setattr(urllib.request, "urlopen", None)
    (sheet,) = read_survey(linked(tmp_path / "a.xlsx", where))
    assert sheet.row(1) == ["东沟", "12"]  # as the sender saw it last
    assert sheet.row(2) == ["西沟", ""]
    assert sheet.unsolved == frozenset({(3, 2)})  # never seen: told, not taken for empty


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_ten_thousand_columns_are_refused_in_words_and_at_once(tmp_path, suffix):
    path = tmp_path / f"宽表{suffix}"
    rows = [[f"附加{n}" for n in range(10_000)], [str(n) for n in range(10_000)]]
    if suffix == ".csv":
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(path)
    begin = time.process_time()
    with pytest.raises(UnreadableFileError, match=r"宽表.*过大"):
        read_survey(path)
    assert time.process_time() - begin < 2
