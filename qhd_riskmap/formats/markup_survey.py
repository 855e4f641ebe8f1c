"""Files that bear a workbook's name and are none: pages, Excel 2003 XML, web archives, plain text."""

from __future__ import annotations

import codecs
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.html_sheet import read_html_sheet
from qhd_riskmap.formats.sheet_guard import damaged, too_large, with_entities
from qhd_riskmap.formats.spreadsheet_ml import NAMESPACE, read_spreadsheet_ml
from qhd_riskmap.formats.survey_text import read_text_sheet

MARKUP_SUFFIXES: Final = (".html", ".htm", ".mht", ".xml")
LARGEST_MARKUP: Final = 64 * 2**20
_HEAD: Final = 4096
_TABLE: Final = re.compile(r"<table[\s>]", re.IGNORECASE)
_CHARSET: Final = re.compile(
    rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,20})", re.IGNORECASE
)
_DECLARATION: Final = re.compile(r"<\?xml[^>]{0,200}\?>")
_ENTITIES: Final = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
_ARCHIVE: Final = re.compile(
    rb"(?:From:[^\n]*\n)?(?:Subject:[^\n]*\n)?(?:Date:[^\n]*\n)?MIME-Version:", re.IGNORECASE
)
# GB 18030 holds all of GB 2312 and GBK, which is what these names mean.
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936"})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_markup(path: Path, content: bytes) -> list[SurveySheet] | None:
    """Read a file of tables that is no workbook, whatever its name; None where it is none either.

    Raises:
        UnreadableFileError: Entities of its own, damaged, or too large.
    """
    start = content[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if _ARCHIVE.match(start):
        return _read_archive(path, content)
    if start.startswith(b"<"):
        return _read_tags(path, content)
    return _read_text(path, content)


def _read_tags(path: Path, content: bytes) -> list[SurveySheet] | None:
    if len(content) > LARGEST_MARKUP:
        raise too_large(path.name)
    text = _decoded(path, content)
    if _ENTITIES.search(text):
        raise with_entities(path.name)
    head = text[:_HEAD]
    if NAMESPACE in head:
        if "<!DOCTYPE" in head:
            raise damaged(path.name, "document type in a workbook")
        return read_spreadsheet_ml(path, _DECLARATION.sub("", text, count=1).lstrip())
    if _TABLE.search(text):
        return [read_html_sheet(path, text)]
    return None


def _decoded(path: Path, content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(path, content.removeprefix(mark), (encoding,))
    if b"\x00" in content:
        raise damaged(path.name, "binary content")
    named = _CHARSET.search(content[:_HEAD])
    said = named[1].decode().lower() if named else ""
    return _strictly(
        path, content, ("gb18030", "utf-8") if said in _CHINESE else ("utf-8", "gb18030")
    )


def _strictly(path: Path, content: bytes, encodings: tuple[str, ...]) -> str:
    problem = ""
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            problem = str(error)
    raise damaged(path.name, problem)


def _read_archive(path: Path, content: bytes) -> list[SurveySheet] | None:
    """A web archive (mht): every page with a table is a sheet."""
    if len(content) > LARGEST_MARKUP:
        raise too_large(path.name)
    sheets: list[SurveySheet] = []
    for part in message_from_bytes(content, policy=policy.compat32).walk():
        if part.get_content_type() != "text/html":
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes) or b"<table" not in body.lower():
            continue
        name = Path(str(part.get("Content-Location", ""))).stem[:31]
        text = _decoded(path, body)
        if _ENTITIES.search(text):
            continue
        sheets.append(read_html_sheet(path, text, name))
    return sheets or None


def _read_text(path: Path, content: bytes) -> list[SurveySheet] | None:
    """Text with tabs under a workbook's name, as many systems write it."""
    lines = content[:_HEAD].splitlines()
    tabs = [line.count(b"\t") for line in lines[: max(len(lines) - 1, 1)]]
    if b"\x00" in content or not tabs or max(tabs) < 2 or tabs.count(0) * 2 > len(tabs):  # noqa: PLR2004
        return None
    return [read_text_sheet(path, content)]
